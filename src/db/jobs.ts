import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { anyOf } from './any-of.ts';
import type { Queries } from './database.ts';
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

/** Rows of the given jobs, each with the start URL that is to bring its result. */
export function rowsOfJobs(queries: Queries, jobIds: readonly number[]) {
  return queries
    .select({ jobId: jobRows.jobId, url: jobRows.url, row: rows })
    .from(jobRows)
    .innerJoin(rows, eq(rows.id, jobRows.rowId))
    .where(anyOf(jobRows.jobId, jobIds))
    .orderBy(rows.row);
}

/** `row 12 · 1837-9277-9166`, `row 2 and 9 more · …`. */
function labelOf(own: readonly { row: number; trackingNumber: string | null }[]): string {
  const [first] = own;
  const more = own.length > 1 ? ` and ${own.length - 1} more` : '';
  const number = first?.trackingNumber?.replace(/^(\d{4})(\d{4})(\d{4})$/, '$1-$2-$3') ?? '';
  return `row ${first?.row ?? '?'}${more}${number === '' ? '' : ` · ${number}`}`;
}

/** The next job to publish: redirected ones first, then in the workbook's order. */
export async function nextJob(queries: Queries, batchId: string): Promise<PendingJob | null> {
  const [found] = await queries
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.batchId, batchId), eq(jobs.state, 'pending')))
    .orderBy(sql`${jobs.redirectOf} is null`, asc(jobs.seq))
    .limit(1);
  if (found === undefined) return null;
  const linked = await rowsOfJobs(queries, [found.id]);
  return { jobId: found.id, label: labelOf(linked.map((link) => link.row)) };
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

/** The API certainly took nothing: the job waits for its turn again. */
export async function markPending(tx: Queries, jobId: number): Promise<void> {
  await tx
    .update(jobs)
    .set({ state: 'pending', owesDownload: false })
    .where(and(eq(jobs.id, jobId), eq(jobs.state, 'publishing')));
}

/** The API took it. An early webhook may have finished it already: never a step back. */
export async function markPublished(
  tx: Queries,
  job: Job,
  scrapingJobId: number,
  deadlineMs: number,
): Promise<void> {
  const [taken] = await tx
    .update(jobs)
    .set({
      scrapingJobId,
      publishedAt: sql`coalesce(${jobs.publishedAt}, clock_timestamp())`,
      deadlineAt: sql`clock_timestamp() + ${`${deadlineMs} milliseconds`}::interval`,
      state: sql`case when ${jobs.state} in ('publishing', 'failed') then 'published' else ${jobs.state} end`,
    })
    .where(eq(jobs.id, job.id))
    .returning({ state: jobs.state });
  if (taken?.state === 'published')
    await setRowsOfJob(tx, job.id, { state: job.redirectOf === null ? 'published' : 'redirected' });
}

/** The job is given up, its download with it; its rows without a result fail with the reason. */
export async function markFailed(tx: Queries, jobId: number, error: string): Promise<void> {
  const [failed] = await tx
    .update(jobs)
    .set({ state: 'failed', error, owesDownload: false, finishedAt: sql`clock_timestamp()` })
    .where(and(eq(jobs.id, jobId), inArray(jobs.state, ['pending', 'publishing', 'published', 'incomplete'])))
    .returning({ id: jobs.id });
  if (failed !== undefined) await setRowsOfJob(tx, jobId, { state: 'failed', error });
}
