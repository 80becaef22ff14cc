import { Command } from 'commander';
import { explainRow } from '../batches/explain.ts';
import { TsuisekiError } from '../errors.ts';
import { wholeNumber } from '../settings/parse.ts';
import { printJson, printTable } from './print.ts';
import { batchNamed, withDatabase } from './session.ts';
import { option } from './usage.ts';

class RowUnknown extends TsuisekiError<'ROW_UNKNOWN'> {}

/** A sheet's last row in Excel. */
const LAST_ROW = 1_048_576;

/** `tsuiseki explain BATCH ROW`. */
export function explainCommand(): Command {
  return new Command('explain')
    .description("one row's whole story, in time order")
    .argument('<batch>', 'a batchId or workflowId')
    .argument('<row>', "the sheet's own row number", option(wholeNumber(2, LAST_ROW)))
    .option('--json', 'an array of events')
    .action((reference: string, row: number, options: { json?: boolean }) =>
      withDatabase(async (database) => {
        const batch = await batchNamed(database, reference);
        const story = await explainRow(database.db, batch, row);
        if (story.length === 0)
          throw new RowUnknown(
            'ROW_UNKNOWN',
            `batch ${batch.id} has no row ${row}; \`tsuiseki rows ${batch.id}\` shows those it has`,
          );
        if (options.json) printJson(story);
        else printTable(story, ['at', 'what', 'details']);
      }),
    );
}
