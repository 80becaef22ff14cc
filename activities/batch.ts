import { batchFigures, type BatchFigures } from '../src/db/counts.ts';
import { findBatch, setBatchState } from '../src/db/batches.ts';
import type { Database } from '../src/db/database.ts';
import { findJob, markFailed, markPending, pendingJobs, type PendingJob } from '../src/db/jobs.ts';
import type { BatchState } from '../src/db/schema.ts';
import { withFailures } from './failures.ts';

export type BatchActivities = ReturnType<typeof createBatchActivities>;

/** Small database steps of a batch, on `tracking_batch_queue`; each may run again without harm. */
export function createBatchActivities({ database }: { database: Database }) {
  const { db } = database;
  return withFailures({
    /** The next jobs to publish, redirected ones first. */
    nextJobs(input: { batchId: string; limit: number }): Promise<PendingJob[]> {
      return pendingJobs(db, input.batchId, input.limit);
    },

    /**
     * Settles a publish whose worker died: still pending when no intent was written, otherwise failed, since the
     * API may have taken it. A webhook that comes later still completes it.
     */
    async settlePublish(input: { batchId: string; jobId: number }): Promise<BatchFigures> {
      const job = await findJob(db, input.jobId);
      if (job?.state === 'publishing')
        await db.transaction((tx) =>
          markFailed(tx, job.id, 'perhaps published: the worker ended before the answer came; retry the row'),
        );
      return batchFigures(db, input.batchId);
    },

    /** A publish certainly not taken goes back into the queue. */
    async requeue(input: { jobId: number }): Promise<void> {
      await markPending(db, input.jobId);
    },

    /** Records the batch's state as people see it; an ending one frees the workbook for the next batch. */
    async saveState(input: {
      batchId: string;
      state: BatchState;
      reason: string | null;
    }): Promise<BatchFigures> {
      await setBatchState(db, input.batchId, input.state, input.reason);
      return batchFigures(db, input.batchId);
    },

    /** Task and workbook of a batch, for its title. */
    async describeBatch(input: { batchId: string }): Promise<{ task: string; workbook: string }> {
      const batch = await findBatch(db, input.batchId);
      return { task: batch?.task ?? '?', workbook: batch?.workbook ?? '?' };
    },
  });
}
