import { figuresWithForecast } from '../src/pacing/account-figures.ts';
import { changeBatch, dropPendingJobs, findBatch, recordAction, setBatchState } from '../src/db/batches.ts';
import { batchFigures } from '../src/db/batch-figures.ts';
import type { BatchFigures } from '../src/db/batch-figures.ts';
import type { Database } from '../src/db/database.ts';
import type { ImportPlan } from '../src/batches/import-rows.ts';
import { findJob, markFailed } from '../src/db/jobs.ts';
import { retryRows } from '../src/batches/retry-rows.ts';
import type { BatchState } from '../src/db/schema.ts';
import { taskByName } from '../src/tasks/registry.ts';
import type { TrackingTask } from '../src/tasks/types.ts';
import type { AccountClock } from '../src/pacing/account-clock.ts';
import { rowNumbers } from '../src/tasks/row-selection.ts';
import { asActivities } from './as-activities.ts';

export type BatchActivities = ReturnType<typeof createBatchActivities>;

export interface BatchDeps {
  database: Database;
  clock: AccountClock;
  planOf(task: TrackingTask): ImportPlan;
}

/** Who did what to a batch, and why. */
interface Message {
  batchId: string;
  by: string;
  why: string | null;
}

/** Small database steps of a batch, on `tracking_batch_queue`; each may run again without harm. */
export function createBatchActivities({ database, clock, planOf }: BatchDeps) {
  const { db } = database;
  return asActivities({
    figures(input: { batchId: string }): Promise<BatchFigures> {
      return batchFigures(db, input.batchId);
    },

    /**
     * Settles a publish whose worker died: still pending when it had not begun, otherwise failed, since the API may
     * have taken it. A webhook that comes later still completes it.
     */
    async settlePublish(input: { batchId: string; jobId: number }): Promise<BatchFigures> {
      const job = await findJob(db, input.jobId);
      if (job?.state === 'pending') await clock.giveBack(job.id);
      if (job?.state === 'publishing')
        await changeBatch(db, job.batchId, (tx) =>
          markFailed(tx, job.id, 'perhaps published: the worker ended before the answer came; retry the row'),
        );
      return batchFigures(db, input.batchId);
    },

    /** Records the batch's state as people see it; an ending one frees the workbook for the next batch. */
    async saveState(input: {
      batchId: string;
      state: BatchState;
      reason: string | null;
    }): Promise<BatchFigures> {
      await changeBatch(db, input.batchId, async (tx) => {
        if (input.state === 'cancelled') await dropPendingJobs(tx, input.batchId);
        await setBatchState(tx, input.batchId, input.state, input.reason);
      });
      return figuresWithForecast(db, input.batchId, clock.limits);
    },

    async recordPause(input: Message): Promise<void> {
      await recordAction(db, { ...input, action: 'pause' });
    },

    /** A person's resume also opens an account that was held: for every batch that uses it. */
    async recordResume(input: Message): Promise<void> {
      const batch = await findBatch(db, input.batchId);
      if (batch !== null && taskByName(batch.task).lookup.by === 'webscraper') await clock.open();
      await recordAction(db, { ...input, action: 'resume' });
    },

    async recordCancel(input: Message & { drop: boolean }): Promise<void> {
      const { drop, ...message } = input;
      await recordAction(db, { ...message, action: 'cancel', details: drop ? 'in flight dropped' : null });
    },

    /** Makes new jobs for the failed rows, or for those named (`3,7-9`). */
    async retryRows(input: Message & { rows: string | null }): Promise<BatchFigures> {
      const { rows, ...message } = input;
      const batch = await findBatch(db, input.batchId);
      if (batch === null) throw new TypeError(`batch ${input.batchId} is unknown`);
      const plan = planOf(taskByName(batch.task));
      await changeBatch(db, batch.id, async (tx) => {
        const made = await retryRows(tx, batch.id, rows === null ? null : rowNumbers(rows), plan);
        const details = `${rows === null ? 'failed rows' : `rows ${rows}`}: ${made.rows} rows, ${made.jobs} jobs`;
        await recordAction(tx, { ...message, action: 'retry', details });
      });
      return batchFigures(db, batch.id);
    },
  });
}
