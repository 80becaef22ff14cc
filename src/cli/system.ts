import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  loadSettings,
  readSettings,
  readUpFile,
  requireSetting,
  type Settings,
  temporalConfigured,
  type UpFile,
  upFilePath,
} from '../config.ts';
import { migrateDatabase } from '../db/database.ts';
import { anyFreePort, freePort } from '../embedded/ports.ts';
import { startPostgres } from '../embedded/postgres-server.ts';
import { startTemporalServer } from '../embedded/temporal-server.ts';
import { errorMessage, TsuisekiError } from '../errors.ts';
import { applyTemporalConfig } from '../temporal/apply-config.ts';
import { connectClient } from '../temporal/connection.ts';
import { QUEUES } from '../temporal/names.ts';
import { applySchedules } from '../temporal/schedules.ts';
import { Supervisor } from './supervisor.ts';

export class UpError extends TsuisekiError<'ALREADY_UP' | 'NOT_READY'> {}

export interface UpReport extends Omit<UpFile, 'pid'> {
  ready: true;
  processes: { name: string; pid: number }[];
}

export interface System {
  report: UpReport;
  /** Settings with everything that was started filled in. */
  settings: Settings;
  stop(): Promise<void>;
}

/** Seven workers on two cores are ready in some seconds; a machine under load takes longer. */
const READY_TIMEOUT_MS = 90_000;

function refuseSecond(dataDir: string): void {
  const pid = readUpFile(dataDir)?.pid;
  if (pid === undefined) return;
  try {
    process.kill(pid, 0);
  } catch {
    rmSync(upFilePath(dataDir), { force: true });
    return;
  }
  throw new UpError(
    'ALREADY_UP',
    `tsuiseki is up already on ${dataDir} (process ${pid}); stop it, or set TSUISEKI_DATA_DIR`,
  );
}

async function waitForHttp(url: string): Promise<void> {
  const until = Date.now() + READY_TIMEOUT_MS;
  while (true) {
    const ready = await fetch(`${url}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    if (Date.now() > until)
      throw new UpError(
        'NOT_READY',
        `the HTTP server at ${url} did not become ready; its log is below the data folder`,
      );
    await delay(100);
  }
}

async function waitForWorkers(client: Awaited<ReturnType<typeof connectClient>>): Promise<void> {
  const until = Date.now() + READY_TIMEOUT_MS;
  for (const [worker, name] of Object.entries(QUEUES)) {
    while (true) {
      const polled = await Promise.all(
        [1, 2].map((taskQueueType) =>
          client.workflowService.describeTaskQueue({
            namespace: client.options.namespace,
            taskQueue: { name },
            taskQueueType,
          }),
        ),
      );
      if (polled.some(({ pollers }) => (pollers?.length ?? 0) > 0)) break;
      if (Date.now() > until)
        throw new UpError(
          'NOT_READY',
          `worker ${worker} did not become ready; its log is below the data folder`,
        );
      await delay(100);
    }
  }
}

/**
 * Starts what is not configured elsewhere: Postgres, Temporal, the sandbox, every worker and the HTTP server, each a
 * process of its own. Ends what it started when it fails.
 */
export async function startSystem(options: {
  sandbox: boolean;
  onProgress: (line: string) => void;
  overrides?: NodeJS.ProcessEnv;
}): Promise<System> {
  const given = loadSettings();
  mkdirSync(given.dataDir, { recursive: true });
  refuseSecond(given.dataDir);
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const env: NodeJS.ProcessEnv = { ...loadSettings().env, ...options.overrides };
    const processes: { name: string; pid: number }[] = [];
    const { dataDir } = given;
    const embedded = { env, dataDir, onProgress: options.onProgress };
    let webUi: string | null = null;
    if ((env['DATABASE_URL'] ?? '') === '') {
      options.onProgress('starting Postgres');
      const server = await startPostgres(embedded);
      stops.push(() => server.stop());
      env['DATABASE_URL'] = server.url;
      processes.push({ name: 'postgres', pid: server.pid });
    }
    if (!temporalConfigured(readSettings(env))) {
      options.onProgress('starting Temporal');
      const server = await startTemporalServer(embedded);
      stops.push(() => server.stop());
      env['TEMPORAL_ADDRESS'] = server.address;
      env['TEMPORAL_NAMESPACE'] = server.namespace;
      webUi = server.webUi;
      processes.push({ name: 'temporal', pid: server.pid });
    }
    const port = given.httpPort === 0 ? await anyFreePort() : given.httpPort;
    env['HTTP_PORT'] = String(port);
    const http = `http://${given.httpHost}:${port}`;
    const supervisor = new Supervisor(env, dataDir);
    stops.push(() => supervisor.stop());
    let sandbox: string | null = null;
    if (options.sandbox) {
      env['WEBHOOK_TOKEN'] ||= randomBytes(18).toString('base64url');
      const sandboxPort = await freePort(8090);
      const token = encodeURIComponent(env['WEBHOOK_TOKEN'].split(',')[0] ?? '');
      sandbox = `http://127.0.0.1:${sandboxPort}`;
      env['WEBSCRAPER_API_URL'] = `${sandbox}/api/v1`;
      env['WEBSCRAPER_API_TOKEN'] = 'sandbox';
      env['YAMATO_URL'] = `${sandbox}/cgi-bin/tneko`;
      const webhookUrl = `${http}/webhooks/webscraper?token=${token}`;
      supervisor.start({
        name: 'sandbox',
        args: ['sandbox', '--port', String(sandboxPort), '--webhook-url', webhookUrl],
      });
    }
    const settings = readSettings(env);
    requireSetting(settings, 'webhookTokens');
    requireSetting(settings, 'webscraperApiToken');
    const databaseUrl = requireSetting(settings, 'databaseUrl');
    options.onProgress('bringing database and Temporal up to date');
    await migrateDatabase(databaseUrl);
    const client = await connectClient(settings);
    stops.push(() => client.connection.close());
    await applyTemporalConfig(client.connection, client.options.namespace);
    await applySchedules(client, settings.jobDeadlineMs);
    options.onProgress('starting workers and the HTTP server');
    for (const name of Object.keys(QUEUES)) supervisor.start({ name, args: ['worker', name] });
    supervisor.start({ name: 'http', args: ['serve'] });
    await Promise.all([waitForHttp(http), waitForWorkers(client)]);
    const temporalAddress = env['TEMPORAL_ADDRESS'] ?? '';
    const where = { temporalAddress, webUi, http, databaseUrl, sandbox };
    const report: UpReport = { ready: true, ...where, processes: [...processes, ...supervisor.processes()] };
    writeFileSync(upFilePath(dataDir), JSON.stringify({ ...report, pid: process.pid }), { mode: 0o600 });
    stops.push(async () => rmSync(upFilePath(dataDir), { force: true }));
    return { report, settings, stop };
  } catch (error) {
    await stop().catch((cause: unknown) => options.onProgress(`while stopping: ${errorMessage(cause)}`));
    throw error;
  }
}
