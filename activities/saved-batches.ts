import { randomUUID } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { findBatch } from '../src/db/batches.ts';
import type { Database } from '../src/db/database.ts';
import { AskError, sendUpdate } from '../src/temporal/ask.ts';
import { workbookChanged } from '../src/temporal/messages.ts';
import { startWorkflow } from '../src/temporal/start-batch.ts';
import type { WorkflowDeps } from '../src/temporal/start-batch.ts';
import { asActivities, tellWait } from './as-activities.ts';

export type SavedBatchActivities = ReturnType<typeof createSavedBatchActivities>;

export interface SavedBatchDeps {
  database: Database;
  client: Client;
  settings: WorkflowDeps['settings'];
}

/** Sets the batches in motion that saves are for, on `acquisition_queue`. */
export function createSavedBatchActivities({ database, client, settings }: SavedBatchDeps) {
  const { db } = database;
  return asActivities({
    /** Starts the workflow of a batch that a save wrote down; one that runs already stays. */
    async startSavedBatch(input: { batchId: string }): Promise<void> {
      const batch = await findBatch(db, input.batchId);
      if (batch === null || batch.runId !== null || batch.finishedAt !== null) return;
      tellWait(`the start of batch ${batch.id}`);
      await startWorkflow({ database, client, settings }, batch, null).catch((error: unknown) => {
        // The sweep was quicker, or a worker that ended right after it.
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      });
    },

    /** Tells a running batch that its workbook was saved; false when it is ending, and takes nothing more, or when nobody answers. */
    async tellBatch(input: { batchId: string }): Promise<boolean> {
      const batch = await findBatch(db, input.batchId);
      if (batch === null) return false;
      tellWait(`batch ${batch.id} to take the save`);
      const message = { id: randomUUID(), by: 'a save', why: null };
      try {
        await sendUpdate(client, batch.workflowId, workbookChanged, message);
        return true;
      } catch (error) {
        if (error instanceof WorkflowUpdateFailedError) return false;
        // It has ended, or no worker took it: waiting for one is the workflow's, and holds no slot.
        if (error instanceof AskError) return false;
        throw error;
      }
    },
  });
}
