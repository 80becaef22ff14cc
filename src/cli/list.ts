import { Command, Option } from 'commander';
import type { ListFilter } from '../batches/list-filter.ts';
import { batchList } from '../batches/status.ts';
import { BATCH_STATES } from '../db/states.ts';
import type { BatchState } from '../db/states.ts';
import type { Settings } from '../settings/settings.ts';
import { taskByName } from '../tasks/registry.ts';
import { WAITS_FOR } from '../temporal/names.ts';
import type { WaitsFor } from '../temporal/names.ts';
import { printJson, printLine, statusLine } from './print.ts';
import { withDatabase } from './session.ts';
import { withTemporalView } from './temporal-view.ts';
import { moment } from './usage.ts';

interface Options {
  task?: string;
  workbook?: string;
  state?: BatchState;
  waits?: WaitsFor;
  failed?: true;
  reason?: string;
  since?: string;
  json?: true;
}

/** What a batch waits for stands in Temporal alone. */
async function waitingFor(settings: Settings, waits: WaitsFor): Promise<string[]> {
  const [{ connectClient }, { workflowsThatWait }] = await Promise.all([
    import('../temporal/connection.ts'),
    import('../temporal/figures.ts'),
  ]);
  const client = await connectClient(settings);
  try {
    return await workflowsThatWait(client, waits);
  } finally {
    await client.connection.close();
  }
}

/** `tsuiseki list`. */
export function listCommand(): Command {
  return new Command('list')
    .description('all batches, newest first; options together: those that fit each')
    .option('--task <task>', 'of this task')
    .option('--workbook <text>', 'whose path contains this')
    .addOption(new Option('--state <state>', 'in this state').choices(BATCH_STATES))
    .addOption(new Option('--waits <what>', 'that wait for this, told by Temporal').choices(WAITS_FOR))
    .option('--failed', 'with failed rows')
    .option('--reason <text>', 'whose reason, or the error of one of whose rows, contains this')
    .option('--since <date>', 'started on this day (Japan) or later, or from this moment on')
    .option('--json', 'an array of status objects')
    .action(({ waits, since, json, ...options }: Options) => {
      const filter: ListFilter = options;
      if (options.task !== undefined) taskByName(options.task);
      if (since !== undefined) filter.since = moment(since);
      return withDatabase(async ({ db }, settings) => {
        if (waits !== undefined) filter.workflowIds = await waitingFor(settings, waits);
        const found = await batchList(db, settings, filter);
        await withTemporalView(settings, (view) => view.tellPaused(found));
        const all = found.filter(({ state }) => options.state === undefined || state === options.state);
        if (json) printJson(all);
        else
          for (const status of all)
            printLine(`${statusLine(status)} · ${status.workbook ?? `rows from ${status.rowsFrom}`}`);
      });
    });
}
