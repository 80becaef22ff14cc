import { randomBytes } from 'node:crypto';
import { asc, eq } from 'drizzle-orm';
import { insertBatch } from '../../../src/db/batches.ts';
import { importRows } from '../../../src/batches/import-rows.ts';
import { jobRows, jobs, notifications, rows } from '../../../src/db/schema.ts';
import { taskByName } from '../../../src/tasks/registry.ts';
import type { TaskName } from '../../../src/tasks/types.ts';
import type { WorkbookContent, WorkbookRow } from '../../../src/workbook/types.ts';
import type { Stage } from './stage.ts';

/** A sheet from its input cells, one a row from row 2 on; equal cells are told apart by their occurrence. */
export function sheetOf(inputs: readonly string[]): WorkbookContent {
  const seen = new Map<string, number>();
  const sheetRows = inputs.map((input, index): WorkbookRow => {
    const occurrence = seen.get(input) ?? 0;
    seen.set(input, occurrence + 1);
    const cell = { input, inputUrl: null, email: '', result: '', resultIsFormula: false };
    return { ...cell, row: index + 2, occurrence, warnings: [] };
  });
  return { sheet: 'Sheet1', rows: sheetRows, warnings: [] };
}

export interface BatchOptions {
  workbook?: string;
  fresh?: boolean;
  chosenRows?: number[] | null;
}

/** An empty running batch. */
export async function emptyBatch(stage: Stage, task: TaskName, options: BatchOptions = {}) {
  const id = `260115-${randomBytes(3).toString('hex')}`;
  const batch = await insertBatch(stage.db, {
    id,
    task,
    workbook: options.workbook ?? `/data/${id}.xlsx`,
    workflowId: `tracking:${task}:${id}`,
    columns: { input: 'A', email: 'B', result: 'C', status: null },
    chosenRows: options.chosenRows ?? null,
    fresh: options.fresh ?? false,
  });
  if (batch === null) throw new Error('another batch runs for that workbook');
  return batch;
}

/** A running batch with these input cells, its jobs planned. Gives its id. */
export async function batchOf(
  stage: Stage,
  task: TaskName,
  inputs: readonly string[],
  options: BatchOptions = {},
): Promise<string> {
  const batch = await emptyBatch(stage, task, options);
  const plan = stage.planOf(taskByName(task));
  await stage.db.transaction((tx) => importRows(tx, batch, sheetOf(inputs), plan));
  return batch.id;
}

/** An order's page on the shop, with what the sandbox is asked to do. */
export function orderUrl(serial: number, faults = ''): string {
  const url = `https://store.apple.com/go/jp/vieworder/W${1_000_000 + serial}/buyer${serial}@example.jp`;
  return faults === '' ? url : `${url}?sandbox=${faults}`;
}

export const jobsOf = (stage: Stage, batchId: string) =>
  stage.db.query.jobs.findMany({ where: eq(jobs.batchId, batchId), orderBy: [asc(jobs.seq)] });

export const rowsOf = (stage: Stage, batchId: string) =>
  stage.db.query.rows.findMany({ where: eq(rows.batchId, batchId), orderBy: [asc(rows.row), asc(rows.id)] });

export const linksOf = (stage: Stage, jobId: number) =>
  stage.db.query.jobRows.findMany({ where: eq(jobRows.jobId, jobId), orderBy: [asc(jobRows.rowId)] });

export const notificationsOf = (stage: Stage) =>
  stage.db.query.notifications.findMany({ orderBy: [asc(notifications.id)] });
