import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowExecutionAlreadyStartedError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { findBatch, hasWorkbook, reopenBatch, runningBatch, setBatchState } from '../db/batches.ts';
import type { Batch } from '../db/batches.ts';
import { TsuisekiError } from '../errors.ts';
import { AskError, sendUpdate } from './ask.ts';
import { retryRows } from './messages.ts';
import type { RetryMessage } from './messages.ts';
import { startWorkflow, StartUnknown } from './start-batch.ts';
import type { WorkflowDeps } from './start-batch.ts';

export class RetryError extends TsuisekiError<'BATCH_UNKNOWN' | 'OTHER_BATCH_RUNS' | 'BATCH_ENDING'> {}

/** Moments in which a batch comes to its end while a retry arrives: tried again so often. */
const TRIES = 10;
const BETWEEN_TRIES_MS = 200;

/** Runs failed or named rows again, whether the batch runs or has ended; it keeps its id. */
export async function retryBatch(deps: WorkflowDeps, batchId: string, message: RetryMessage): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const batch = await findBatch(deps.database.db, batchId);
    if (batch === null) throw new RetryError('BATCH_UNKNOWN', `no batch ${batchId}`);
    const taken =
      batch.finishedAt === null
        ? await sendRetry(deps.client, batch, message)
        : await runAgain(deps, batch, message);
    if (taken) return;
    await delay(BETWEEN_TRIES_MS);
  }
  throw new RetryError('BATCH_ENDING', `batch ${batchId} is just ending; try again in a moment`);
}

/** False: the batch has ended meanwhile. */
async function sendRetry(client: Client, batch: Batch, message: RetryMessage): Promise<boolean> {
  try {
    await sendUpdate(client, batch.workflowId, retryRows, message);
    return true;
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) return false;
    if (error instanceof AskError && error.code === 'ENDED') return false;
    throw error;
  }
}

/** False: someone else was quicker. */
async function runAgain(deps: WorkflowDeps, batch: Batch, message: RetryMessage): Promise<boolean> {
  const { db } = deps.database;
  let opened: boolean;
  try {
    opened = await reopenBatch(db, batch.id);
  } catch (error) {
    const other = hasWorkbook(batch) ? await runningBatch(db, batch.workbook, batch.task) : null;
    if (other === null) throw error;
    const text = `batch ${other.id} runs for ${batch.workbook}; retry when it has ended`;
    throw new RetryError('OTHER_BATCH_RUNS', text, { cause: error });
  }
  if (!opened) return false;
  try {
    await startWorkflow(deps, batch, message);
    return true;
  } catch (error) {
    if (error instanceof StartUnknown) throw error;
    await setBatchState(db, batch.id, batch.state, batch.reason);
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
