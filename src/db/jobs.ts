import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { rowsOfJobs } from './import-rows.ts';
import { jobRows, jobs, rows } from './schema.ts';

export type Job = typeof jobs.$inferSelect;

/** A job waiting to be published, with a label that holds no personal data: row and tracking number. */
export interface PendingJob {
  jobId: number;
  label: string;
}

export async function findJob(queries: Queries, jobId: number): Promise<Job | null> {
  return (await queries.query.jobs.findFirst({ where: eq(jobs.id, jobId) })) ?? null;
}

/** The next jobs to publish: redirected ones first, then in the workbook's order. */
export async function pendingJobs(queries: Queries, batchId: string, limit: number): Promise<PendingJob[]> {
  const found = await queries
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.batchId, batchId), eq(jobs.state, 'pending')))
    .orderBy(sql`${jobs.redirectOf} is null`, asc(jobs.seq))
    .limit(limit);
  const ids = found.map((job) => job.id);
  const linked = ids.length === 0 ? [] : await rowsOfJobs(queries, ids);
  return ids.map((jobId) => {
    const own = linked.filter((link) => link.jobId === jobId).map((link) => link.row);
    const [first] = own;
    const more = own.length > 1 ? ` and ${own.length - 1} more` : '';
    const number = first?.trackingNumber ? ` · ${first.trackingNumber}` : '';
    return { jobId, label: `row ${first?.row ?? '?'}${more}${number}` };
  });
}

/** Moves a job's rows on; rows that have a result already stay as they are. */
async function setRowsOfJob(
  tx: Queries,
  jobId: number,
  change: Partial<typeof rows.$inferInsert>,
): Promise<void> {
  const linked = tx.select({ rowId: jobRows.rowId }).from(jobRows).where(eq(jobRows.jobId, jobId));
  await tx
    .update(rows)
    .set(change)
    .where(and(inArray(rows.id, linked), inArray(rows.state, ['pending', 'published', 'redirected'])));
}

/** The intent: written before the call, so that a worker's death in between shows. */
export async function markPublishing(tx: Queries, jobId: number): Promise<void> {
  await tx
    .update(jobs)
    .set({ state: 'publishing', intentAt: sql`clock_timestamp()` })
    .where(eq(jobs.id, jobId));
}

/** The API certainly took nothing: the job waits for its turn again. */
export async function markPending(tx: Queries, jobId: number): Promise<void> {
  await tx
    .update(jobs)
    .set({ state: 'pending' })
    .where(and(eq(jobs.id, jobId), eq(jobs.state, 'publishing')));
}

/** The API took it. An early webhook may have finished it already: never a step back. */
export async function markPublished(
  tx: Queries,
  job: Job,
  scrapingJobId: number,
  deadlineMs: number,
): Promise<void> {
  await tx
    .update(jobs)
    .set({
      scrapingJobId,
      publishedAt: sql`clock_timestamp()`,
      deadlineAt: sql`clock_timestamp() + ${`${deadlineMs} milliseconds`}::interval`,
      state: sql`case when ${jobs.state} = 'publishing' then 'published' else ${jobs.state} end`,
    })
    .where(eq(jobs.id, job.id));
  await setRowsOfJob(tx, job.id, { state: job.redirectOf === null ? 'published' : 'redirected' });
}

/** The job is given up; its rows without a result fail with the reason. */
export async function markFailed(tx: Queries, jobId: number, error: string): Promise<void> {
  await tx
    .update(jobs)
    .set({ state: 'failed', error, finishedAt: sql`clock_timestamp()` })
    .where(and(eq(jobs.id, jobId), inArray(jobs.state, ['pending', 'publishing', 'published'])));
  await setRowsOfJob(tx, jobId, { state: 'failed', error });
}
