import { batchFigures } from '../db/batch-figures.ts';
import type { BatchFigures } from '../db/batch-figures.ts';
import {
  dropPendingJobs,
  hasWorkbook,
  lockBatch,
  reopenBatch,
  runningBatch,
  setBatchState,
} from '../db/batches.ts';
import type { Queries } from '../db/database.ts';
import type { BatchState } from '../db/schema.ts';

export interface End {
  batchId: string;
  state: Extract<BatchState, 'completed' | 'cancelled' | 'failed'>;
  reason: string | null;
}

/** Whether something is left that a run of the batch could move. */
export function isLeft({ next, inFlight, unread, readInMs }: BatchFigures): boolean {
  return next !== null || inFlight > 0 || unread > 0 || readInMs !== null;
}

/**
 * Ends a batch, unless something came in the last moment: a result, a retry, the rows of a save. One that was cancelled
 * leaves what is not published, one that drops also what is in flight. Run in a transaction.
 */
export async function endBatch(tx: Queries, { batchId, state, reason }: End): Promise<void> {
  const batch = await lockBatch(tx, batchId);
  if (batch === null || batch.finishedAt !== null) return;
  if (state === 'completed' && isLeft(await batchFigures(tx, batchId))) return;
  if (state === 'cancelled') await dropPendingJobs(tx, batchId);
  await setBatchState(tx, batchId, state, reason);
}

export interface Opened {
  opened: boolean;
  /** Why there is nothing to do for the run. */
  why: string;
}

/** Opens an ended batch again for a run that was reset, where something is left to do. Run in a transaction. */
export async function openBatch(tx: Queries, batchId: string): Promise<Opened> {
  const batch = await lockBatch(tx, batchId);
  if (batch === null) return { opened: false, why: 'the batch is no more' };
  if (batch.finishedAt === null) return { opened: true, why: '' };
  // What is in flight of it comes in without a run.
  if (batch.state === 'cancelled')
    return { opened: false, why: 'the batch was cancelled; retry runs rows again' };
  const figures = await batchFigures(tx, batchId);
  if (!isLeft(figures))
    return {
      opened: false,
      why: `the batch has ended (${batch.state}), and nothing is left to do; retry runs rows again`,
    };
  const other = hasWorkbook(batch) ? await runningBatch(tx, batch.workbook, batch.task) : null;
  if (other !== null)
    return {
      opened: false,
      why: `batch ${other.id} runs for its workbook; reset this one when that has ended`,
    };
  await reopenBatch(tx, batchId);
  return { opened: true, why: '' };
}
