import { missingMigrations, openDatabase } from '../db/database.ts';
import type { Database } from '../db/database.ts';
import { forwardTrouble } from '../db/forwards.ts';
import { inboxTrouble, SILENT_AFTER_S, webhookSilence } from '../db/inbox.ts';
import { soundServerVersion } from '../db/server-version.ts';
import { isRestored, RESTORED_TEXT } from '../db/installation.ts';
import { openWebDav } from '../files/open-files.ts';
import { FileError } from '../files/types.ts';
import { oddHolds } from '../pacing/odd-holds.ts';
import type { Settings } from '../settings/settings.ts';
import { missingSearchAttributes } from '../temporal/apply-config.ts';
import { askServer } from '../temporal/ask.ts';
import { connectClient } from '../temporal/connection.ts';
import type { ConnectedClient } from '../temporal/connection.ts';
import { QUEUES } from '../temporal/names.ts';
import { scheduleHealth } from '../temporal/schedule-health.ts';
import { recurring } from '../temporal/schedules.ts';
import { isPolled, partitionsOf } from '../temporal/worker-polls.ts';
import { apiChecks } from './api-checks.ts';
import { bad, check, good } from './check.ts';
import type { Check, Finding } from './check.ts';
import { clocks } from './place-checks.ts';

const SERVER_TIMEOUT_MS = 10_000;

/** What Web Scraper Cloud has to call. */
const WEBHOOK_URL = 'https://your-host/webhooks/webscraper?token=…';

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
  const set = `set ${WEBHOOK_URL} with a token of WEBHOOK_TOKEN at Web Scraper Cloud, API`;
  if (silenceS > SILENT_AFTER_S)
    return bad(
      `${last}, while ${waiting} jobs wait: ${set}; \`curl -d x=1 URL\` from outside has to answer 400 then`,
    );
  return good(lastAt === null ? `${last}; unless it is done, ${set}` : last);
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
          : bad(
              `${count}: each paces by itself; run \`tsuiseki temporal-config --dynamic-config FILE\` where the server runs, FILE being its own dynamic config`,
            );
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
  const { databaseUrl, webdavUrl, webdavUsername, webdavPassword } = settings;
  const login = { WEBDAV_URL: webdavUrl, WEBDAV_USERNAME: webdavUsername, WEBDAV_PASSWORD: webdavPassword };
  const unset = Object.entries(login).flatMap(([name, value]) => (value === null ? [name] : []));
  const database = databaseUrl === null ? null : openDatabase(databaseUrl, { maxConnections: 1 });
  try {
    return await check('WebDAV', async () => {
      const webdav = openWebDav(settings, database);
      if (webdav === null)
        return unset.length === Object.keys(login).length
          ? good('not configured')
          : bad(
              `is not used: set ${unset.join(' and ')}, then start \`tsuiseki up\`, or \`serve\` and each worker, again`,
            );
      try {
        // The first file is enough: the folder was read.
        for await (const file of webdav.walk()) return good(`readable, such as ${file.path}`);
        return good('readable, without a file');
      } catch (error) {
        if (!(error instanceof FileError) || error.code !== 'FILE_NOT_FOUND') throw error;
        return bad(
          'WEBDAV_URL leads to no folder (404): set it to one, such as https://cloud.example/remote.php/dav/files/bot/',
        );
      }
    });
  } finally {
    await database?.close();
  }
}
