import { eq, sql } from 'drizzle-orm';
import { ANSWERED, planSubjects, urlsOfRows } from '../tasks/plan-subjects.ts';
import type { RowReading, TrackingTask } from '../tasks/types.ts';
import { understandRow } from '../tasks/understand-row.ts';
import type { RowContent, WorkbookContent, WorkbookRow } from '../workbook/types.ts';
import { jsonList } from '../db/any-of.ts';
import type { Batch } from '../db/batches.ts';
import type { Queries } from '../db/database.ts';
import { recallWritten } from '../db/forgetting.ts';
import { takeGivenRows } from '../db/given-rows.ts';
import { answerRows } from './answer-rows.ts';
import { answersOnRecord } from './answers-on-record.ts';
import type { Answer } from './answers-on-record.ts';
import { chunks, insertJobs, latestJob, ROWS_PER_INSERT } from './plan-jobs.ts';
import { batches } from '../db/schema.ts';
import type { RowState } from '../db/schema.ts';
import { storable } from '../text.ts';

/** How a task's rows become jobs. */
export interface ImportPlan {
  /** With the sitemap that is configured for it. */
  task: TrackingTask;
  subjectsPerJob: number;
}

/**
 * Writes a workbook's rows down, once for a batch, and plans their jobs, in order. Run in a transaction. A redirected or
 * retried job gets a later `seq`.
 */
export async function importRows(
  tx: Queries,
  batch: Batch,
  content: WorkbookContent,
  plan: ImportPlan,
): Promise<void> {
  const chosen = batch.chosenRows === null ? null : new Set(batch.chosenRows);
  const wanted = content.rows.filter((row) => chosen === null || chosen.has(row.row));
  const readings = wanted.map((row) => understandRow(plan.task, row));
  const target = { workbook: batch.workbook, task: plan.task };
  const known = batch.fresh ? [] : await answersOnRecord(tx, target, wanted, readings);
  await addRows(tx, batch.id, { rows: wanted, warnings: content.warnings }, plan, known);
  await tx.update(batches).set({ sheet: content.sheet }).where(eq(batches.id, batch.id));
}

/** The same of a batch that was given its rows without a workbook. Run in a transaction that holds the batch. */
export async function importGivenRows(tx: Queries, batch: Batch, plan: ImportPlan): Promise<void> {
  if (batch.sheet !== null) return;
  const content = await takeGivenRows(tx, batch.id);
  await importRows(tx, batch, { ...content, sheet: batch.rowsFrom ?? '' }, plan);
}

/**
 * Adds rows to a batch, their jobs behind those it has; `known` answers rows without asking, by their place, and what that
 * saves is counted. Run in a transaction that holds the batch.
 */
export async function addRows(
  tx: Queries,
  batchId: string,
  sheet: Pick<WorkbookContent, 'rows' | 'warnings'>,
  plan: ImportPlan,
  known: readonly (Answer | null)[] = [],
): Promise<void> {
  const wanted = { rows: sheet.rows.map(storableRow), warnings: sheet.warnings };
  const readings = wanted.rows.map((row) => understandRow(plan.task, row));
  const asked = readings.map((reading, index) => (known[index] == null ? reading : ANSWERED));
  const planned = planSubjects(plan.task, asked);
  const rowIds = await insertRows(tx, batchId, newRows(wanted, readings, urlsOfRows(plan.task, planned)));
  await recallWritten(
    tx,
    batchId,
    wanted.rows.map((row, index) => ({ ...row, id: rowIds[index] ?? 0 })),
  );
  const answered = rowIds.flatMap((id, index) =>
    known[index] == null ? [] : [{ id, answer: known[index] }],
  );
  if (answered.length > 0) {
    await answerRows(tx, answered);
    await countSaved(tx, batchId, plan, {
      byHand: answered.filter(({ answer }) => answer.from === 'by hand').length,
      fromRecord: answered.filter(({ answer }) => answer.from !== 'by hand').length,
      subjects: planSubjects(plan.task, readings).length - planned.length,
    });
  }
  const { seq } = await latestJob(tx, batchId);
  await insertJobs(tx, { ...plan, batchId, firstSeq: seq + 1, attempt: 1 }, planned, rowIds);
}

/** A clean job of Web Scraper is a publish and a download; a carrier is asked once. */
async function countSaved(
  tx: Queries,
  batchId: string,
  { task, subjectsPerJob }: ImportPlan,
  { byHand, fromRecord, subjects }: { byHand: number; fromRecord: number; subjects: number },
): Promise<void> {
  const calls = Math.ceil(subjects / subjectsPerJob) * (task.lookup.by === 'carrier' ? 1 : 2);
  await tx
    .update(batches)
    .set({
      rowsFromRecord: sql`${batches.rowsFromRecord} + ${fromRecord}`,
      rowsByHand: sql`${batches.rowsByHand} + ${byHand}`,
      callsSaved: sql`${batches.callsSaved} + ${calls}`,
    })
    .where(eq(batches.id, batchId));
}

/** A row as it is written down. */
export interface NewRow extends RowContent {
  row: number;
  occurrence: number;
  state: RowState;
  url: string | null;
  trackingNumber: string | null;
  error: string | null;
  warnings: string[];
}

/** Rows as they were read, each with its place among the readings and URLs. */
export function newRows(
  sheet: Pick<WorkbookContent, 'rows' | 'warnings'>,
  readings: readonly RowReading[],
  urlOfRow: ReadonlyMap<number, string>,
): NewRow[] {
  return sheet.rows.map((row, index) => {
    const reading = readings[index];
    if (reading === undefined) throw new TypeError(`row ${row.row} was not understood`);
    return {
      row: row.row,
      input: row.input,
      inputUrl: row.inputUrl,
      email: row.email,
      occurrence: row.occurrence,
      state: reading.valid ? 'pending' : 'invalid',
      url: urlOfRow.get(index) ?? null,
      trackingNumber: reading.valid ? reading.trackingNumber : null,
      error: reading.valid ? null : reading.error,
      // What concerns the sheet as a whole is told with its first row.
      warnings: [...(index === 0 ? sheet.warnings : []), ...row.warnings, ...reading.warnings],
    };
  });
}

/** Writes a batch's rows down; gives their ids, in order. No two have the same number. */
export async function insertRows(tx: Queries, batchId: string, values: readonly NewRow[]): Promise<number[]> {
  const idOfRow = new Map<number, number>();
  for (const chunk of chunks(values, ROWS_PER_INSERT)) {
    const inserted = await tx.execute<{ id: number; row: number }>(sql`
      insert into rows (batch_id, row, input, input_url, email, occurrence, state, url, tracking_number, error, warnings)
      select ${batchId}, row, input, "inputUrl", email, occurrence, state, url, "trackingNumber", error,
             array(select jsonb_array_elements_text(warnings))
      from jsonb_to_recordset(${jsonList(chunk)}) as new(row int, input text, "inputUrl" text, email text,
        occurrence int, state text, url text, "trackingNumber" text, error text, warnings jsonb)
      returning id::float8, row`);
    for (const { id, row } of inserted) idOfRow.set(row, id);
  }
  return values.map(({ row }) => idOfRow.get(row) ?? 0);
}

export function storableRow(row: WorkbookRow): WorkbookRow {
  const { input, inputUrl, email } = row;
  return {
    ...row,
    input: storable(input),
    inputUrl: inputUrl === null ? null : storable(inputUrl),
    email: storable(email),
  };
}
