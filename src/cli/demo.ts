import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { rowReports } from '../batches/row-reports.ts';
import { openDatabase } from '../db/database.ts';
import { requireSetting } from '../settings/settings.ts';
import { TsuisekiError } from '../errors.ts';
import { LocalFiles } from '../files/local.ts';
import { connectClient } from '../temporal/connection.ts';
import { startBatch } from '../temporal/start-batch.ts';
import { writeSampleWorkbook } from '../sandbox/sample-workbook.ts';
import { note, printLine } from './print.ts';
import { ProgressDisplay } from './progress.ts';
import { stopRequests } from './stop-signal.ts';
import { StoppedEarly, startSystem } from './system.ts';
import type { System } from './system.ts';
import { followBatch } from './watch.ts';
import { wrongRows } from './wrong-rows.ts';

class DemoError extends TsuisekiError<'DEMO_WRONG'> {}

const TASK = 'yamato_tracking_only';
/** More than two writebacks of ten, and over in two and a half minutes at the permitted pace. */
const ROWS = 25;

async function checkWorkbook(path: string, rows: Record<string, unknown>[], day: Date): Promise<number> {
  const wrong = await wrongRows(path, TASK, rows, day);
  if (wrong.length > 0 || rows.length !== ROWS)
    throw new DemoError('DEMO_WRONG', `${path}: column C is wrong in rows ${wrong.join(', ')}`);
  return rows.length;
}

/** Embedded servers are meant, whatever is configured. */
const ON_EMBEDDED_SERVERS = {
  DATABASE_URL: '',
  TEMPORAL_ADDRESS: '',
  TEMPORAL_CONFIG_FILE: '',
  TEMPORAL_PROFILE: '',
};

async function runDemo(): Promise<void> {
  const requests = stopRequests();
  const system = await startSystem({
    sandbox: true,
    onProgress: note,
    requests,
    overrides: ON_EMBEDDED_SERVERS,
  });
  try {
    await trackSample(system, requests.stop);
  } catch (error) {
    if (requests.stop.aborted)
      throw new StoppedEarly('STOPPED', 'stopped before the batch ended', { cause: error });
    throw error;
  } finally {
    await system.stop();
  }
}

async function trackSample({ settings, report }: System, stop: AbortSignal): Promise<void> {
  const folder = join(settings.dataDir, 'demo', TASK);
  const path = join(folder, 'YTO-demo.xlsx');
  mkdirSync(folder, { recursive: true });
  rmSync(path, { force: true });
  await writeSampleWorkbook(path, { task: TASK, rows: ROWS });
  const day = new Date();
  const database = openDatabase(requireSetting(settings, 'databaseUrl'));
  try {
    const client = await connectClient(settings);
    const request = { workbook: path, task: null, rows: null, fresh: true, by: 'demo' };
    const started = await startBatch({ database, client, settings, files: new LocalFiles() }, request);
    await client.connection.close();
    const where = `namespaces/${report.temporalNamespace}/workflows/${encodeURIComponent(started.workflowId)}`;
    note(
      `${ROWS} rows, a job every ${settings.publishIntervalMs / 1_000} s; watch it in the Web UI and on the ops page:`,
    );
    note(`  ${report.webUi}/${where}`);
    note(`  ${report.http}/#/batch/${started.batchId}`);
    const display = new ProgressDisplay(process.stderr);
    const ended = await followBatch(database, settings, started.batchId, (status) => display.change(status), {
      onLook: (status) => display.look(status),
      stop,
    }).finally(() => display.end());
    if (ended.state !== 'completed')
      throw new DemoError('DEMO_WRONG', `the batch ended ${ended.state}: ${ended.reason}`);
    const right = await checkWorkbook(path, await rowReports(database.db, started.batchId), day);
    printLine(`all ${right} rows came out right`);
    printLine(`the workbook:  ${path}`);
    printLine('Web UI, page:  `npx tsuiseki up --sandbox` opens them again with this batch in them');
  } finally {
    await database.close();
  }
}

/** `tsuiseki demo`. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('the whole main job in one go, on embedded servers, the sandbox and a sample workbook')
    .action(runDemo);
}
