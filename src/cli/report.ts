import { Command } from 'commander';
import { report, rollUp } from '../db/roll-ups.ts';
import { printJson, printTable } from './print.ts';
import { withDatabase } from './session.ts';
import { UsageError } from './usage.ts';

function dateOf(text: string | undefined, fallback: Date): Date {
  if (text === undefined) return fallback;
  const date = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00+09:00` : text);
  if (Number.isNaN(date.getTime())) throw new UsageError('USAGE', `${text}: write a date such as 2026-01-31`);
  return date;
}

/** `tsuiseki report`: the aggregated figures, the present hour included. */
export function reportCommand(): Command {
  return new Command('report')
    .description('batches and rows by task')
    .option('--from <date>', 'from this day on (Japan); default: all')
    .option('--to <date>', 'up to, and without, this day; default: now')
    .option('--json', 'print JSON')
    .action((options: { from?: string; to?: string; json?: boolean }) =>
      withDatabase(async ({ db }) => {
        const from = dateOf(options.from, new Date(0));
        const to = dateOf(options.to, new Date());
        await rollUp(db);
        const tasks = await report(db, from, to);
        if (options.json) printJson({ from: from.toISOString(), to: to.toISOString(), tasks });
        else printTable(tasks, ['task', 'batches', 'rows', 'completed', 'failed', 'invalid', 'delivered']);
      }),
    );
}
