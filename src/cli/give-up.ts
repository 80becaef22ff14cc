import type { Command } from 'commander';
import { giveUpRows } from '../batches/give-up.ts';
import { batchStatus } from '../batches/status.ts';
import { changeBatch } from '../db/batches.ts';
import { printJson, printLine, statusLine } from './print.ts';
import { batchNamed, withDatabase } from './session.ts';
import { fromHere, steerCommand } from './steer.ts';
import type { SteerOptions } from './steer.ts';
import { chosenRows } from './usage.ts';
import { wake } from './wake.ts';

function giveUp(reference: string, options: SteerOptions & { rows: string }): Promise<void> {
  const numbers = chosenRows(options.rows) ?? [];
  return withDatabase(async (database, settings) => {
    const batch = await batchNamed(database, reference);
    await changeBatch(database.db, batch.id, (tx) => giveUpRows(tx, batch.id, numbers, fromHere(options)));
    await wake(settings, batch);
    const status = await batchStatus(database.db, batch, settings);
    if (options.json) printJson(status);
    else printLine(statusLine(status));
  });
}

/** `tsuiseki give-up BATCH`. */
export function giveUpCommand(): Command {
  return steerCommand('give-up', 'wait for these rows no longer: they fail; a later result still counts')
    .requiredOption('--rows <rows>', 'rows that are pending, published or redirected, such as 3,7-9')
    .action(giveUp);
}
