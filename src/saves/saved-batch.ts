import { forecastOf, readAccount } from '../pacing/account-figures.ts';
import { insertBatch, setBatchState } from '../db/batches.ts';
import { batchFigures } from '../db/batch-figures.ts';
import type { Queries } from '../db/database.ts';
import { answersByParcel } from '../batches/answers-on-record.ts';
import type { Answer } from '../batches/answers-on-record.ts';
import { addRows } from '../batches/import-rows.ts';
import type { ImportPlan } from '../batches/import-rows.ts';
import { holdBatch } from '../batches/orders.ts';
import { withIds } from '../batches/new-batch.ts';
import { durationText } from '../text.ts';
import type { AccountLimits } from '../pacing/account-turns.ts';
import { understandRow } from '../tasks/understand-row.ts';
import type { TrackingTask } from '../tasks/types.ts';
import type { WorkbookColumns, WorkbookContent } from '../workbook/types.ts';
import type { LookUp } from './pick-rows.ts';

export interface HoldLimits {
  autoMaxRows: number;
  limits: AccountLimits;
}

/** Why a batch with so much to look up waits for a person, with its forecast; null: it need not. */
export async function holdReason(
  tx: Queries,
  batchId: string,
  rows: number,
  { autoMaxRows, limits }: HoldLimits,
): Promise<string | null> {
  if (rows <= autoMaxRows) return null;
  const account = await readAccount(tx, limits);
  const jobs = account.pending.get(batchId) ?? 0;
  const left = durationText(forecastOf(account, batchId, jobs));
  return `${rows} rows to look up are more than AUTO_MAX_ROWS (${autoMaxRows}): ${jobs} jobs, ${2 * jobs} calls, about ${left}; resume to go on`;
}

export interface SavedWorkbook {
  workbook: string;
  columns: WorkbookColumns;
  plan: ImportPlan;
}

/** What new rows are answered with as their parcels move no more, by their place; null: it is to be asked. */
export async function savedAnswers(
  tx: Queries,
  task: TrackingTask,
  lookUp: readonly LookUp[],
): Promise<(Answer | null)[]> {
  const readings = lookUp.map(({ row }) => understandRow(task, row));
  const answers = await answersByParcel(tx, task, readings);
  return answers.map((answer, index) => (lookUp[index]?.isNew === true ? answer : null));
}

const newBatch = ({ workbook, columns, plan }: SavedWorkbook) =>
  withIds({ task: plan.task.name, workbook, columns, chosenRows: null, fresh: false });

/**
 * Writes a batch down with the rows that a save asks for, its workflow still to be started; paused where they are more
 * than may go unasked. Null: one runs for that workbook and task by now. Run in a transaction.
 */
export async function writeSavedBatch(
  tx: Queries,
  saved: SavedWorkbook,
  sheet: WorkbookContent,
  lookUp: readonly LookUp[],
  hold: HoldLimits,
): Promise<string | null> {
  const batch = await insertBatch(tx, { ...newBatch(saved), sheet: sheet.sheet });
  if (batch === null) return null;
  const { warnings } = sheet;
  const known = await savedAnswers(tx, saved.plan.task, lookUp);
  await addRows(tx, batch.id, { rows: lookUp.map(({ row }) => row), warnings }, saved.plan, known);
  const { counts } = await batchFigures(tx, batch.id);
  const reason = await holdReason(tx, batch.id, counts.pending, hold);
  if (reason === null) return batch.id;
  await holdBatch(tx, batch.id, reason);
  // Its run tells so as well, once it is started.
  await setBatchState(tx, batch.id, 'paused', reason);
  return batch.id;
}

/** A workbook that cannot be read is a failed batch: somebody has to know. Run in a transaction. */
export async function writeFailedBatch(tx: Queries, saved: SavedWorkbook, reason: string): Promise<void> {
  const batch = await insertBatch(tx, newBatch(saved));
  if (batch !== null) await setBatchState(tx, batch.id, 'failed', reason);
}
