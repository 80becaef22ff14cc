import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asEmbeddedError, EmbeddedError } from '../errors.ts';
import { anyFreePort } from '../ports.ts';
import { postgresBinaries } from './binaries.ts';
import { DATABASE_NAME, DATABASE_USER, prepareCluster, removeLockOf } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { clusterFolder } from './folder.ts';
import type { ClusterFolder } from './folder.ts';
import { waitForPostgres } from './ready.ts';
import { serverEnvironment, startServerProcess } from '../server-process.ts';
import type { ServerExit } from '../server-process.ts';
import { endStaleServer } from '../server-record.ts';
import type { StopSignals } from '../server-record.ts';

export interface PostgresServerOptions {
  /** `PATH` is read from it; the server gets no more than it needs. */
  readonly env: NodeJS.ProcessEnv;
  /** Data go to `postgres/` below it, the log to `logs/postgres.log`. */
  readonly dataDir: string;
  /** Default: any free one. One that is given is used or fails. */
  readonly port?: number;
  readonly logFile?: string;
  readonly readyTimeoutMs?: number;
  readonly onProgress?: (line: string) => void;
  /** It ended without `stop`. */
  readonly onExit?: (exit: ServerExit) => void;
}

export interface PostgresServer {
  /** With user, password and database: a secret. */
  readonly url: string;
  readonly port: number;
  readonly logFile: string;
  readonly pid: number;
  /** Ends it and waits for its end; may be called again. */
  stop(): Promise<void>;
}

/** Recovery after a kill may have to read a lot of WAL. */
const DEFAULT_READY_TIMEOUT_MS = 60_000;
/** A free port may be taken by somebody else before the server has it. */
const MAX_PORT_ATTEMPTS = 3;
/** After a kill the last of the old server's processes end with what they were doing. */
const OLD_SERVER_TIMEOUT_MS = 30_000;
const OLD_SERVER_POLL_MS = 100;

/**
 * SIGINT is PostgreSQL's fast shutdown: sessions are ended, a checkpoint written. SIGTERM would wait for every
 * client. SIGQUIT needs a recovery on the next start, but takes all children along, as SIGKILL may not.
 */
const STOP_SIGNALS: StopSignals = [
  ['SIGINT', 15_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 2_000],
];

const SETTINGS = {
  // Seven workers, the HTTP server and the CLI, each with a pool of ten, and room for people.
  max_connections: '200',
  // Compiling takes longer than any query of ours: a search of 50,000 rows 200 ms instead of 80.
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Details quote the values of rows, and with them e-mail addresses.
  log_error_verbosity: 'terse',
};

/**
 * Starts PostgreSQL on the loopback address and returns when the database answers. Data, user and password
 * survive restarts; the port need not. It does not outlive this process.
 *
 * @throws EmbeddedError `IN_USE` while another process runs one on this folder; `BINARY_NOT_FOUND`,
 *   `NO_WRITABLE_FOLDER`, `PORT_TAKEN`, `START_FAILED`, `START_TIMEOUT`.
 */
export async function startPostgres(options: PostgresServerOptions): Promise<PostgresServer> {
  try {
    const folder = await clusterFolder(options.dataDir, options.env, options.onProgress);
    const logFile = options.logFile ?? join(resolve(options.dataDir), 'logs', 'postgres.log');
    return await startCluster({
      ...options,
      folder,
      logFile,
      durable: true,
      settings: SETTINGS,
      stopSignals: STOP_SIGNALS,
    });
  } catch (error) {
    throw asEmbeddedError('PostgreSQL cannot start', error);
  }
}

export interface ClusterStartOptions extends Omit<PostgresServerOptions, 'dataDir'> {
  readonly folder: ClusterFolder;
  readonly logFile: string;
  readonly durable: boolean;
  readonly settings: Readonly<Record<string, string>>;
  readonly stopSignals: StopSignals;
}

/** As `startPostgres`, on a folder that is ready. */
export async function startCluster(options: ClusterStartOptions): Promise<PostgresServer> {
  const { folder, onProgress } = options;
  const env = serverEnvironment(options.env);
  const deadPid = await endStaleServer(recordFile(folder), 'PostgreSQL', options.stopSignals);
  const binaries = await postgresBinaries(folder.user, onProgress);
  const cluster = await prepareCluster({ binaries, folder, env, durable: options.durable, onProgress });
  if (deadPid !== null) removeLockOf(cluster, deadPid);
  const deadlineMs = Date.now() + OLD_SERVER_TIMEOUT_MS;
  let portsLost = 0;
  while (true) {
    const port = options.port ?? (await anyFreePort());
    try {
      return await startOnPort(options, binaries.postgres, cluster, port);
    } catch (error) {
      const code = error instanceof EmbeddedError ? error.code : null;
      if (code === 'PORT_TAKEN') portsLost += 1;
      const othersPort = code === 'PORT_TAKEN' && options.port === undefined && portsLost < MAX_PORT_ATTEMPTS;
      const oldServer = code === 'IN_USE' && Date.now() < deadlineMs;
      if (!othersPort && !oldServer) throw error;
      if (oldServer) await sleep(OLD_SERVER_POLL_MS);
    }
  }
}

function recordFile(folder: ClusterFolder): string {
  return join(folder.path, 'server.json');
}

async function startOnPort(
  options: ClusterStartOptions,
  file: string,
  cluster: Cluster,
  port: number,
): Promise<PostgresServer> {
  const { folder, logFile } = options;
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...options.settings };
  const args = ['-D', cluster.dataFolder, '-p', String(port)];
  for (const [name, value] of Object.entries(all)) args.push('-c', `${name}=${value}`);

  let ready = false;
  const server = await startServerProcess({
    name: 'PostgreSQL',
    file,
    args,
    // On macOS the postmaster refuses to start when the locale of the environment makes it threaded.
    env: { ...serverEnvironment(options.env), LC_ALL: 'C' },
    cwd: folder.path,
    uid: folder.user?.uid,
    gid: folder.user?.gid,
    logFile,
    recordFile: recordFile(folder),
    stopSignals: options.stopSignals,
    onExit: (exit) => {
      if (ready) options.onExit?.(exit);
    },
  });
  const urlOf = (database: string): string =>
    `postgres://${DATABASE_USER}:${cluster.password}@127.0.0.1:${port}/${database}`;
  const timeoutMs = options.readyTimeoutMs ?? DEFAULT_READY_TIMEOUT_MS;
  try {
    await waitForPostgres({
      server,
      adminUrl: urlOf('postgres'),
      databaseName: DATABASE_NAME,
      logFile,
      timeoutMs,
    });
  } catch (error) {
    await server.stop();
    throw error;
  }
  ready = true;
  return { url: urlOf(DATABASE_NAME), port, logFile, pid: server.pid, stop: () => server.stop() };
}
