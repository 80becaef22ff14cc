import { randomUUID } from 'node:crypto';
import { changeBatch, findBatch } from '../db/batches.ts';
import type { Batch } from '../db/batches.ts';
import type { Database, Queries } from '../db/database.ts';
import {
  deliveryUnderWay,
  insertDelivery,
  markTaken,
  markUntaken,
  ROWS_A_DELIVERY,
  untoldRows,
} from '../db/deliveries.ts';
import type { Delivery } from '../db/deliveries.ts';
import type { ResultsWebhook } from '../outbound/results-webhook.ts';
import { numbered, rowReports } from './row-reports.ts';

export interface DeliveryDeps {
  database: Database;
  /** Who takes the results of batches without a workbook; null: nobody. */
  results: ResultsWebhook | null;
}

/**
 * Delivers the next ten rows of a batch without a workbook that have ended and were not delivered since; fewer only as
 * the last, of a batch that has ended or of which nothing more will come (`isLast`). A delivery keeps its id and its bytes
 * until it is known to be taken: whoever takes it may see it twice. False: nothing was left to tell for now.
 *
 * @throws {ResultsError} it was not taken
 */
export async function deliverNext(
  { database: { db }, results }: DeliveryDeps,
  batchId: string,
  isLast: boolean,
): Promise<boolean> {
  const delivery = await changeBatch(db, batchId, async (tx) => {
    const batch = await findBatch(tx, batchId);
    if (batch === null) return null;
    const isOver = isLast || batch.finishedAt !== null;
    if (results !== null) return nextDelivery(tx, batch, isOver);
    await markUntaken(tx, batchId, isOver);
    return null;
  });
  if (delivery === null || results === null) return false;
  await results.send({ id: delivery.id, body: delivery.body ?? '' });
  await changeBatch(db, batchId, (tx) => markTaken(tx, delivery));
  return true;
}

/** The one that may have been taken already, else a new one; null: there is nothing to tell for now. */
async function nextDelivery(tx: Queries, batch: Batch, isOver: boolean): Promise<Delivery | null> {
  const { id: batchId, task } = batch;
  const before = await deliveryUnderWay(tx, batchId);
  if (before !== null) return before;
  const untold = await untoldRows(tx, batchId, ROWS_A_DELIVERY + 1);
  const numbers = untold.slice(0, ROWS_A_DELIVERY);
  const done = isOver && untold.length === numbers.length;
  if (numbers.length < ROWS_A_DELIVERY && !done) return null;
  if (numbers.length === 0 && batch.resultsTold) return null;
  const body = JSON.stringify({
    batchId,
    task,
    rows: await rowReports(tx, batchId, numbered(numbers)),
    done,
  });
  return insertDelivery(tx, { id: randomUUID(), batchId, rows: numbers, done, body });
}
