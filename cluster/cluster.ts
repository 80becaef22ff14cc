import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import type { Cleanup } from '../bench/cleanup.ts';
import { until } from '../bench/until.ts';
import { KeptServer } from '../src/cli/kept-server.ts';
import type { EmbeddedServer } from '../src/cli/kept-server.ts';
import { freePort } from '../src/embedded/ports.ts';
import { startPostgres } from '../src/embedded/postgres/server.ts';
import type { PostgresServer } from '../src/embedded/postgres/server.ts';
import { startMember } from './member.ts';
import { makeSchema } from './schema.ts';
import { serverPrograms } from './server-programs.ts';
import type { Service } from './static-config.ts';

export interface ClusterOptions {
  env: NodeJS.ProcessEnv;
  /** Data and configuration go to `cluster/` below it, logs to `logs/`. */
  folder: string;
  onProgress: (line: string) => void;
  shards?: number;
}

/** A Temporal server as it is run in production: each service a process, what it knows in PostgreSQL. */
export interface TemporalCluster {
  address: string;
  namespace: string;
  /** Those that run now: its members, such as `history-2`, and their `temporal-postgres`. */
  processes(): { name: string; pid: number }[];
}

/** For one machine, as Temporal's own configuration for development has it. */
const SHARDS = 4;
/** Of what keeps state two: where one dies, the other takes over what it had. */
const MEMBERS: readonly (readonly [name: string, service: Service])[] = [
  ['frontend', 'frontend'],
  ['history-1', 'history'],
  ['history-2', 'history'],
  ['matching-1', 'matching'],
  ['matching-2', 'matching'],
  ['worker', 'worker'],
];
const READY_TIMEOUT_MS = 120_000;
/**
 * Temporal's schema keeps a member's port as a smallint of PostgreSQL's. Nor does Linux give these to connections that go
 * out, so a member that was killed finds its own free.
 */
const PORTS = { from: 20_000, to: 32_767 } as const;

/** Whoever dies is started again, at the same ports. `cleanup` ends all of it; namespaces it has none yet. */
export async function startTemporalCluster(
  cleanup: Cleanup,
  options: ClusterOptions,
): Promise<TemporalCluster> {
  const { env, onProgress, shards = SHARDS } = options;
  const { server: program, sqlTool } = await serverPrograms(env, onProgress);
  const folder = join(options.folder, 'cluster');
  const logs = join(options.folder, 'logs');
  mkdirSync(folder, { recursive: true });
  mkdirSync(logs, { recursive: true });
  const kept: { name: string; server: Pick<KeptServer<EmbeddedServer>, 'pid'> }[] = [];
  async function keep<S extends EmbeddedServer>(
    name: string,
    start: (onExit: () => void, previous: S | null) => Promise<S>,
  ): Promise<S> {
    const server = new KeptServer<S>({ name, start, onProgress, onRestart: () => {} });
    cleanup.add(name, () => server.stop());
    kept.push({ name, server });
    return server.ready();
  }

  const postgres = await keep('temporal-postgres', (onExit, previous: PostgresServer | null) =>
    startPostgres({
      env,
      dataDir: folder,
      logFile: join(logs, 'temporal-postgres.log'),
      onExit,
      ...(previous === null ? {} : { port: previous.port }),
    }),
  );
  await makeSchema(sqlTool, env, postgres.url);

  const taken: number[] = [];
  async function newPort(): Promise<number> {
    const port = await memberPort(taken);
    taken.push(port);
    return port;
  }
  const frontendPort = await newPort();
  const starts: Promise<unknown>[] = [];
  for (const [name, service] of MEMBERS) {
    const grpc = service === 'frontend' ? frontendPort : await newPort();
    const ports = { grpc, membership: await newPort() };
    const own = { name, service, ports, program, env, folder, logFile: join(logs, `temporal-${name}.log`) };
    const start = (onExit: () => void) =>
      startMember({ ...own, frontendPort, postgresUrl: postgres.url, shards, onExit });
    starts.push(keep(name, start));
    // The first one writes down what the cluster is; two that do it at once fail.
    if (starts.length === 1) await starts[0];
  }
  await Promise.all(starts);
  const address = `127.0.0.1:${frontendPort}`;
  await answers(address);
  return {
    address,
    namespace: 'default',
    processes: () => kept.flatMap(({ name, server: { pid } }) => (pid === undefined ? [] : [{ name, pid }])),
  };
}

async function memberPort(taken: readonly number[]): Promise<number> {
  for (;;) {
    const wanted = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from));
    if ((await freePort(wanted, taken)) === wanted) return wanted;
  }
}

/** Once the members have found each other: a call for a namespace goes through front end and database. */
async function answers(address: string): Promise<void> {
  const connection = Connection.lazy({ address });
  const ask = () => connection.workflowService.describeNamespace({ namespace: 'temporal-system' });
  try {
    await until('an answer of the Temporal cluster', READY_TIMEOUT_MS, () =>
      connection.withDeadline(Date.now() + 2_000, ask).then(
        () => true,
        () => null,
      ),
    );
  } finally {
    await connection.close();
  }
}
