import { missingMigrations, openDatabase } from '../db/database.ts';
import type { Database } from '../db/database.ts';
import { inboxTrouble, webhookSilence } from '../db/inbox.ts';
import { errorMessage, rootMessage, TsuisekiError } from '../errors.ts';
import { openWebDav } from '../files/open-files.ts';
import { createLogger } from '../log.ts';
import { callApi } from '../pacing/account-call.ts';
import { AccountClock } from '../pacing/account-clock.ts';
import { requireSetting, secretsOf } from '../settings/settings.ts';
import type { Settings } from '../settings/settings.ts';
import { missingSearchAttributes } from '../temporal/apply-config.ts';
import { askServer } from '../temporal/ask.ts';
import { connectClient } from '../temporal/connection.ts';
import type { ConnectedClient } from '../temporal/connection.ts';
import { QUEUES } from '../temporal/names.ts';
import { scheduleHealth } from '../temporal/schedule-health.ts';
import { recurring } from '../temporal/schedules.ts';
import { isPolled } from '../temporal/worker-polls.ts';
import { createWebScraperClient } from '../webscraper/client.ts';

/** `doctor --json`: one of these a check. */
export interface Check {
  check: string;
  ok: boolean;
  details: string;
}

type Finding = Pick<Check, 'ok' | 'details'>;

const SERVER_TIMEOUT_MS = 10_000;

/** A page takes Web Scraper Cloud a minute or two. */
const SILENT_AFTER_S = 300;

/** A process keeps the settings that it was started with. */
const AFTER_CORRECTION =
  'once it is put right start `tsuiseki up`, or each worker, again; then `tsuiseki resume BATCH`';

const good = (details: string): Finding => ({ ok: true, details });
const bad = (details: string): Finding => ({ ok: false, details });

/** What throws has failed, with its reason. */
async function check(name: string, look: () => Promise<Finding>): Promise<Check> {
  try {
    return { check: name, ...(await look()) };
  } catch (error) {
    const ours = error instanceof TsuisekiError;
    return { check: name, ...bad(ours ? errorMessage(error, 300) : rootMessage(error, 300)) };
  }
}

/** The database, what waits in it, and the API, whose calls it counts. */
export async function databaseChecks(settings: Settings): Promise<Check[]> {
  const { databaseUrl } = settings;
  if (databaseUrl === null)
    return [
      await check('database', async () => bad('DATABASE_URL is not set, and no `tsuiseki up` runs here')),
    ];
  const database = openDatabase(databaseUrl, { maxConnections: 2 });
  try {
    const reached = await check('database', async () => {
      const missing = await missingMigrations(database);
      return missing === 0
        ? good('up to date')
        : bad(`lacks ${missing} migrations: run \`tsuiseki migrate\``);
    });
    if (!reached.ok) return [reached];
    return [
      reached,
      await check('inbox', () => inbox(database)),
      await check('webhooks', () => webhooks(database)),
      await check('API token', () => api(database, settings)),
    ];
  } finally {
    await database.close();
  }
}

async function inbox({ db }: Database): Promise<Finding> {
  const { unread, unknown, disagree } = await inboxTrouble(db);
  const details = `${unread} unread for over a minute; in a week ${unknown} of unknown jobs, ${disagree} in disagreement`;
  return unread === 0 ? good(details) : bad(`${details}: is the worker tracking_webhook running?`);
}

async function webhooks({ db }: Database): Promise<Finding> {
  const { waiting, lastAt, silenceS } = await webhookSilence(db);
  const last = lastAt === null ? 'none has ever come' : `the last came at ${lastAt.toISOString()}`;
  return silenceS > SILENT_AFTER_S
    ? bad(
        `${last}, while ${waiting} jobs wait: does Web Scraper Cloud call /webhooks/webscraper?token=… here?`,
      )
    : good(last);
}

async function api(database: Database, settings: Settings): Promise<Finding> {
  const webscraper = createWebScraperClient({
    baseUrl: settings.webscraperApiUrl,
    token: requireSetting(settings, 'webscraperApiToken'),
    logger: createLogger(settings.logLevel, 'doctor', secretsOf(settings)),
  });
  const clock = new AccountClock(database, settings);
  let credits: number | null;
  try {
    credits = await callApi(clock, clock.reserveCheck(null), () => webscraper.account());
  } catch (error) {
    return bad(`${errorMessage(error)}: ${AFTER_CORRECTION}`);
  }
  const left = `${credits ?? 'an unknown number of'} page credits left`;
  return { ok: credits !== 0, details: left };
}

/** Temporal, its namespace, a worker for each queue, and how each schedule fares. */
export async function temporalChecks(settings: Settings): Promise<Check[]> {
  let client: ConnectedClient | null = null;
  try {
    const connected = await connectClient(settings);
    client = connected;
    const { connection, options } = connected;
    const ask = (name: string, look: () => Promise<Finding>) =>
      check(name, () => askServer(connected, name, look, SERVER_TIMEOUT_MS));
    return await Promise.all([
      check('Temporal', async () => good('answers')),
      ask(`namespace ${options.namespace}`, async () => {
        const missing = await missingSearchAttributes(connection, options.namespace);
        return missing.length === 0
          ? good('has every search attribute')
          : bad(`lacks search attributes ${missing.join(', ')}: run \`tsuiseki migrate\``);
      }),
      ...Object.entries(QUEUES).map(([worker, queue]) =>
        ask(`worker ${worker}`, async () =>
          (await isPolled(connected, queue))
            ? good(`asks for work on ${queue}`)
            : bad(`no worker on ${queue}: run \`tsuiseki worker ${worker}\``),
        ),
      ),
      ...recurring(settings.jobDeadlineMs).map((each) =>
        ask(`schedule ${each.id}`, async () => {
          const { ok, details } = await scheduleHealth(connected, each);
          return { ok, details };
        }),
      ),
    ]);
  } catch (error) {
    return [await check('Temporal', () => Promise.reject(error))];
  } finally {
    await client?.connection.close();
  }
}

export async function webdavCheck(settings: Settings): Promise<Check> {
  const { databaseUrl } = settings;
  const database = databaseUrl === null ? null : openDatabase(databaseUrl, { maxConnections: 1 });
  try {
    return await check('WebDAV', async () => {
      const webdav = openWebDav(settings, database);
      if (webdav === null) return good('not configured');
      // The first file is enough: the folder was read.
      for await (const file of webdav.walk()) return good(`readable, such as ${file.path}`);
      return good('readable, without a file');
    });
  } finally {
    await database?.close();
  }
}
