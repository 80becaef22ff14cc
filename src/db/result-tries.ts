import { eq, sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { anyOf, jsonList } from './any-of.ts';
import { latestNotifications } from './inbox.ts';
import type { Notification } from './inbox.ts';
import type { Job } from './jobs.ts';
import { jobs } from './schema.ts';

/** A job whose results are being read, and what was last told of it: later notifications are still to be read. */
export interface Reading {
  job: Job;
  hint: Notification | null;
}

/**
 * The results of jobs are begun to be read: counted first, for what kills its reader. In the order of the ids; null: there
 * is no such job.
 */
export async function beginReading(queries: Queries, jobIds: readonly number[]): Promise<(Reading | null)[]> {
  const begun = await queries
    .update(jobs)
    .set({ resultTries: sql`${jobs.resultTries} + 1`, readAfter: null })
    .where(anyOf(jobs.id, jobIds))
    .returning();
  const hints = new Map((await latestNotifications(queries, jobIds)).map((hint) => [hint.jobId, hint]));
  const readings = new Map(begun.map((job) => [job.id, { job, hint: hints.get(job.id) ?? null }]));
  return jobIds.map((jobId) => readings.get(jobId) ?? null);
}

/**
 * The readings came to their end: the jobs' notifications up to the one that was read are dealt with, one that came
 * meanwhile is still to be read, with tries of its own. Their downloads have served.
 */
export async function endReading(
  queries: Queries,
  readings: readonly Pick<Reading, 'job' | 'hint'>[],
  outcome: string,
): Promise<void> {
  const list = jsonList(readings.map(({ job, hint }) => ({ job: job.id, hint: hint?.id ?? 0 })));
  await queries.execute(sql`
    with read as (select * from jsonb_to_recordset(${list}) as read(job bigint, hint bigint)),
         ended as (update jobs set result_tries = 0 from read where id = job and result_tries <> 0),
         served as (delete from kept_downloads using read where job_id = job)
    update notifications set outcome = ${outcome} from read
    where job_id = job and id <= hint and outcome is null`);
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
