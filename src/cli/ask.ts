import type { Command } from 'commander';
import { askAfterAll } from '../batches/ask-after.ts';
import type { AskDeps } from '../batches/ask-after.ts';
import { recordAction } from '../db/batches.ts';
import type { Database } from '../db/database.ts';
import { labelOf } from '../db/jobs.ts';
import { jobsInFlight } from '../db/stuck-jobs.ts';
import { TsuisekiError } from '../errors.ts';
import { createLogger } from '../log.ts';
import { AccountClock } from '../pacing/account-clock.ts';
import { requireSetting, secretsOf } from '../settings/settings.ts';
import type { Settings } from '../settings/settings.ts';
import { createWebScraperClient } from '../webscraper/client.ts';
import { printJson, printLine } from './print.ts';
import { timeLeft } from './progress.ts';
import { batchNamed, withDatabase } from './session.ts';
import { fromHere, steerCommand } from './steer.ts';
import type { SteerOptions } from './steer.ts';
import { chosenRows } from './usage.ts';
import { wake } from './wake.ts';

class NoCallFree extends TsuisekiError<'NO_CALL_FREE'> {}

interface Options extends SteerOptions {
  rows?: string;
}

function askDeps(database: Database, settings: Settings): AskDeps {
  const webscraper = createWebScraperClient({
    baseUrl: settings.webscraperApiUrl,
    token: requireSetting(settings, 'webscraperApiToken'),
    logger: createLogger(settings.logLevel, 'ask', secretsOf(settings)),
  });
  return { database, clock: new AccountClock(database, settings), webscraper };
}

function ask(reference: string, options: Options): Promise<void> {
  const named = chosenRows(options.rows);
  return withDatabase(async (database, settings) => {
    const deps = askDeps(database, settings);
    const batch = await batchNamed(database, reference);
    const inFlight = await jobsInFlight(database.db, batch.id, named);
    const say = options.json ? () => {} : printLine;
    if (inFlight.length === 0) say(`batch ${batch.id}: no job in flight to ask after`);
    else {
      const { id: messageId, by, why } = fromHere(options);
      const details = options.rows === undefined ? null : `rows ${options.rows}`;
      await recordAction(database.db, { batchId: batch.id, messageId, action: 'ask', by, why, details });
    }
    const { refused, ...told } = await askAfterAll(deps, inFlight, (rows, { scrapingJobId }, said) => {
      const label = labelOf(rows[0] ?? null, null, rows.length - 1);
      say(
        `${label}, scraping job ${scrapingJobId}: ${said.says}${said.ended ? ', its result is read now' : ''}`,
      );
    });
    if (told.ended > 0) await wake(settings, batch);
    if (options.json) printJson(told);
    if (refused === null) return;
    const left = inFlight.length - told.asked;
    throw new NoCallFree(
      'NO_CALL_FREE',
      `${left} of ${inFlight.length} jobs not asked after: the account has no call free (${refused.message}); ask again in ${timeLeft(refused.waitMs)}`,
    );
  });
}

/** `tsuiseki ask BATCH`. */
export function askCommand(): Command {
  return steerCommand('ask', 'ask the API now about the jobs in flight', 'what was told, as JSON')
    .option('--rows <rows>', 'only after the jobs of these rows, such as 3,7-9')
    .action(ask);
}
