import { basename } from 'node:path';
import { Command } from 'commander';
import { loadSettings } from '../config.ts';
import { columnsOf, urlsPerJobOf } from '../settings/by-task.ts';
import { planUrls } from '../tasks/plan-urls.ts';
import { understandRow } from '../tasks/understand-row.ts';
import { checkedStart, startBatch } from '../temporal/start-batch.ts';
import { readWorkbookApart } from '../workbook/index.ts';
import { printJson, printLine, printTable } from './print.ts';
import { withTemporal } from './session.ts';
import { rowNumbers } from './usage.ts';
import { followBatch } from './watch.ts';

interface Options {
  task?: string;
  rows?: string;
  fresh?: boolean;
  wait?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

async function dryRun(workbook: string, options: Options, chosen: number[] | null): Promise<void> {
  const settings = loadSettings();
  const { task, path } = await checkedStart({ workbook, task: options.task ?? null });
  const content = await readWorkbookApart(path, { columns: columnsOf(settings, task), name: basename(path) });
  const wanted = content.rows.filter(({ row }) => chosen === null || chosen.includes(row));
  const readings = wanted.map((row) => understandRow(task, row));
  const planned = planUrls(task, readings);
  const urlOf = new Map(
    planned.flatMap((plan) => plan.rowIndexes.map((index) => [index, plan.url] as const)),
  );
  const none = {
    source: null,
    customId: null,
    scrapingJobId: null,
    status: null,
    statusText: null,
    result: null,
  };
  const rows = wanted.map((row, index) => {
    const reading = readings[index];
    const valid = reading?.valid === true;
    return {
      row: row.row,
      input: row.input,
      url: urlOf.get(index) ?? null,
      state: valid ? 'pending' : 'invalid',
      ...none,
      trackingNumber: valid ? reading.trackingNumber : null,
      error: reading?.valid === false ? reading.error : null,
      warnings: [...row.warnings, ...(reading?.warnings ?? [])],
    };
  });
  const pending = rows.filter((row) => row.state === 'pending').length;
  const counts = {
    total: rows.length,
    pending,
    published: 0,
    redirected: 0,
    completed: 0,
    failed: 0,
    invalid: rows.length - pending,
  };
  const jobs = Math.ceil(planned.length / urlsPerJobOf(settings, task));
  const calls = 2 * jobs;
  const estimatedSeconds = Math.round((jobs * settings.publishIntervalMs) / 1_000);
  if (options.json)
    return printJson({ rows, counts, jobs, calls, credits: planned.length, estimatedSeconds });
  printTable(rows, ['row', 'state', 'input', 'trackingNumber', 'error', 'warnings']);
  printLine(
    `${rows.length} rows, ${counts.invalid} invalid: ${jobs} jobs, ${calls} calls, about ${estimatedSeconds} s`,
  );
}

/** `tsuiseki start WORKBOOK`. */
export function startCommand(): Command {
  return new Command('start')
    .description('start a batch for a workbook')
    .argument('<workbook>', 'a local path')
    .option('--task <task>', 'the task, where the path does not tell it')
    .option('--rows <rows>', 'only these rows, such as 3,7-9')
    .option('--fresh', 'look every row up again and overwrite what stands in the result column')
    .option('--wait', 'wait for the end; exit 0 when it ends completed')
    .option('--dry-run', 'show what each row is understood as; start nothing')
    .option('--json', 'print JSON')
    .action(async (workbook: string, options: Options) => {
      const rows = options.rows === undefined ? null : rowNumbers(options.rows);
      if (options.dryRun) return dryRun(workbook, options, rows);
      return withTemporal(async (deps) => {
        const request = { workbook, task: options.task ?? null, rows, fresh: options.fresh === true };
        const started = await startBatch(deps, request);
        if (options.json) printJson(started);
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
