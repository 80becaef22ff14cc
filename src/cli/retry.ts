import { retryForecast } from '../batches/retry-forecast.ts';
import { rowsToRetry } from '../batches/retry-rows.ts';
import { numbered, rowReports } from '../batches/row-reports.ts';
import { batchStatus } from '../batches/status.ts';
import { NO_ROWS } from '../db/batch-figures.ts';
import { retryBatch } from '../temporal/retry-batch.ts';
import { TsuisekiError } from '../errors.ts';
import type { Command } from 'commander';
import { printDryRun } from './dry-run.ts';
import { printJson, printLine, statusLine } from './print.ts';
import { batchNamed, withDatabase, withTemporal } from './session.ts';
import { fromHere, steerCommand } from './steer.ts';
import type { SteerOptions } from './steer.ts';
import { chosenRows } from './usage.ts';

class NothingToRetry extends TsuisekiError<'NOTHING_TO_RETRY'> {}

interface Options extends SteerOptions {
  rows?: string;
  dryRun?: boolean;
}

/** What a retry would do; throws when it would do nothing. */
function dryRun(reference: string, options: Options): Promise<void> {
  return withDatabase(async (database, settings) => {
    const { db } = database;
    const batch = await batchNamed(database, reference);
    const again = await rowsToRetry(db, batch.id, chosenRows(options.rows));
    const forecast = await retryForecast(db, settings, batch, again);
    const reports = await rowReports(db, batch.id, numbered(again.map(({ row }) => row)));
    const rows = reports.map((row) => ({ ...row, state: 'pending' as const, error: null, reason: null }));
    const counts = { ...NO_ROWS, total: rows.length, pending: rows.length };
    printDryRun({ rows, counts, ...forecast }, options.json === true);
  });
}

function retry(reference: string, options: Options): Promise<void> {
  return withTemporal(async (deps) => {
    const { database, settings } = deps;
    const batch = await batchNamed(database, reference);
    const named = chosenRows(options.rows);
    if ((await rowsToRetry(database.db, batch.id, named)).length === 0)
      throw new NothingToRetry(
        'NOTHING_TO_RETRY',
        named === null
          ? `batch ${batch.id} has no failed rows; name others with --rows`
          : `batch ${batch.id}: none of the rows ${options.rows} can be run again (invalid, under way, or not in it)`,
      );
    await retryBatch(deps, batch.id, { ...fromHere(options), rows: options.rows ?? null });
    const status = await batchStatus(database.db, await batchNamed(database, batch.id), settings);
    if (options.json) printJson(status);
    else printLine(statusLine(status));
  });
}

/** `tsuiseki retry BATCH`. */
export function retryCommand(): Command {
  return steerCommand('retry', 'run the rows again that failed or were left, through the same paced queue')
    .option('--rows <rows>', 'these rows instead, such as 3,7-9')
    .option('--dry-run', 'show what would be published; start nothing')
    .action((reference: string, options: Options) =>
      options.dryRun ? dryRun(reference, options) : retry(reference, options),
    );
}
