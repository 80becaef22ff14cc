import type { Batch } from '../db/batches.ts';
import type { Queries } from '../db/database.ts';
import { oldestSession } from '../db/editing-sessions.ts';
import { type OnRecord, recordedContents } from '../db/recorded-contents.ts';
import type { WorkbookRow } from '../workbook/types.ts';
import { decideRow, type SaveTimes } from './save-rule.ts';

/** The rows of a save that leave something to do. */
export interface PickedRows {
  lookUp: { row: WorkbookRow; onRecord: OnRecord | null }[];
  /** Ids of rows on record whose result is to be written once more. */
  writeAgain: number[];
}

export type SaveAges = Pick<SaveTimes, 'refreshAfterMs' | 'retryOnSaveAfterMs'>;

/** Picks the rows that a save asks for, each by its content and what is on record of it. */
export async function pickRows(
  queries: Queries,
  target: Pick<Batch, 'workbook' | 'task'>,
  rows: WorkbookRow[],
  { refreshAfterMs, retryOnSaveAfterMs }: SaveAges,
): Promise<PickedRows> {
  const sessionBeganAtMs = (await oldestSession(queries, target.workbook))?.getTime() ?? null;
  const times = { nowMs: Date.now(), refreshAfterMs, retryOnSaveAfterMs, sessionBeganAtMs };
  const onRecord = await recordedContents(queries, target, rows);
  const picked: PickedRows = { lookUp: [], writeAgain: [] };
  for (const [index, row] of rows.entries()) {
    const known = onRecord[index] ?? null;
    const { action } = decideRow(row, known?.recorded ?? null, times);
    if (action === 'look up') picked.lookUp.push({ row, onRecord: known });
    if (action === 'write again' && known?.resultRowId != null) picked.writeAgain.push(known.resultRowId);
  }
  return picked;
}
