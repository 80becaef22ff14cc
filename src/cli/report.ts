import { Command } from 'commander';
import { report, rollUp } from '../db/roll-ups.ts';
import { printJson, printTable } from './print.ts';
import { withDatabase } from './session.ts';
import { moment, UsageError } from './usage.ts';

/** Checked before the database is asked for anything. */
function period(options: { from?: string; to?: string }): { from: Date | null; to: Date } {
  const from = options.from === undefined ? null : moment(options.from);
  const to = options.to === undefined ? new Date() : moment(options.to);
  if (from !== null && from >= to)
    throw new UsageError('USAGE', `--from ${options.from} is not before ${options.to ?? 'now'}`);
  return { from, to };
}

/** `tsuiseki report`: the aggregated figures, the present hour included. */
export function reportCommand(): Command {
  return new Command('report')
    .description('batches and rows by task')
    .option('--from <date>', 'from this day on (Japan); default: all')
    .option('--to <date>', 'up to, and without, this day; default: now')
    .option('--json', 'print JSON')
    .action((options: { from?: string; to?: string; json?: boolean }) => {
      const { from, to } = period(options);
      return withDatabase(async ({ db }) => {
        await rollUp(db);
        const tasks = await report(db, from ?? new Date(0), to);
        if (options.json) printJson({ from: from?.toISOString() ?? null, to: to.toISOString(), tasks });
        else printTable(tasks, ['task', 'batches', 'rows', 'completed', 'failed', 'invalid', 'delivered']);
      });
    });
}
