import { batchFigures } from '../src/db/batch-figures.ts';
import type { BatchFigures } from '../src/db/batch-figures.ts';
import { findJob } from '../src/db/jobs.ts';
import type { Job } from '../src/db/jobs.ts';
import { latestNotification, settleNotifications } from '../src/db/inbox.ts';
import { hasFailedRows } from '../src/db/rows.ts';
import { WaitForAccount } from '../src/pacing/account-call.ts';
import { asActivities } from './as-activities.ts';
import { createJobResults } from '../src/batches/job-results.ts';
import type { JobResultsDeps } from '../src/batches/job-results.ts';

export interface ResultsOutcome extends BatchFigures {
  /** Jobs whose call the account's clock does not allow yet: process them again in `waitMs`. */
  waiting: { jobIds: number[]; waitMs: number } | null;
}

/** Downloads at a time: a list of twenty takes four times the 60 s of a call at worst, within the five minutes. */
const AT_ONCE = 5;

export type ResultsActivities = ReturnType<typeof createResultsActivities>;

/** Results of jobs whose webhook came. Each job may be processed again without harm. */
export function createResultsActivities(deps: JobResultsDeps) {
  const { db } = deps.database;
  const processJob = createJobResults(deps);

  /** Nothing that a notification says can change a job that gave all its rows a result. */
  const settled = async (job: Job) =>
    job.state === 'redirected' || (job.state === 'completed' && !(await hasFailedRows(db, job.id)));

  /** Null, or how long the job has to wait. */
  async function process(batchId: string, jobId: number): Promise<number | null> {
    const job = await findJob(db, jobId);
    if (job?.batchId !== batchId) return null;
    const hint = await latestNotification(db, job.id);
    if (await settled(job)) {
      await settleNotifications(db, job.id, 'duplicate', hint);
      return null;
    }
    // Another run of this activity has read it already: each download would be paid for again.
    const ended = job.state === 'completed' || job.state === 'failed';
    if (ended && (hint === null || hint.outcome !== null)) return null;
    try {
      await processJob(job, hint);
      return null;
    } catch (error) {
      if (error instanceof WaitForAccount) return error.waitMs;
      throw error;
    }
  }

  return asActivities({
    /** Processes the results of several jobs; one job's trouble never keeps the others. */
    async processResults(input: { batchId: string; jobIds: number[] }): Promise<ResultsOutcome> {
      const jobIds = [...new Set(input.jobIds)];
      const waiting: { jobId: number; waitMs: number }[] = [];
      const failures: unknown[] = [];
      const workThrough = async () => {
        for (let jobId = jobIds.shift(); jobId !== undefined; jobId = jobIds.shift()) {
          const id = jobId;
          const waitMs = await process(input.batchId, id).catch((error: unknown) => {
            failures.push(error);
            return null;
          });
          if (waitMs !== null) waiting.push({ jobId: id, waitMs });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, workThrough));
      if (failures.length > 0) throw failures[0];
      return {
        ...(await batchFigures(db, input.batchId)),
        waiting:
          waiting.length === 0
            ? null
            : {
                jobIds: waiting.map(({ jobId }) => jobId),
                waitMs: Math.max(...waiting.map(({ waitMs }) => waitMs)),
              },
      };
    },
  });
}
