import { eq, sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import type { Notification } from './inbox.ts';
import type { Job } from './jobs.ts';
import { jobs } from './schema.ts';

/** A job's results are begun to be read: counted first, for what kills its reader. Null: there is no such job. */
export async function beginReading(queries: Queries, jobId: number): Promise<Job | null> {
  const [begun] = await queries
    .update(jobs)
    .set({ resultTries: sql`${jobs.resultTries} + 1`, readAfter: null })
    .where(eq(jobs.id, jobId))
    .returning();
  return begun ?? null;
}

/**
 * The reading came to its end: the job's notifications up to the one that was read are dealt with, one that came
 * meanwhile is still to be read, with tries of its own. Its download has served.
 */
export async function endReading(
  queries: Queries,
  jobId: number,
  outcome: string,
  read: Notification | null,
): Promise<void> {
  await queries.execute(sql`
    with job as (update jobs set result_tries = 0 where id = ${jobId} and result_tries <> 0),
         served as (delete from kept_downloads where job_id = ${jobId})
    update notifications set outcome = ${outcome}
    where job_id = ${jobId} and id <= ${read?.id ?? 0} and outcome is null`);
}

/** A call has to wait: no try. */
export async function readLater(queries: Queries, jobId: number, waitMs: number): Promise<void> {
  await queries
    .update(jobs)
    .set({ resultTries: 0, readAfter: sql`clock_timestamp() + ${`${waitMs} milliseconds`}::interval` })
    .where(eq(jobs.id, jobId));
}

/** The try failed; the next one comes in `waitMs`. */
export async function readAgain(queries: Queries, jobId: number, waitMs: number): Promise<void> {
  await queries
    .update(jobs)
    .set({ readAfter: sql`clock_timestamp() + ${`${waitMs} milliseconds`}::interval` })
    .where(eq(jobs.id, jobId));
}
