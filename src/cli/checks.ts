import { missingMigrations, openDatabase } from '../db/database.ts';
import type { Database } from '../db/database.ts';
import { forwardTrouble } from '../db/forwards.ts';
import { inboxTrouble, SILENT_AFTER_S, webhookSilence } from '../db/inbox.ts';
import { soundServerVersion } from '../db/server-version.ts';
import { isRestored, RESTORED_TEXT } from '../db/installation.ts';
import { errorMessage } from '../errors.ts';
import { openWebDav } from '../files/open-files.ts';
import { createLogger } from '../log.ts';
import { callApi } from '../pacing/account-call.ts';
import { AccountClock } from '../pacing/account-clock.ts';
import { oddHolds } from '../pacing/odd-holds.ts';
import { withSitemap } from '../settings/by-task.ts';
import { secretsOf } from '../settings/settings.ts';
import type { Settings } from '../settings/settings.ts';
import { TRACKING_TASKS } from '../tasks/registry.ts';
import { missingSearchAttributes } from '../temporal/apply-config.ts';
import { askServer } from '../temporal/ask.ts';
import { connectClient } from '../temporal/connection.ts';
import type { ConnectedClient } from '../temporal/connection.ts';
import { QUEUES } from '../temporal/names.ts';
import { scheduleHealth } from '../temporal/schedule-health.ts';
import { recurring } from '../temporal/schedules.ts';
import { isPolled, partitionsOf } from '../temporal/worker-polls.ts';
import { ApiError } from '../webscraper/api-error.ts';
import { createWebScraperClient } from '../webscraper/client.ts';
import type { Answered } from '../webscraper/client.ts';
import { bad, check, good } from './check.ts';
import type { Check, Finding } from './check.ts';
import { clocks } from './place-checks.ts';

const SERVER_TIMEOUT_MS = 10_000;

/** A process keeps the settings that it was started with. */
const AFTER_CORRECTION =
  'once it is put right start `tsuiseki up`, or each worker, again; then `tsuiseki resume BATCH`';

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
      const version = await soundServerVersion(database.sql);
      const missing = await missingMigrations(database);
      return missing === 0
        ? good(`up to date, on PostgreSQL ${version}`)
        : bad(`lacks ${missing} migrations: run \`tsuiseki migrate\``);
    });
    if (!reached.ok) return [reached];
    return [
      reached,
      await check('restore', async () =>
        (await isRestored(database.db)) ? bad(RESTORED_TEXT) : good('none that is not made good'),
      ),
      await check('inbox', () => inbox(database)),
      await check('webhooks', () => webhooks(database)),
      ...(settings.webhookForwardUrl === null ? [] : [await check('forwarding', () => forwarding(database))]),
      await check('drift', () => drift(database)),
      await check('clock', () => clocks(database)),
      ...(await apiChecks(database, settings)),
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

async function drift({ db }: Database): Promise<Finding> {
  const held = await oddHolds(db);
  return held.length === 0
    ? good('no task is held for odd results')
    : bad(held.map(({ name, why }) => `${name}: ${why}`).join('; '));
}

async function forwarding({ db }: Database): Promise<Finding> {
  const { waiting, refused } = await forwardTrouble(db);
  const details = `${waiting} notifications of other jobs not taken for over a minute; in a week ${refused} refused`;
  return waiting === 0
    ? good(details)
    : bad(`${details}: does WEBHOOK_FORWARD_URL answer with 2xx, and does the worker acquisition run?`);
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

/** The API's token, and with a good one each sitemap: a call each. */
async function apiChecks(database: Database, settings: Settings): Promise<Check[]> {
  const { webscraperApiToken: token } = settings;
  if (token === null)
    return [
      await check('API token', async () =>
        bad('WEBSCRAPER_API_TOKEN is not set; take it from Web Scraper Cloud, API'),
      ),
    ];
  const webscraper = createWebScraperClient({
    baseUrl: settings.webscraperApiUrl,
    token,
    logger: createLogger(settings.logLevel, 'doctor', secretsOf(settings)),
  });
  const clock = new AccountClock(database, settings);
  const ask = <T>(call: () => Promise<Answered<T>>) => callApi(clock, clock.reserveCheck(null), call);
  const account = await check('API token', async () => {
    try {
      const credits = await ask(() => webscraper.account());
      return { ok: credits !== 0, details: `${credits ?? 'an unknown number of'} page credits left` };
    } catch (error) {
      return bad(`${errorMessage(error)}: ${AFTER_CORRECTION}`);
    }
  });
  const checks = [account];
  for (const [sitemapId, tasks] of account.ok ? tasksBySitemap(settings) : [])
    checks.push(
      await check(`sitemap ${sitemapId}`, async () => {
        try {
          return good(`${await ask(() => webscraper.sitemap(sitemapId))}, for ${tasks.join(', ')}`);
        } catch (error) {
          if (!(error instanceof ApiError) || error.code !== 'API_NOT_FOUND') throw error;
          return bad(
            `the account has none: set SITEMAP_IDS=${tasks.map((task) => `${task}=…`).join(',')}; ${AFTER_CORRECTION}`,
          );
        }
      }),
    );
  return checks;
}

/** The sitemaps that tasks publish to, with the prefixes that SITEMAP_IDS names them by. */
function tasksBySitemap(settings: Settings): Map<number, string[]> {
  const tasks = new Map<number, string[]>();
  for (const { lookup, customIdPrefix } of TRACKING_TASKS.map((task) => withSitemap(settings, task)))
    if (lookup.by !== 'carrier')
      tasks.set(lookup.sitemapId, [...(tasks.get(lookup.sitemapId) ?? []), customIdPrefix]);
  return tasks;
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
      ask(`partitions of ${QUEUES.publish_tracking}`, async () => {
        const count = await partitionsOf(connected, QUEUES.publish_tracking);
        return count === 1
          ? good('one, as its pace needs it')
          : bad(`${count}: each paces by itself; give the server temporal-config/dynamic-config.yaml`);
      }),
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
