import { and, eq, inArray, sql } from 'drizzle-orm';
import type { RowResult } from '../tasks/types.ts';
import type { CellOutcome } from '../workbook/types.ts';
import type { Queries } from './database.ts';
import type { Job } from './jobs.ts';
import { jobRows, jobs, notifications, rows } from './schema.ts';

export interface RowOutcome {
  rowId: number;
  /** Null: the lookup gave nothing; `error` says why. */
  result: RowResult | null;
  error: string | null;
}

/** Writes what a job brought for its rows, and closes the job. A row that has a result never loses it to a failure. */
export async function saveResults(tx: Queries, job: Job, outcomes: readonly RowOutcome[]): Promise<void> {
  for (const { rowId, result, error } of outcomes) {
    if (result === null) {
      await tx
        .update(rows)
        .set({ state: 'failed', error })
        .where(and(eq(rows.id, rowId), inArray(rows.state, ['pending', 'published', 'redirected'])));
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
  const failed = outcomes.filter((outcome) => outcome.result === null);
  await tx
    .update(jobs)
    .set({
      state: failed.length === 0 ? 'completed' : 'failed',
      error: failed[0]?.error ?? null,
      finishedAt: sql`clock_timestamp()`,
    })
    .where(eq(jobs.id, job.id));
}

/** Makes the one redirected job of a job and moves its rows to it; a second call does nothing. */
export async function redirectJob(
  tx: Queries,
  job: Job,
  to: { task: Job['task']; sitemapId: number; customIdPrefix: string },
): Promise<void> {
  const [created] = await tx
    .insert(jobs)
    .values({
      batchId: job.batchId,
      seq: sql`(select max(seq) + 1 from jobs where batch_id = ${job.batchId})`,
      customId: `${to.customIdPrefix}-from-${job.customId}`,
      task: to.task,
      sitemapId: to.sitemapId,
      startUrls: job.startUrls,
      redirectOf: job.id,
    })
    .onConflictDoNothing({ target: jobs.redirectOf })
    .returning({ id: jobs.id });
  if (created === undefined) return;
  await tx.execute(sql`insert into job_rows (job_id, row_id, url)
    select ${created.id}, row_id, url from job_rows where job_id = ${job.id}`);
  await tx
    .update(jobs)
    .set({ state: 'redirected', finishedAt: sql`clock_timestamp()` })
    .where(eq(jobs.id, job.id));
  const linked = tx.select({ rowId: jobRows.rowId }).from(jobRows).where(eq(jobRows.jobId, job.id));
  await tx.update(rows).set({ state: 'redirected' }).where(inArray(rows.id, linked));
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

/** Completed rows whose result no writeback has dealt with. */
export function unwrittenRows(queries: Queries, batchId: string) {
  return queries.query.rows.findMany({
    where: sql`batch_id = ${batchId} and state = 'completed' and written_at is null`,
    orderBy: rows.row,
  });
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
