import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Command } from 'commander';
import { loadSettings } from '../config.ts';
import { NO_ROWS } from '../db/counts.ts';
import type { Queries } from '../db/database.ts';
import { columnsOf } from '../settings/by-task.ts';
import { planUrls, urlsOfRows } from '../tasks/plan-urls.ts';
import { understandRow } from '../tasks/understand-row.ts';
import { checkedStart, startBatch } from '../temporal/start-batch.ts';
import { openFiles } from '../files/open-files.ts';
import type { FileStore } from '../files/types.ts';
import { readWorkbookApart, type WorkbookColumns, type WorkbookContent } from '../workbook/index.ts';
import { forecastUrls, printDryRun } from './forecast.ts';
import { printJson, printLine } from './print.ts';
import { withDatabase, withTemporal } from './session.ts';
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

async function readCopy(files: FileStore, path: string, columns: WorkbookColumns): Promise<WorkbookContent> {
  const folder = await mkdtemp(join(tmpdir(), 'tsuiseki-'));
  try {
    const copy = join(folder, 'workbook');
    await files.download(path, copy);
    return await readWorkbookApart(copy, { columns, name: basename(path) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The rows as `rows` would show them, and what they would cost; nothing is started, no server is needed. */
async function dryRun(workbook: string, options: Options): Promise<void> {
  const settings = loadSettings();
  const chosen = chosenRows(options.rows);
  const files = openFiles(settings);
  const { task, path } = await checkedStart(files, { workbook, task: options.task ?? null });
  const content = await readCopy(files, path, columnsOf(settings, task));
  const wanted = content.rows.filter(({ row }) => chosen === null || chosen.includes(row));
  const readings = wanted.map((row) => understandRow(task, row));
  const planned = planUrls(task, readings);
  const urlOf = urlsOfRows(task, planned);
  const rows = wanted.map(({ row, input, warnings }, index) => {
    const reading = readings[index];
    return {
      row,
      input,
      url: urlOf.get(index) ?? null,
      state: reading?.valid === true ? 'pending' : 'invalid',
      source: null,
      customId: null,
      scrapingJobId: null,
      trackingNumber: reading?.valid === true ? reading.trackingNumber : null,
      status: null,
      statusText: null,
      result: null,
      error: reading?.valid === false ? reading.error : null,
      warnings: [...warnings, ...(reading?.warnings ?? [])],
    };
  });
  const pending = rows.filter((row) => row.state === 'pending').length;
  const counts = { ...NO_ROWS, total: rows.length, pending, invalid: rows.length - pending };
  const forecast = (queries: Queries | null) => forecastUrls(queries, settings, task, planned.length);
  const found =
    settings.databaseUrl === null ? await forecast(null) : await withDatabase(({ db }) => forecast(db));
  printDryRun({ rows, counts, ...found }, options.json === true);
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
      if (options.dryRun) return dryRun(workbook, options);
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
