import { join } from 'node:path';
import { bareEnvironment } from '../bench/fleet.ts';
import type { Cleanup } from '../bench/cleanup.ts';
import { temporaryFolder } from '../bench/temporary-folder.ts';
import { TsuisekiProcess } from '../bench/tsuiseki-process.ts';
import { KeptServer } from '../src/cli/kept-server.ts';
import { openDatabase } from '../src/db/database.ts';
import type { Database } from '../src/db/database.ts';
import { startPostgres } from '../src/embedded/postgres/server.ts';
import { startTemporalServer } from '../src/embedded/temporal/server.ts';
import type { TemporalServer } from '../src/embedded/temporal/server.ts';
import { startSandbox } from '../src/sandbox/index.ts';
import type { Sandbox } from '../src/sandbox/index.ts';
import { embeddedTemporal, readUpFile } from '../src/settings/up-file.ts';
import type { UpFile } from '../src/settings/up-file.ts';
import { readSettings } from '../src/settings/settings.ts';
import { connectClient } from '../src/temporal/connection.ts';
import type { ConnectedClient } from '../src/temporal/connection.ts';
import { startSabreDav } from '../test/support/files/sabre-dav.ts';
import type { SabreDav } from '../test/support/files/sabre-dav.ts';
import { startTemporalCluster } from '../cluster/cluster.ts';
import type { TemporalCluster } from '../cluster/cluster.ts';
import { Link } from './link.ts';
import type { Victim } from './processes.ts';

/** A whole system, its servers and the world around it. What ends it is in the cleanup. */
export interface System {
  folder: string;
  sandbox: Sandbox;
  dav: SabreDav;
  /** Between the system's processes and all that they call, and between the API and its webhooks. */
  links: [Link, ...Link[]];
  /** Directly, past the links: for looks. */
  database: Database;
  temporal: ConnectedClient;
  http: string;
  victims(): Victim[];
  /** Runs a command as a person does; its JSON. It is killed when it takes longer than a minute. */
  command(...args: readonly string[]): Promise<unknown>;
}

export const NEXTCLOUD_TOKEN = 'cloud';
const TOKEN = 'chaos';
const COMMAND_TIMEOUT_MS = 60_000;

/** Short enough that what is lost is asked after within the run. */
const SETTINGS = {
  PUBLISH_INTERVAL: '200ms',
  WEBSCRAPER_CALL_LIMIT: '100000',
  JOB_DEADLINE: '12s',
  WRITEBACK_EVERY: '5',
  YAMATO_PAUSE_MIN: '0s',
  YAMATO_PAUSE_MAX: '1s',
  HTTP_PORT: '0',
  WEBHOOK_TOKEN: TOKEN,
  WEBSCRAPER_API_TOKEN: TOKEN,
  NEXTCLOUD_WEBHOOK_TOKEN: NEXTCLOUD_TOKEN,
  LOG_LEVEL: 'warn',
} as const;

const portOf = (url: string): number => Number(new URL(url).port);

export interface SystemOptions {
  /** The sandbox counts the dates in its results back from it. */
  day: Date;
  /** On a cluster instead of the dev server; its members and their database are killed and stopped like all others. */
  cluster: boolean;
  onProgress: (line: string) => void;
}

/** Starts it all and returns when it is ready. */
export async function startSystem(
  cleanup: Cleanup,
  { day, cluster, onProgress }: SystemOptions,
): Promise<System> {
  const folder = temporaryFolder(cleanup);
  const dataDir = join(folder, 'data');
  const bare = bareEnvironment();
  async function keep<S extends { pid: number; stop(): Promise<void> }>(
    name: string,
    start: (onExit: () => void, previous: S | null) => Promise<S>,
  ): Promise<{ kept: KeptServer<S>; server: S }> {
    const kept = new KeptServer<S>({ name, start, onProgress, onRestart: () => {} });
    cleanup.add(name, () => kept.stop());
    return { kept, server: await kept.ready() };
  }
  const links: Link[] = [];
  async function linkTo(name: string, port: number): Promise<Link> {
    const link = await Link.open(name, port);
    cleanup.add(`the link to ${name}`, () => link.close());
    links.push(link);
    return link;
  }

  const own = { env: bare, dataDir, onProgress };
  const postgres = await keep(
    'Postgres',
    (onExit, previous: Awaited<ReturnType<typeof startPostgres>> | null) =>
      startPostgres({ ...own, onExit, ...(previous === null ? {} : { port: previous.port }) }),
  );
  async function devServer(): Promise<TemporalCluster> {
    const { kept, server } = await keep('Temporal', (onExit, previous: TemporalServer | null) =>
      startTemporalServer({
        ...own,
        onExit,
        ...(previous === null
          ? {}
          : { port: portOf(`http://${previous.address}`), uiPort: portOf(previous.webUi) }),
      }),
    );
    const processes = () => (kept.pid === undefined ? [] : [{ name: 'temporal', pid: kept.pid }]);
    return { ...server, processes };
  }
  const temporal = cluster
    ? await startTemporalCluster(cleanup, { env: bare, folder: dataDir, onProgress })
    : await devServer();
  const dav = await startSabreDav();
  cleanup.add('sabre/dav', () => dav.close());
  const sandbox = await startSandbox({
    token: TOKEN,
    callLimit: 100_000,
    jobDurationMs: { minMs: 200, maxMs: 2_000 },
    datesFrom: day,
  });
  cleanup.add('the sandbox', () => sandbox.close());

  const { url: databaseUrl, port: databasePort } = postgres.server;
  const { address, namespace } = temporal;
  const toDatabase = await linkTo('Postgres', databasePort);
  const toTemporal = await linkTo('Temporal', portOf(`http://${address}`));
  const toAccount = await linkTo('the account', portOf(sandbox.url));
  const toFiles = await linkTo('the files', portOf(dav.url));
  const env = {
    ...bare,
    ...SETTINGS,
    ...embeddedTemporal(bare, { address: `127.0.0.1:${toTemporal.port}`, namespace }),
    TSUISEKI_DATA_DIR: dataDir,
    DATABASE_URL: toDatabase.through(databaseUrl),
    WEBSCRAPER_API_URL: toAccount.through(sandbox.url),
    YAMATO_URL: toAccount.through(sandbox.yamatoUrl),
    WEBDAV_URL: toFiles.through(dav.url),
    WEBDAV_USERNAME: dav.username,
    WEBDAV_PASSWORD: dav.password,
  };
  const run = (name: string, args: readonly string[]) =>
    new TsuisekiProcess({ args, env, cwd: folder, logFile: join(dataDir, 'logs', `${name}.log`) });
  const up = run('up', ['up', '--json']);
  cleanup.add('tsuiseki up', () => up.stop());
  const { http } = (await up.firstLine()) as UpFile;
  const toHttp = await linkTo('the webhooks', portOf(http));
  sandbox.setWebhookUrl(`${toHttp.through(http)}webhooks/webscraper?token=${TOKEN}`);

  const database = openDatabase(databaseUrl, { maxConnections: 2 });
  cleanup.add('the connections to the database', () => database.close());
  const direct = embeddedTemporal(bare, { address, namespace });
  const client = await connectClient(readSettings({ ...env, ...direct }));
  cleanup.add('the connection to Temporal', () => client.connection.close());
  return {
    folder,
    sandbox,
    dav,
    links: [toHttp, ...links],
    database,
    temporal: client,
    http,
    victims: () => [
      ...(readUpFile(dataDir)?.processes ?? []),
      ...temporal.processes(),
      ...(postgres.kept.pid === undefined ? [] : [{ name: 'postgres', pid: postgres.kept.pid }]),
    ],
    async command(...args) {
      const process = run('commands', [...args, '--json']);
      const tooLong = setTimeout(() => process.child.kill('SIGKILL'), COMMAND_TIMEOUT_MS);
      await process.succeeded().finally(() => clearTimeout(tooLong));
      return process.firstLine();
    },
  };
}
