import { MockActivityEnvironment } from '@temporalio/testing';
import type { Client } from '@temporalio/client';
import { DefaultLogger } from '@temporalio/worker';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { createYamatoClient } from '../../../src/carriers/yamato/client.ts';
import type { Database } from '../../../src/db/database.ts';
import type { FileStore } from '../../../src/files/types.ts';
import { buildApp } from '../../../src/http/app.ts';
import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox, SandboxOptions } from '../../../src/sandbox/index.ts';
import { createWebScraperClient } from '../../../src/webscraper/client.ts';
import type { WebScraperClient } from '../../../src/webscraper/client.ts';
import type { AccountLimits } from '../../../src/pacing/account-turns.ts';
import { readSettings } from '../../../src/settings/settings.ts';
import type { ResultsWebhook } from '../../../src/outbound/results-webhook.ts';
import { createParts } from '../../../workers/parts.ts';
import { WORKERS } from '../../../workers/registry.ts';
import type { SignedWorkbooks } from '../../../src/workbook/types.ts';
import { testDatabase } from '../db/test-database.ts';
import type { TestDatabase } from '../db/test-database.ts';
import { testApi } from '../http/api.ts';
import { OPEN } from '../http/sign-in-rules.ts';
import { stopwatch } from '../stopwatch.ts';

export const API_TOKEN = 'secret-api-token';
export const COLUMNS = { input: 'A', email: 'B', result: 'C', status: null };
export const JOB_DEADLINE_MS = 1_800_000;

export interface StageOptions {
  limits?: Partial<AccountLimits>;
  sandbox?: Partial<SandboxOptions>;
  /** Where the API is said to be; the sandbox unless given. */
  apiUrl?: string;
  apiToken?: string;
  callTimeoutMs?: number;
  /** What happens around calls of the API, beside the real one. */
  around?: (real: WebScraperClient) => Partial<WebScraperClient>;
  urlsPerJob?: number;
  files?: FileStore;
  signedWorkbooks?: SignedWorkbooks;
  /** A file server, used as workers do: its holds stand in the database. */
  webdav?: { url: string; username: string; password: string };
  editors?: { isOpen(key: string): Promise<boolean> };
  /** Who takes the results of batches without a workbook; nobody unless given. */
  results?: ResultsWebhook;
  autoMaxRows?: number;
  statusColumn?: string;
  /** Yamato's page, where it is not the sandbox's own over HTTP. */
  yamato?: (sandbox: Sandbox) => { url: string; ca?: string; timeoutMs?: number };
}

const SILENT = pino({ level: 'silent' });
/** What activities log of their ordinary work is not for the tests' output. */
const QUIET = new DefaultLogger('WARN');
/** Whoever starts, signals or asks workflows has a fake of its own. */
const NO_TEMPORAL = {} as Client;

export type Stage = Awaited<ReturnType<typeof setStage>>;

/** Every activity on a real Postgres and a real sandbox, whose notifications arrive at the real HTTP server. */
async function setStage(database: Database, options: StageOptions, releasers: (() => Promise<unknown>)[]) {
  const time = stopwatch();
  const sandbox: Sandbox = await startSandbox({ token: API_TOKEN, jobDurationMs: 1, ...options.sandbox });
  const settings = {
    ...readSettings({ WEBSCRAPER_API_TOKEN: API_TOKEN, PUBLISH_INTERVAL: '10ms', YAMATO_PAUSE_MIN: '0s' }),
    yamatoPauseMaxMs: 100_000,
    autoMaxRows: options.autoMaxRows ?? 1_000,
    statusColumn: options.statusColumn ?? null,
    urlsPerJob: { all: options.urlsPerJob ?? 1, tasks: {} },
    webdavUrl: options.webdav?.url ?? null,
    webdavUsername: options.webdav?.username ?? null,
    webdavPassword: options.webdav?.password ?? null,
    ...options.limits,
  };
  const real = createWebScraperClient({
    baseUrl: options.apiUrl ?? sandbox.url,
    token: options.apiToken ?? API_TOKEN,
    timeoutMs: options.callTimeoutMs ?? 10_000,
  });
  const webscraper = { ...real, ...options.around?.(real) };
  const arrivals = { count: 0, wake: () => {} };
  const app = buildApp({
    database,
    notify: async () => {},
    forward: null,
    pingTemporal: async () => {},
    temporalFigures: async () => ({ queues: [], schedules: [], waits: [] }),
    callLimit: 200,
    requery: 'free',
    serving: null,
    signIn: OPEN,
    api: testApi(database, { settings }),
    webhookTokens: ['hook'],
    saves: {
      store: () => Promise.reject(new TypeError('not built')),
      noteSession: () => Promise.reject(new TypeError('not built')),
      noteSessionSave: () => Promise.reject(new TypeError('not built')),
    },
    onlyoffice: { jwtSecret: null, jwtHeader: 'Authorization', callbackUrl: null },
    nextcloud: { webhookToken: null, botUser: null },
    logger: SILENT,
  });
  app.addHook('onResponse', async () => {
    arrivals.count += 1;
    arrivals.wake();
  });
  // Last in, first out: a notification under way would keep the server open for its connection's idle time.
  releasers.push(
    () => app.close(),
    () => sandbox.close(),
  );
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  sandbox.setWebhookUrl(`${address}/webhooks/webscraper?token=hook`);

  const yamato = createYamatoClient(options.yamato?.(sandbox) ?? { url: sandbox.yamatoUrl });
  releasers.push(async () => yamato.close());
  const own = createParts({ settings, client: NO_TEMPORAL, logger: SILENT, database, time: time.source });
  const parts = {
    ...own,
    files: options.files ?? own.files,
    signedWorkbooks: options.signedWorkbooks ?? 'warn',
    editors: options.editors ?? null,
    results: options.results ?? null,
    webscraper: () => webscraper,
    yamato: () => yamato,
  };
  const activities = {
    ...WORKERS.tracking_batch.activities(parts),
    ...WORKERS.tracking_excel.activities(parts),
    ...WORKERS.publish_tracking.activities(parts),
    ...WORKERS.yamato_tracking_10.activities(parts),
    ...WORKERS.tracking_webhook.activities(parts),
    ...WORKERS.aggregation.activities(parts),
  };
  return {
    ...parts,
    ...settings,
    limits: settings,
    webscraper,
    yamato,
    db: database.db,
    sandbox,
    time,
    activities,
    /** Resolves once so many notifications have been answered in all. */
    async notified(count: number): Promise<void> {
      while (arrivals.count < count) {
        await new Promise<void>((resolve) => {
          arrivals.wake = resolve;
        });
      }
    },
    /** Runs an activity as a worker would, with an environment of its own. */
    run<P extends unknown[], R>(activity: (...args: P) => Promise<R>, ...args: P): Promise<R> {
      return new MockActivityEnvironment({}, { logger: QUIET }).run(activity, ...args);
    },
  };
}

/** To be called once a test file: gives a maker of stages; each test begins with an empty schema. */
export function useStage(): (options?: StageOptions) => Promise<Stage> {
  let test: TestDatabase;
  const releasers: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    test = await testDatabase();
  });
  afterEach(async () => {
    for (const release of releasers.splice(0).toReversed()) await release();
    await test.database
      .sql`truncate batches, sheet_words, notifications, calls, roll_ups, rolled_batches, parcel_roll_ups, gone_parcels, changed_parcel_days, open_parcels, account_clock, carrier_clock, carrier_requests, saves, workbooks, workbook_leases, editing_sessions, file_servers, incidents, text_meanings, unknown_texts, task_drift, drift_texts, parcels, carrier_checks cascade`;
    await test.database.sql`insert into account_clock (id) values (1)`;
  });
  afterAll(() => test.drop());
  return (options = {}) => setStage(test.database, options, releasers);
}
