import { Command } from 'commander';
import { csvOf } from '../batches/csv.ts';
import { ROW_COLUMNS, rowReports } from '../batches/row-reports.ts';
import { hintText } from '../carriers/other-carrier.ts';
import { statusWords } from '../batches/status-words.ts';
import { batchStatus } from '../batches/status.ts';
import { noteLines, printJson, printLine, printTable, statusLine } from './print.ts';
import { batchNamed, withDatabase } from './session.ts';
import { UsageError } from './usage.ts';
import { withTemporalView } from './temporal-view.ts';

interface Options {
  json?: boolean;
}

const statusCommand = () =>
  new Command('status')
    .description('where a batch is')
    .argument('<batch>', 'a batchId or workflowId')
    .option('--json', 'print JSON')
    .action((reference: string, options: Options) =>
      withDatabase(async (database, settings) => {
        const status = await batchStatus(database.db, await batchNamed(database, reference), settings);
        await withTemporalView(settings, (view) => view.tell(status));
        if (options.json) printJson(status);
        else for (const line of [statusLine(status), ...noteLines(status)]) printLine(line);
      }),
    );

const rowsCommand = () =>
  new Command('rows')
    .description('every row of a batch with its state and result')
    .argument('<batch>', 'a batchId or workflowId')
    .option('--json', 'one object a line')
    .option('--csv', "a file for Excel, in UTF-8; a text that begins like a formula has a ' in front")
    .action((reference: string, options: Options & { csv?: boolean }) =>
      withDatabase(async (database) => {
        if (options.json && options.csv) throw new UsageError('USAGE', 'either --json or --csv');
        const { id } = await batchNamed(database, reference);
        const reports = await rowReports(database.db, id);
        if (options.csv) process.stdout.write(csvOf(ROW_COLUMNS, reports));
        else if (options.json) for (const report of reports) printJson(report);
        else
          printTable(
            reports.map(({ carrierHint: hint, ...report }) => ({
              ...report,
              status: [statusWords(report), ...(hint === null ? [] : [hintText(hint)])],
            })),
            ['row', 'state', 'trackingNumber', 'status', 'result', 'error'],
          );
      }),
    );

/** `status` and `rows`: what the database says; of Temporal only whether it holds a batch by itself. */
export function batchCommands(): Command[] {
  return [statusCommand(), rowsCommand()];
}
