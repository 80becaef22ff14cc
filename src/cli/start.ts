import { userInfo } from 'node:os';
import { Command } from 'commander';
import { readRows, isRowsSource } from '../batches/given-rows/read-rows.ts';
import type { GivenRows } from '../batches/given-rows/read-rows.ts';
import { startableTask } from '../batches/start-target.ts';
import { TRACKING_TASKS } from '../tasks/registry.ts';
import { startBatch } from '../temporal/start-batch.ts';
import { startRows } from '../temporal/start-rows.ts';
import { printedDryRun } from './dry-run.ts';
import { note, printJson, printLine } from './print.ts';
import { withTemporal } from './session.ts';
import { chosenRows, UsageError } from './usage.ts';
import { followBatch } from './watch.ts';

interface Options {
  task?: string;
  rows?: string;
  fresh?: boolean;
  wait?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

/** The rows that are to be started, and their task; null: a workbook is. */
async function givenRows(
  source: string,
  named: string | undefined,
): Promise<(GivenRows & { task: string }) | null> {
  if (!isRowsSource(source)) return null;
  if (source.startsWith('webdav:'))
    throw new UsageError('USAGE', `${source}: rows are started from a local file or from standard input (-)`);
  if (named === undefined) {
    const names = TRACKING_TASKS.filter(({ folderKeyword }) => folderKeyword !== null).map(
      ({ name }) => name,
    );
    throw new UsageError('USAGE', `rows need --task, one of ${names.join(', ')}`);
  }
  const { name: task } = startableTask(named);
  const given = await readRows(source, process.stdin);
  for (const warning of given.content.warnings) note(`${given.rowsFrom}: ${warning}`);
  return { ...given, task };
}

/** `tsuiseki start WORKBOOK`. */
export function startCommand(): Command {
  return new Command('start')
    .description('start a batch for a workbook, or for rows without one')
    .argument(
      '<workbook>',
      'a local path, or `webdav:/path` below WEBDAV_URL; or rows: a .csv or .json file, or `-` for standard input',
    )
    .option('--task <task>', 'the task, where the path does not tell it; rows need it')
    .option('--rows <rows>', 'only these rows, such as 3,7-9')
    .option('--fresh', 'look every row up again and overwrite what stands in the result column')
    .option('--wait', 'wait for the end; exit 0 when it ends completed')
    .option('--dry-run', 'show what each row is understood as; start nothing')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Rows have columns a and b, as a sheet's A and B. The first line of a CSV is its header; where that names no a, the first
two columns are meant. It is separated by commas, semicolons or tabs, in UTF-8, UTF-16 with a mark, or Shift_JIS.
JSON is an array: [{"a":"3980-0412-3005"},{"a":"W1234567","b":"buyer@example.jp"}]. At most 10 MB. The first row is row 2.
Results: \`tsuiseki rows BATCH --csv\`, and RESULTS_WEBHOOK_URL, where they are sent as rows end.`,
    )
    .action(async (workbook: string, options: Options) => {
      const rows = chosenRows(options.rows);
      const { fresh = false, json = false } = options;
      const given = await givenRows(workbook, options.task);
      const task = options.task ?? null;
      if (options.dryRun) return printedDryRun({ workbook, given, task, chosen: rows, fresh }, json);
      return withTemporal(async (deps) => {
        const by = userInfo().username;
        const started =
          given === null
            ? await startBatch(deps, { workbook, task, rows, fresh, by })
            : await startRows(deps, { ...given, rows, fresh, key: null, by });
        if (json) printJson(started);
        else
          printLine(
            `${started.alreadyRunning ? 'already running' : 'started'}: ${started.batchId} (${started.workflowId})`,
          );
        if (!options.wait) return;
        const ended = await followBatch(deps.database, deps.settings, started.batchId, () => {});
        if (ended.state !== 'completed') process.exitCode = 1;
      });
    });
}
