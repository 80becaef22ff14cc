import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { RowResult } from '../tasks/types.ts';
import type { CellOutcome } from '../workbook/types.ts';
import type { Batch } from './batches.ts';
import type { Queries } from './database.ts';
import type { Job } from './jobs.ts';
import { jobRows, jobs, notifications, rows } from './schema.ts';

/** What a lookup gave a row: a result, or why there is none. */
export type RowOutcome =
  | { rowId: number; result: RowResult; error: null }
  | { rowId: number; result: null; error: string };

const OPEN_STATES = ['pending', 'published', 'redirected'] as const;

/** Writes what was found for rows. A row that has a result never loses it to a failure. */
export async function saveOutcomes(tx: Queries, outcomes: readonly RowOutcome[]): Promise<void> {
  for (const { rowId, result, error } of outcomes) {
    if (result === null) {
      await tx
        .update(rows)
        .set({ state: 'failed', error })
        .where(and(eq(rows.id, rowId), inArray(rows.state, OPEN_STATES)));
      continue;
    }
    await tx
      .update(rows)
      .set({
        state: 'completed',
        error: null,
        source: 'webscraper',
        result: result.text,
        status: result.status,
        statusText: result.statusText,
        trackingNumber: sql`coalesce(${result.trackingNumber}, ${rows.trackingNumber})`,
        eventAt: result.eventAt === null ? null : new Date(result.eventAt),
        completedAt: sql`clock_timestamp()`,
        writtenAt: null,
      })
      .where(eq(rows.id, rowId));
  }
}

/** Where a job stands once its download was read; `incomplete` is the only one that is no end. */
export async function setJobState(
  tx: Queries,
  jobId: number,
  state: 'completed' | 'redirected' | 'incomplete',
): Promise<void> {
  const finishedAt = state === 'incomplete' ? null : sql`clock_timestamp()`;
  await tx.update(jobs).set({ state, finishedAt, error: null }).where(eq(jobs.id, jobId));
}

/** Makes the one redirected job of a job, for some of its start URLs, and moves their rows to it. */
export async function redirectJob(
  tx: Queries,
  job: Job,
  startUrls: readonly string[],
  to: { task: Job['task']; sitemapId: number; customIdPrefix: string },
): Promise<void> {
  const [created] = await tx
    .insert(jobs)
    .values({
      batchId: job.batchId,
      seq: sql`(select max(seq) + 1 from jobs where batch_id = ${job.batchId})`,
      attempt: job.attempt,
      customId: `${to.customIdPrefix}-from-${job.customId}`,
      task: to.task,
      sitemapId: to.sitemapId,
      startUrls: [...startUrls],
      redirectOf: job.id,
    })
    .onConflictDoNothing({ target: jobs.redirectOf })
    .returning({ id: jobs.id });
  if (created === undefined) return;
  const moved = and(eq(jobRows.jobId, job.id), inArray(jobRows.url, [...startUrls]));
  await tx.insert(jobRows).select(
    tx
      .select({
        jobId: sql<number>`${created.id}::bigint`.as('job_id'),
        rowId: jobRows.rowId,
        url: jobRows.url,
      })
      .from(jobRows)
      .where(moved),
  );
  const linked = tx.select({ rowId: jobRows.rowId }).from(jobRows).where(moved);
  await tx.update(rows).set({ state: 'redirected' }).where(inArray(rows.id, linked));
}

/** Whether a job that came to its end left a row without its result: then a later notification is worth reading. */
export async function hasFailedRows(queries: Queries, jobId: number): Promise<boolean> {
  const [failed] = await queries
    .select({ id: rows.id })
    .from(jobRows)
    .innerJoin(rows, eq(rows.id, jobRows.rowId))
    .where(and(eq(jobRows.jobId, jobId), eq(rows.state, 'failed')))
    .limit(1);
  return failed !== undefined;
}

/** Downloads of a job that met a failing network or server. */
export async function failedDownloads(queries: Queries, jobId: number): Promise<number> {
  const [count] = await queries.execute<{ n: number }>(sql`
    select count(*)::int as n from calls where job_id = ${jobId} and kind = 'download'
    and finished_at is not null and (http_status is null or http_status >= 500)`);
  return count?.n ?? 0;
}

/** The newest notification of a job: what it said last. */
export async function latestNotification(queries: Queries, jobId: number) {
  return queries.query.notifications.findFirst({
    where: eq(notifications.jobId, jobId),
    orderBy: sql`${notifications.id} desc`,
  });
}

export async function settleNotifications(tx: Queries, jobId: number, outcome: string): Promise<void> {
  await tx
    .update(notifications)
    .set({ outcome: sql`coalesce(${notifications.outcome}, ${outcome})` })
    .where(eq(notifications.jobId, jobId));
}

/**
 * Completed rows whose result no writeback has dealt with; `recorded` is the text last written for that content in
 * that workbook, by whichever batch.
 */
export function unwrittenRows(queries: Queries, batch: Batch) {
  const recorded = sql<string | null>`(
    select earlier.written from rows earlier join batches b on b.id = earlier.batch_id
    where md5(earlier.input) = md5(${rows.input}) and earlier.input = ${rows.input}
      and earlier.email = ${rows.email} and b.workbook = ${batch.workbook} and earlier.written is not null
    order by earlier.written_at desc limit 1)`;
  return queries
    .select({ row: rows, recorded })
    .from(rows)
    .where(and(eq(rows.batchId, batch.id), eq(rows.state, 'completed'), isNull(rows.writtenAt)))
    .orderBy(rows.row);
}

/** What the sheet said to a written result; null: nothing worth telling. */
function writebackWarning(outcome: CellOutcome['outcome'], column: string): string | null {
  switch (outcome) {
    case 'formula':
      return `column ${column} holds a formula; left as it is`;
    case 'person':
      return `column ${column} holds a person's own text; left as it is`;
    case 'gone':
      return 'the row is no longer in the sheet; its result was not written';
    case 'written':
    case 'same':
      return null;
  }
}

/** Marks rows as dealt with, unless a newer result came meanwhile; rows found elsewhere get their new number. */
export async function markWritten(
  tx: Queries,
  column: string,
  outcomes: readonly (CellOutcome & { text: string })[],
): Promise<void> {
  for (const { id, outcome, row, text } of outcomes) {
    const warning = writebackWarning(outcome, column);
    await tx
      .update(rows)
      .set({
        writtenAt: sql`clock_timestamp()`,
        ...(row === null ? {} : { row }),
        ...(warning === null
          ? { written: text }
          : { warnings: sql`array_append(${rows.warnings}, ${warning}::text)` }),
      })
      .where(and(eq(rows.id, Number(id)), eq(rows.result, text)));
  }
}
