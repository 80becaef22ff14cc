import { Command } from 'commander';
import { ForgetError, forgetPerson } from '../batches/forget-person.ts';
import type { Forgotten } from '../batches/forget-person.ts';
import { printJson, printLine } from './print.ts';
import { withDatabase } from './session.ts';
import { UsageError } from './usage.ts';

function printForgotten({ rows, jobs, batches, others, left }: Forgotten): void {
  printLine(`forgotten: ${rows} rows of ${batches} batches, and what ${jobs} jobs held of them`);
  for (const { column, rows: places } of others) printLine(`  ${places} in ${column}`);
  for (const { column, rows: places } of left)
    printLine(`  left: ${places} in ${column}, the name of a file: rename that`);
}

/** `tsuiseki forget TEXT`. */
export function forgetCommand(): Command {
  return new Command('forget')
    .description('an e-mail address or an order leaves the database; its rows keep their results')
    .argument('<text>', 'the whole address, with the orders beside it, or one order')
    .option('--json', 'print JSON')
    .action((text: string, options: { json?: boolean }) =>
      withDatabase(async (database) => {
        const forgotten = await forgetPerson(database, text).catch((error: unknown) => {
          if (error instanceof ForgetError && error.code === 'NOT_PERSONAL')
            throw new UsageError('USAGE', error.message, { cause: error });
          throw error;
        });
        if (options.json) printJson(forgotten);
        else printForgotten(forgotten);
      }),
    );
}
