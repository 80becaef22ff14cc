import { setTimeout as delay } from 'node:timers/promises';
import { reconcileJobs } from '../batches/after-restore.ts';
import type { RestoreStep } from '../batches/after-restore.ts';
import { missingMigrations } from '../db/database.ts';
import { beginDoubt, endDoubt, restoredLately } from '../db/installation.ts';
import { errorMessage, TsuisekiError } from '../errors.ts';
import { createLogger } from '../log.ts';
import { AccountClock } from '../pacing/account-clock.ts';
import { withSitemap } from '../settings/by-task.ts';
import { requireSetting, secretsOf, temporalConfigured } from '../settings/settings.ts';
import type { Settings } from '../settings/settings.ts';
import type { Queries } from '../db/database.ts';
import { durationText } from '../text.ts';
import { connectClient } from '../temporal/connection.ts';
import { compareRuns } from '../temporal/restored-runs.ts';
import { createWebScraperClient } from '../webscraper/client.ts';
import { note, printJson, printLine } from './print.ts';
import { withDatabase } from './session.ts';

/** `LOOK_INCOMPLETE`: publishing stays held; run it again. `NOT_MIGRATED`: nothing was done. */
class RestoreError extends TsuisekiError<'LOOK_INCOMPLETE' | 'NOT_MIGRATED'> {}

type Tell = (step: RestoreStep) => void;

const ofAccount = (details: string): RestoreStep => ({
  what: 'account',
  batchId: null,
  customId: null,
  scrapingJobId: null,
  details,
});

/** What Temporal runs; where it is away the sweep does the most of it later. */
async function runs(settings: Settings, queries: Queries, tell: Tell): Promise<void> {
  if (!temporalConfigured(settings)) return;
  const client = await connectClient(settings);
  try {
    await compareRuns(client, queries, tell);
  } finally {
    await client.connection.close();
  }
}

/** `doctor --after-restore`: may be run again; what is already put right is left as it is. */
export function afterRestore(json: boolean): Promise<void> {
  const steps: RestoreStep[] = [];
  const tell: Tell = (step) => {
    if (json) return void steps.push(step);
    const { what, batchId, customId, scrapingJobId, details } = step;
    const name = customId ?? batchId;
    const job = scrapingJobId === null ? '' : `, scraping job ${scrapingJobId}`;
    printLine(`${what}${name === null ? '' : ` ${name}`}${job}: ${details}`);
  };
  return withDatabase(async (database, settings) => {
    const token = requireSetting(settings, 'webscraperApiToken');
    if ((await missingMigrations(database)) > 0)
      throw new RestoreError('NOT_MIGRATED', 'the database lacks migrations: run `tsuiseki migrate` first');
    const { db } = database;
    const lately = await restoredLately(db, settings.callWindowMs);
    if (lately !== null) {
      tell(ofAccount(`the restore was made good at ${lately.toISOString()}: nothing is left to do`));
      if (json) printJson(steps);
      return;
    }
    const doubtedAt = await beginDoubt(db);
    tell(ofAccount('publishing is held for everybody meanwhile'));
    const clock = new AccountClock(database, settings);
    const { broke, seen } = await reconcileJobs(
      {
        database,
        clock,
        webscraper: createWebScraperClient({
          baseUrl: settings.webscraperApiUrl,
          token,
          logger: createLogger(settings.logLevel, 'doctor', secretsOf(settings)),
        }),
        jobDeadlineMs: settings.jobDeadlineMs,
        configured: (task) => withSitemap(settings, task),
        onWait: async ({ waitMs, message }) => {
          note(`waiting for a call of the account (${message}), ${durationText(waitMs)}`);
          await delay(waitMs);
        },
      },
      tell,
    );
    if (broke === null) {
      tell(ofAccount(`its list of jobs was looked through as far as needed, ${seen} jobs`));
      await runs(settings, db, tell);
      const until = new Date(doubtedAt.getTime() + settings.callWindowMs);
      await clock.closeUntil(until, 'a restore: calls made before it may still count');
      tell(ofAccount(`closed until ${until.toISOString()}, one window from the restore`));
      await endDoubt(db);
      tell(ofAccount('publishing is no longer held; batches hear of it within three minutes'));
    }
    if (json) printJson(steps);
    if (broke === null) return;
    throw new RestoreError(
      'LOOK_INCOMPLETE',
      `the account's list of jobs could not be looked through (${errorMessage(broke, 200)}): publishing stays held; run \`tsuiseki doctor --after-restore\` again`,
    );
  });
}
