import { Command } from 'commander';
import { startBatch } from '../temporal/start-batch.ts';
import { dryRun } from './dry-run.ts';
import { printJson, printLine } from './print.ts';
import { withTemporal } from './session.ts';
import { chosenRows } from './usage.ts';
import { followBatch } from './watch.ts';

interface Options {
  task?: string;
  rows?: string;
  fresh?: boolean;
  wait?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

/** `tsuiseki start WORKBOOK`. */
export function startCommand(): Command {
  return new Command('start')
    .description('start a batch for a workbook')
    .argument('<workbook>', 'a local path, or `webdav:/path` below WEBDAV_URL')
    .option('--task <task>', 'the task, where the path does not tell it')
    .option('--rows <rows>', 'only these rows, such as 3,7-9')
    .option('--fresh', 'look every row up again and overwrite what stands in the result column')
    .option('--wait', 'wait for the end; exit 0 when it ends completed')
    .option('--dry-run', 'show what each row is understood as; start nothing')
    .option('--json', 'print JSON')
    .action(async (workbook: string, options: Options) => {
      const rows = chosenRows(options.rows);
      const { task = null, fresh = false, json = false } = options;
      if (options.dryRun) return dryRun({ workbook, task, chosen: rows, fresh, json });
      return withTemporal(async (deps) => {
        const started = await startBatch(deps, { workbook, task, rows, fresh });
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
