import { log } from '@temporalio/activity';
import { importGivenRows } from '../src/batches/import-rows.ts';
import type { ImportPlan } from '../src/batches/import-rows.ts';
import { releaseTasks } from '../src/batches/release-task.ts';
import { retryRows } from '../src/batches/retry-rows.ts';
import { endBatch, openBatch } from '../src/batches/ends.ts';
import type { Opened } from '../src/batches/ends.ts';
import { takeCancel, takePause, takeResume } from '../src/batches/orders.ts';
import { batchFigures } from '../src/db/batch-figures.ts';
import type { BatchFigures } from '../src/db/batch-figures.ts';
import { changeBatch, findBatch, isTaken, recordAction, setBatchState } from '../src/db/batches.ts';
import type { Database } from '../src/db/database.ts';
import { lookNow } from '../src/db/file-servers.ts';
import { findJob } from '../src/db/jobs.ts';
import type { BatchState } from '../src/db/schema.ts';
import { figuresWithForecast } from '../src/pacing/account-figures.ts';
import type { AccountClock } from '../src/pacing/account-clock.ts';
import type { CarrierClock } from '../src/pacing/carrier-clock.ts';
import { taskByName } from '../src/tasks/registry.ts';
import { rowNumbers } from '../src/tasks/row-selection.ts';
import type { TrackingTask } from '../src/tasks/types.ts';
import type { CancelMessage, PersonMessage, RetryMessage } from '../src/temporal/messages.ts';
import { asActivities, tellWait } from './as-activities.ts';

export type BatchActivities = ReturnType<typeof createBatchActivities>;

export interface BatchDeps {
  database: Database;
  clock: AccountClock;
  carrierClock: CarrierClock;
  planOf(task: TrackingTask): ImportPlan;
}

interface OfBatch {
  batchId: string;
}

/** How a batch is to end, as people see it. */
export interface BatchEnd extends OfBatch {
  state: Extract<BatchState, 'completed' | 'cancelled' | 'failed'>;
  reason: string | null;
}

/** Small database steps of a batch, on `tracking_batch_queue`; each may run again without harm. */
export function createBatchActivities({ database, clock, carrierClock, planOf }: BatchDeps) {
  const { db } = database;
  return asActivities({
    /** What the database knows of the batch, with the time left. */
    figures(input: OfBatch): Promise<BatchFigures> {
      return figuresWithForecast(db, input.batchId, clock.limits);
    },

    /** Writes down the rows that a batch was given without a workbook, and their jobs, unless that was done. */
    async importRows(input: OfBatch): Promise<BatchFigures> {
      tellWait('its rows to be written down');
      await changeBatch(db, input.batchId, async (tx) => {
        const batch = await findBatch(tx, input.batchId);
        if (batch === null) throw new TypeError(`batch ${input.batchId} is unknown`);
        await importGivenRows(tx, batch, planOf(taskByName(batch.task)));
      });
      return batchFigures(db, input.batchId);
    },

    /** A publish was broken off: one that had not begun gives its turn back; whether the other was taken, the sweep finds out. */
    async settlePublish(input: OfBatch & { jobId: number }): Promise<BatchFigures> {
      const job = await findJob(db, input.jobId);
      if (job?.state === 'pending') await clock.giveBack(job.id);
      return batchFigures(db, input.batchId);
    },

    /** Records a running batch's state as people see it; one that has ended stays as it is. */
    async saveState(
      input: OfBatch & { state: 'running' | 'paused'; reason: string | null },
    ): Promise<BatchFigures> {
      await setBatchState(db, input.batchId, input.state, input.reason);
      return figuresWithForecast(db, input.batchId, clock.limits);
    },

    /** Ends the batch, which frees its workbook, unless something is left to do: then its figures say what. */
    async endBatch(input: BatchEnd): Promise<BatchFigures> {
      await changeBatch(db, input.batchId, (tx) => endBatch(tx, input));
      const figures = await batchFigures(db, input.batchId);
      const { state, reason } = input;
      if (figures.ended) log.info('Batch ended', { state, reason, ...figures.counts });
      return figures;
    },

    /** For a run that finds its batch ended: opens it again where there is something left to do. */
    async openBatch(input: OfBatch): Promise<Opened & BatchFigures> {
      const opened = await changeBatch(db, input.batchId, (tx) => openBatch(tx, input.batchId));
      return { ...(await batchFigures(db, input.batchId)), ...opened };
    },

    async pause({ batchId, ...message }: OfBatch & PersonMessage): Promise<BatchFigures> {
      await changeBatch(db, batchId, (tx) => takePause(tx, batchId, message));
      return batchFigures(db, batchId);
    },

    /**
     * A person's resume also opens an account that was held, releases the batch's held task, lets a carrier be asked, and
     * has a refused login of the file server looked at: for every batch.
     */
    async resume({ batchId, ...message }: OfBatch & PersonMessage): Promise<BatchFigures> {
      const batch = await findBatch(db, batchId);
      const asksApi = batch !== null && taskByName(batch.task).lookup.by === 'webscraper';
      // Before it is recorded: a worker that ends in between opens it with the next try.
      if (!(await isTaken(db, message.id))) {
        if (asksApi) {
          await clock.open();
          await releaseTasks({ database, planOf }, batchId, message);
        } else await carrierClock.open();
        await lookNow(db);
      }
      await changeBatch(db, batchId, (tx) => takeResume(tx, batchId, message));
      return batchFigures(db, batchId);
    },

    async cancel({ batchId, ...message }: OfBatch & CancelMessage): Promise<BatchFigures> {
      await changeBatch(db, batchId, (tx) => takeCancel(tx, batchId, message));
      return batchFigures(db, batchId);
    },

    /** Makes new jobs for the rows that are to be tried again, or for those named (`3,7-9`); once, however often it is told. */
    async retryRows({ batchId, rows, ...message }: OfBatch & RetryMessage): Promise<BatchFigures> {
      const batch = await findBatch(db, batchId);
      if (batch === null) throw new TypeError(`batch ${batchId} is unknown`);
      const plan = planOf(taskByName(batch.task));
      await changeBatch(db, batchId, async (tx) => {
        const { id: messageId, by, why } = message;
        if (await isTaken(tx, messageId)) return;
        const made = await retryRows(tx, batch.id, rows === null ? null : rowNumbers(rows), plan);
        const left = rows === null ? (await batchFigures(tx, batchId)).counts.pending - made.rows : 0;
        const which = rows === null ? 'failed rows' : `rows ${rows}`;
        const others = left > 0 ? `; ${left} rows that were left go on` : '';
        const details = `${which}: ${made.rows} rows, ${made.jobs} jobs${others}`;
        await recordAction(tx, { batchId, messageId, by, why, action: 'retry', details });
      });
      return batchFigures(db, batch.id);
    },
  });
}
