import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { AnyColumn, SQL } from 'drizzle-orm';
import type { TrackingTask } from '../tasks/types.ts';
import { anyOf } from './any-of.ts';
import type { Queries } from './database.ts';
import { jobRows, jobs, rows } from './schema.ts';
import type { RowState } from './schema.ts';
import { storable } from '../text.ts';

export type Job = typeof jobs.$inferSelect;

/** A job waiting to be published, with a label that holds no personal data: row and tracking number. */
export interface PendingJob {
  jobId: number;
  label: string;
}

/** What says in a task's jobs who is asked. */
export function askedOf({ lookup }: TrackingTask): Pick<Job, 'sitemapId' | 'carrier'> {
  return lookup.by === 'carrier'
    ? { sitemapId: null, carrier: lookup.carrier }
    : { sitemapId: lookup.sitemapId, carrier: null };
}

export async function findJob(queries: Queries, jobId: number): Promise<Job | null> {
  return (await queries.query.jobs.findFirst({ where: eq(jobs.id, jobId) })) ?? null;
}

/** Of the jobs of a batch that wait, the next: redirected ones first, then in the workbook's order. */
export const NEXT_FIRST = sql.raw('(redirect_of is null), seq');

/** The next job of a batch of which more may be published; null: there is none. */
export async function nextJob(queries: Queries, batchId: string): Promise<Job | null> {
  const wanted = sql`exists (select from batches where id = ${batchId} and finished_at is null
    and paused is null and cancelled is null)`;
  const found = await queries.query.jobs.findFirst({
    where: and(eq(jobs.batchId, batchId), eq(jobs.state, 'pending'), wanted),
    orderBy: [NEXT_FIRST],
  });
  return found ?? null;
}

/** Whether no later job asks after a row: a row's latest job decides on its state. */
export function isLatestJob(jobId: number | AnyColumn | SQL): SQL {
  return sql`not exists (select from job_rows later where later.row_id = rows.id and later.job_id > ${jobId})`;
}

/** Rows of the given jobs, but for those forgotten, each with the subject that is to bring its result. */
export function rowsOfJobs(queries: Queries, jobIds: readonly number[]) {
  return queries
    .select({
      jobId: jobRows.jobId,
      subject: jobRows.subject,
      row: { id: rows.id, row: rows.row, trackingNumber: rows.trackingNumber },
      latest: sql<boolean>`${isLatestJob(jobRows.jobId)}`,
    })
    .from(jobRows)
    .innerJoin(rows, eq(rows.id, jobRows.rowId))
    .where(and(anyOf(jobRows.jobId, jobIds), isNull(rows.forgottenAt)))
    .orderBy(rows.row);
}

/** A job's rows, for a log: the first one's number in the sheet, and how many there are. */
export async function whichRows(
  queries: Queries,
  jobId: number,
): Promise<{ row: number | null; rows: number }> {
  const [found] = await queries
    .select({ row: sql<number | null>`min(${rows.row})`, rows: sql<number>`count(*)::int` })
    .from(jobRows)
    .innerJoin(rows, eq(rows.id, jobRows.rowId))
    .where(eq(jobRows.jobId, jobId));
  return found ?? { row: null, rows: 0 };
}

/** A job may have 20,000 rows: so many of those behind its first one are counted for a label. */
export const ROWS_TOLD = 1_000;

/** `row 12 · 1837-9277-9166`, `row 2 and 9 more · …`, from a job's first row and how many stand behind it. */
export function labelOf(row: number | null, trackingNumber: string | null, others: number): string {
  const count = others > ROWS_TOLD ? `over ${ROWS_TOLD}` : others;
  const more = others > 0 ? ` and ${count} more` : '';
  const number = trackingNumber?.replace(/^(\d{4})(\d{4})(\d{4})$/, '$1-$2-$3') ?? '';
  return `row ${row ?? '?'}${more}${number === '' ? '' : ` · ${number}`}`;
}

/** A row that still waits for a result. */
export const OPEN_STATES = ['pending', 'published', 'redirected'] as const;

/** Moves a job's rows on, and gives how many; those with a result stay as they are, and those that a later job asks after. */
async function setRowsOfJob(
  tx: Queries,
  jobId: number,
  change: Partial<typeof rows.$inferInsert>,
  from: readonly RowState[] = OPEN_STATES,
): Promise<number> {
  const linked = tx.select({ rowId: jobRows.rowId }).from(jobRows).where(eq(jobRows.jobId, jobId));
  const moved = await tx
    .update(rows)
    .set(change)
    .where(and(inArray(rows.id, linked), inArray(rows.state, [...from]), isLatestJob(jobId)));
  return moved.count;
}

/** Every row that it asks for has failed: given up by a person. */
const GIVEN_UP = sql`(select bool_and(rows.state = 'failed')
  from job_rows link join rows on rows.id = link.row_id where link.job_id = jobs.id)`;

/**
 * Jobs all of whose rows were given up are neither published nor waited for; what is told of them later is read. One that
 * is being sent comes here with its answer.
 */
export async function dropGivenUp(tx: Queries, which: (jobId: typeof jobs.id) => SQL): Promise<void> {
  const finishedAt = sql`clock_timestamp()`;
  await tx
    .update(jobs)
    .set({ state: 'failed', error: 'its rows were given up', owesDownload: false, finishedAt })
    .where(and(which(jobs.id), inArray(jobs.state, ['pending', 'published', 'incomplete']), GIVEN_UP));
}

/** The API certainly took nothing: the job waits for its turn again. */
export async function markPending(tx: Queries, jobId: number): Promise<void> {
  await tx
    .update(jobs)
    .set({ state: 'pending', owesDownload: false })
    .where(and(eq(jobs.id, jobId), eq(jobs.state, 'publishing')));
  await dropGivenUp(tx, (id) => eq(id, jobId));
}

/**
 * The API took it. An early webhook may have finished it already: never a step back. One that was given up, its answer
 * lost, is in flight again, and so are its rows. Run in a transaction.
 */
export async function markPublished(
  tx: Queries,
  job: Job,
  scrapingJobId: number,
  deadlineMs: number,
): Promise<void> {
  const goesOn = sql`jobs.state in ('publishing', 'failed')`;
  const [{ before } = { before: null }] = await tx.execute<{ before: Job['state'] }>(sql`
    with old as (select id, state from jobs where id = ${job.id} for update)
    update jobs set scraping_job_id = ${scrapingJobId}, published_at = coalesce(published_at, clock_timestamp()),
      deadline_at = clock_timestamp() + ${`${deadlineMs} milliseconds`}::interval,
      state = case when ${goesOn} then 'published' else jobs.state end,
      error = case when not ${goesOn} then error end, finished_at = case when not ${goesOn} then finished_at end
    from old where jobs.id = old.id returning old.state as before`);
  if (before !== 'publishing' && before !== 'failed' && before !== 'published') return;
  const state = job.redirectOf === null ? 'published' : 'redirected';
  const from = before === 'failed' ? [...OPEN_STATES, 'failed' as const] : OPEN_STATES;
  const moved = await setRowsOfJob(tx, job.id, { state, error: null }, from);
  if (moved === 0) await dropGivenUp(tx, (id) => eq(id, job.id));
}

/** The job is given up, its download with it; its rows without a result fail with the reason. */
export async function markFailed(tx: Queries, jobId: number, reason: string): Promise<void> {
  const error = storable(reason);
  const [failed] = await tx
    .update(jobs)
    .set({ state: 'failed', error, owesDownload: false, finishedAt: sql`clock_timestamp()` })
    .where(and(eq(jobs.id, jobId), inArray(jobs.state, ['pending', 'publishing', 'published', 'incomplete'])))
    .returning({ id: jobs.id });
  if (failed !== undefined) await setRowsOfJob(tx, jobId, { state: 'failed', error });
}
