import type { GivenRows } from '../batches/given-rows/read-rows.ts';
import { COLUMNS_OF_ROWS, withIds } from '../batches/new-batch.ts';
import { startableTask } from '../batches/start-target.ts';
import { recordStart } from '../db/batches.ts';
import { batchOfKey, insertGivenBatch } from '../db/given-rows.ts';
import { startWritten, toldOf } from './start-batch.ts';
import type { StartedBatch, WorkflowDeps } from './start-batch.ts';

export interface RowsRequest extends GivenRows {
  task: string;
  /** Sheet row numbers, the first being 2; null: all. */
  rows: number[] | null;
  fresh: boolean;
  /** Who starts it. */
  by: string;
  /** A start with the same key, made within a day, is this one; null: every start is one of its own. */
  key: string | null;
}

/**
 * Starts a batch from rows that no workbook holds; such batches run side by side.
 *
 * @throws {TaskError} no such task, or none that is started
 * @throws {StartUnknown} whether it has come about is not known
 */
export async function startRows(deps: WorkflowDeps, request: RowsRequest): Promise<StartedBatch> {
  const { db } = deps.database;
  const { rowsFrom, content, rows: chosenRows, fresh, key: startKey } = request;
  const { name: task } = startableTask(request.task);
  const batch = withIds({
    task,
    workbook: null,
    rowsFrom,
    startKey,
    columns: COLUMNS_OF_ROWS,
    chosenRows,
    fresh,
  });
  const inserted = await db.transaction(async (tx) => {
    const given = await insertGivenBatch(tx, batch, content);
    if (given !== null) await recordStart(tx, given.id, request.by);
    return given;
  });
  if (inserted !== null) return startWritten(deps, inserted);
  const known = startKey === null ? null : await batchOfKey(db, startKey);
  return known === null ? startRows(deps, request) : toldOf(known);
}
