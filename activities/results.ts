import { log } from '@temporalio/activity';
import { createJobResults } from '../src/batches/job-results.ts';
import type { JobResultsDeps } from '../src/batches/job-results.ts';
import { batchFigures } from '../src/db/batch-figures.ts';
import type { BatchFigures } from '../src/db/batch-figures.ts';
import { Grouped } from '../src/db/grouped.ts';
import { unreadJobs } from '../src/db/inbox.ts';
import { whichRows } from '../src/db/jobs.ts';
import type { Job } from '../src/db/jobs.ts';
import { beginReading, endReading, readAgain, readLater } from '../src/db/result-tries.ts';
import { hasFailedRows } from '../src/db/rows.ts';
import { rootMessage } from '../src/errors.ts';
import { WaitForAccount } from '../src/pacing/account-call.ts';
import { asActivities, tellWait } from './as-activities.ts';

/** Jobs an activity at most, and downloads at a time. */
const JOBS_A_LIST = 200;
const AT_ONCE = 60;
/** None is begun later than that: with three calls of 60 s each, the last ends within the activity's five minutes. */
const BEGUN_WITHIN_MS = 100_000;
/** Tries of one result before its rows fail: it may be one that no database takes, or one that kills its reader. */
const MAX_TRIES = 3;
const FIRST_RETRY_MS = 10_000;

export type ResultsActivities = ReturnType<typeof createResultsActivities>;

/** Results of jobs of which something was told. Each job may be read again without harm. */
export function createResultsActivities(deps: JobResultsDeps) {
  const { db } = deps.database;

  /** Nothing that a notification says can change a job that gave all its rows a result. */
  const settled = async (job: Job) =>
    job.state === 'redirected' || (job.state === 'completed' && !(await hasFailedRows(db, job.id)));

  function readerOf(batchId: string): (jobId: number) => Promise<void> {
    const { processJob, giveUp } = createJobResults(deps, batchId);
    const beginning = new Grouped((jobIds: readonly number[]) => beginReading(db, jobIds));
    return async (jobId) => {
      const reading = await beginning.ask(jobId);
      if (reading === null) return;
      const { job, hint } = reading;
      const tries = job.resultTries;
      // Read already, also where another run of this activity did it: each download would be paid for again.
      if (hint === null || hint.outcome !== null || (await settled(job)))
        return endReading(db, [reading], 'duplicate');
      try {
        if (tries > MAX_TRIES)
          await giveUp(reading, `its result could not be read in ${MAX_TRIES} tries; retry the row`);
        else await processJob(reading);
      } catch (error) {
        if (error instanceof WaitForAccount) return readLater(db, job.id, error.waitMs);
        const why = rootMessage(error, 200);
        const which = await whichRows(db, jobId).catch(() => null);
        log.warn('a result could not be read', { jobId, ...which, tries, error: why });
        if (tries < MAX_TRIES) return readAgain(db, job.id, FIRST_RETRY_MS * 4 ** (tries - 1));
        await giveUp(reading, `its result could not be saved: ${why}`);
      }
    };
  }

  return asActivities({
    /** Reads a list of the results that wait; one job's trouble never keeps the others. */
    async processResults(input: { batchId: string }): Promise<BatchFigures> {
      const unread = await unreadJobs(db, input.batchId, JOBS_A_LIST);
      tellWait('results to be downloaded and read');
      const read = readerOf(input.batchId);
      const lastMs = performance.now() + BEGUN_WITHIN_MS;
      const failures: unknown[] = [];
      const workThrough = async (jobs: { jobId: number }[]) => {
        while (performance.now() < lastMs) {
          const job = jobs.shift();
          if (job === undefined) return;
          await read(job.jobId).catch((error: unknown) => failures.push(error));
        }
      };
      // One whose reading never came to its end may have killed its reader: alone, it takes no others along.
      const [suspects, others] = [
        unread.filter(({ tries }) => tries > 0),
        unread.filter(({ tries }) => tries === 0),
      ];
      await Promise.all(Array.from({ length: AT_ONCE }, () => workThrough(others)));
      await workThrough(suspects);
      log.info('Results read', { jobs: unread.length - others.length - suspects.length });
      // Not even that it failed could be written down.
      if (failures.length > 0) throw failures[0];
      return batchFigures(db, input.batchId);
    },
  });
}
