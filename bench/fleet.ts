import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { embeddedTemporal, readUpFile } from '../src/settings/up-file.ts';
import type { UpFile } from '../src/settings/up-file.ts';
import { effectiveSettings, loadSettings, readSettings } from '../src/settings/settings.ts';
import { openDatabase } from '../src/db/database.ts';
import type { Database } from '../src/db/database.ts';
import { startTemporalServer } from '../src/embedded/temporal/server.ts';
import type { TemporalServer } from '../src/embedded/temporal/server.ts';
import { errorMessage } from '../src/errors.ts';
import { taskByName } from '../src/tasks/registry.ts';
import type { TaskName } from '../src/tasks/types.ts';
import { connectClient } from '../src/temporal/connection.ts';
import type { ConnectedClient } from '../src/temporal/connection.ts';
import type { StartedBatch } from '../src/temporal/start-batch.ts';
import { writeSampleWorkbook } from '../src/sandbox/sample-workbook.ts';
import { startTemporalCluster } from '../cluster/cluster.ts';
import type { TemporalCluster } from '../cluster/cluster.ts';
import type { Cleanup } from './cleanup.ts';
import type { PartContext } from './part.ts';
import { PublishWorkers } from './publish-workers.ts';
import { SandboxControl } from './sandbox-control.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { TsuisekiProcess } from './tsuiseki-process.ts';

export interface FleetOptions {
  publishIntervalMs: number;
  /** The account's budget, at the sandbox and in the settings alike. */
  callLimit: number;
  callWindowMs: number;
  jobDurationMs: number;
  publishWorkers: number;
  /** Of its workbooks; unless given one whose row is a URL, and a job two calls, none of them redirected. */
  task?: TaskName;
  settings?: Readonly<Record<string, string>>;
  /** The dev server with its database in a file, as `up` has it; or in memory; or a cluster. The file unless given. */
  temporal?: 'file' | 'memory' | 'cluster';
  /** How late the API's downloads are answered; at once unless given. */
  csvDelayMs?: number;
}

/** A whole system in processes of its own: `tsuiseki up`, more publish workers beside it, and a sandbox. */
export interface Fleet {
  /** Where the HTTP server is. */
  http: string;
  /** Temporal's; null: it is not the dev server of `up`. */
  webUi: string | null;
  sandbox: SandboxControl;
  database: Database;
  temporal: ConnectedClient;
  /** Of the dev server in memory: its Prometheus metrics. */
  metricsUrl: string | null;
  /** Null: it is the dev server. */
  cluster: TemporalCluster | null;
  publishWorkers: PublishWorkers;
  /** Starts one batch for each figure, of so many rows, all at once. */
  startBatches(rowCounts: readonly number[]): Promise<FleetBatch[]>;
  /** The present process of a worker that `up` supervises; null: none is known. */
  workerPid(name: string): number | null;
  /** The present processes of what `up` supervises, and of the cluster. */
  processes(): { name: string; pid: number }[];
}

type FleetBatch = StartedBatch & { workbook: string };

const TOKEN = 'bench';

/** What a developer's own settings say must not reach a measurement. */
export function bareEnvironment(): NodeJS.ProcessEnv {
  const settings = loadSettings();
  const ours = new Set(Object.keys(effectiveSettings(settings)));
  return Object.fromEntries(Object.entries(settings.env).filter(([name]) => !ours.has(name)));
}

function environmentOf(options: FleetOptions, folder: string): NodeJS.ProcessEnv {
  return {
    ...bareEnvironment(),
    TSUISEKI_DATA_DIR: join(folder, 'data'),
    HTTP_PORT: '0',
    WEBHOOK_TOKEN: TOKEN,
    WEBSCRAPER_API_TOKEN: TOKEN,
    PUBLISH_INTERVAL: `${options.publishIntervalMs}ms`,
    WEBSCRAPER_CALL_LIMIT: String(options.callLimit),
    WEBSCRAPER_CALL_WINDOW: `${options.callWindowMs}ms`,
    LOG_LEVEL: 'warn',
    ...options.settings,
  };
}

/** The last line of every log in a folder. */
function lastLines(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const logs = readdirSync(folder).filter((name) => name.endsWith('.log'));
  return logs.flatMap((name) => {
    const last = readFileSync(join(folder, name), 'utf8').trim().split('\n').at(-1) ?? '';
    return last === '' ? [] : [`${name}: ${errorMessage(last)}`];
  });
}

async function temporalInMemory(cleanup: Cleanup, folder: string): Promise<TemporalServer> {
  const server = await startTemporalServer({
    env: bareEnvironment(),
    dataDir: join(folder, 'temporal'),
    persistent: false,
  });
  cleanup.add('Temporal', () => server.stop());
  return server;
}

/** The server that `up` is pointed to; nothing where it starts its own. */
async function foreignTemporal(
  { cleanup, progress }: Pick<PartContext, 'cleanup' | 'progress'>,
  { temporal = 'file' }: FleetOptions,
  folder: string,
): Promise<{ server: TemporalServer | null; cluster: TemporalCluster | null }> {
  switch (temporal) {
    case 'file':
      return { server: null, cluster: null };
    case 'memory':
      return { server: await temporalInMemory(cleanup, folder), cluster: null };
    case 'cluster': {
      const options = { env: bareEnvironment(), folder: join(folder, 'data'), onProgress: progress };
      return { server: null, cluster: await startTemporalCluster(cleanup, options) };
    }
  }
}

/** Returns when all of it is ready, so that no start-up gets into a figure; `cleanup` ends it and removes its folder. */
export async function startFleet(
  { cleanup, progress, onBreak }: Pick<PartContext, 'cleanup' | 'progress' | 'onBreak'>,
  options: FleetOptions,
): Promise<Fleet> {
  const folder = temporaryFolder(cleanup);
  onBreak(() => [folder, join(folder, 'data/logs')].flatMap(lastLines));
  const env = environmentOf(options, folder);
  const run = (name: string, args: readonly string[]) =>
    new TsuisekiProcess({ args, env, cwd: folder, logFile: join(folder, `${name}.log`) });

  progress('starting the system');
  const jobDuration = `${options.jobDurationMs}ms`;
  const sandboxProcess = run('sandbox', [
    ...['sandbox', '--token', TOKEN, '--job-duration', jobDuration, '--json'],
    ...['--csv-delay', `${options.csvDelayMs ?? 0}ms`],
  ]);
  cleanup.add('the sandbox', () => sandboxProcess.stop());
  const { url, controlUrl, yamatoUrl } = (await sandboxProcess.firstLine()) as Record<
    'url' | 'controlUrl' | 'yamatoUrl',
    string
  >;
  const sandbox = new SandboxControl(controlUrl);
  await sandbox.setLimits(options.callLimit, options.callWindowMs);

  env['WEBSCRAPER_API_URL'] = url;
  env['YAMATO_URL'] = yamatoUrl;
  const { server, cluster } = await foreignTemporal({ cleanup, progress }, options, folder);
  const foreign = server ?? cluster;
  if (foreign !== null) Object.assign(env, embeddedTemporal(env, foreign));
  const up = run('up', ['up', '--json']);
  cleanup.add('tsuiseki up', () => up.stop());
  const report = (await up.firstLine()) as UpFile;
  await sandbox.setWebhookUrl(`${report.http}/webhooks/webscraper?token=${TOKEN}`);

  const database = openDatabase(report.databaseUrl, { maxConnections: 2 });
  cleanup.add('the connections to the database', () => database.close());
  const temporal = await connectClient(readSettings({ ...env, TEMPORAL_ADDRESS: report.temporalAddress }));
  cleanup.add('the connection to Temporal', () => temporal.connection.close());
  const publishWorkers = new PublishWorkers(temporal, () => run('publish', ['worker', 'publish_tracking']));
  cleanup.add('the publish workers', () => publishWorkers.stop());
  await publishWorkers.grow(options.publishWorkers);

  const { task = 'yamato_tracking_only' } = options;
  const { filePrefix } = taskByName(task);
  let workbooks = 0;
  async function newWorkbook(rows: number): Promise<string> {
    workbooks += 1;
    const path = join(folder, task, `${filePrefix}${workbooks}.xlsx`);
    await writeSampleWorkbook(path, { task, rows });
    return path;
  }
  mkdirSync(join(folder, task));
  const processes = () => [
    ...(readUpFile(join(folder, 'data'))?.processes ?? []),
    ...(cluster === null ? [] : cluster.processes()),
  ];
  return {
    http: report.http,
    webUi: report.webUi,
    sandbox,
    database,
    temporal,
    metricsUrl: server?.metricsUrl ?? null,
    cluster,
    publishWorkers,
    processes,
    workerPid: (name) => processes().find((each) => each.name === name)?.pid ?? null,
    async startBatches(rowCounts) {
      const paths = await Promise.all(rowCounts.map((rows) => newWorkbook(rows)));
      return Promise.all(
        paths.map(async (path) => {
          const start = run('start', ['start', path, '--fresh', '--json']);
          await start.succeeded();
          return (await start.firstLine()) as FleetBatch;
        }),
      );
    },
  };
}
