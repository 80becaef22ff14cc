import { chmodSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asEmbeddedError } from '../errors.ts';
import { makeFolder } from './folder.ts';
import { startCluster } from './server.ts';
import type { PostgresServer } from './server.ts';
import { postgresUser } from './os-user.ts';
import type { StopSignals } from '../server-record.ts';

export interface TemporaryPostgresOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress?: (line: string) => void;
}

/** Nothing is to be kept: no need for a checkpoint. */
const STOP_SIGNALS: StopSignals = [
  ['SIGQUIT', 5_000],
  ['SIGKILL', 2_000],
];

/** Losing everything in a crash is fine here, waiting for a disk is not. */
const SETTINGS = {
  max_connections: '200',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
};

/**
 * A PostgreSQL of its own for tests, below the system's temporary folder; `stop` removes it with its data.
 *
 * @throws EmbeddedError as `startPostgres`.
 */
export async function startTemporaryPostgres(options: TemporaryPostgresOptions): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'tsuiseki-postgres-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    // mkdtemp leaves it to us alone; the server's user must pass.
    chmodSync(folder, 0o711);
    const path = join(folder, 'postgres');
    const user = await postgresUser(join(path, 'data'), options.env);
    const server = await startCluster({
      ...options,
      folder: { path: makeFolder(path, user), user },
      logFile: join(folder, 'postgres.log'),
      durable: false,
      settings: SETTINGS,
      stopSignals: STOP_SIGNALS,
    });
    let stopped: Promise<void> | undefined;
    return { ...server, stop: () => (stopped ??= server.stop().then(remove)) };
  } catch (error) {
    await remove();
    throw asEmbeddedError('PostgreSQL cannot start', error);
  }
}
