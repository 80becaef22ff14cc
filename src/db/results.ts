import { and, eq, inArray, ne, or, sql } from 'drizzle-orm';
import type { YamatoParcel } from '../carriers/yamato/types.ts';
import type { RowResult } from '../tasks/result.ts';
import type { TrackingTask } from '../tasks/types.ts';
import { lockBatch } from './batches.ts';
import type { Queries } from './database.ts';
import { askedOf, isLatestJob, OPEN_STATES } from './jobs.ts';
import type { Job } from './jobs.ts';
import { jobRows, jobs, rows } from './schema.ts';
import type { ResultSource } from './schema.ts';
import { storable } from '../text.ts';

/** What a lookup gave a row: a result, or why there is none. */
export type RowOutcome =
  | { rowId: number; result: RowResult; error: null; details?: YamatoParcel }
  | { rowId: number; result: null; error: string };

/**
 * Writes what a job found for its rows. A row that has a result never loses it to a failure, nor to an older job's
 * result; a row that a later job asks after does not fail with an older one.
 */
export async function saveOutcomes(
  tx: Queries,
  jobId: number,
  outcomes: readonly RowOutcome[],
  source: ResultSource,
): Promise<void> {
  const latest = isLatestJob(jobId);
  for (const outcome of outcomes) {
    const { rowId, result, error } = outcome;
    if (result === null) {
      await tx
        .update(rows)
        .set({ state: 'failed', error })
        .where(and(eq(rows.id, rowId), inArray(rows.state, OPEN_STATES), latest));
      continue;
    }
    const number = result.trackingNumber;
    await tx
      .update(rows)
      .set({
        state: 'completed',
        error: null,
        source,
        details: outcome.details ?? null,
        result: storable(result.text),
        status: result.status,
        statusText: result.statusText === null ? null : storable(result.statusText),
        trackingNumber: sql`coalesce(${number === null ? null : storable(number)}, ${rows.trackingNumber})`,
        eventAt: result.eventAt === null ? null : new Date(result.eventAt),
        completedAt: sql`clock_timestamp()`,
        writtenAt: null,
      })
      .where(and(eq(rows.id, rowId), or(ne(rows.state, 'completed'), latest)));
  }
}

/**
 * Where a job stands once its download was read; `incomplete` is the only one that is no end. Of two that read it at
 * the same time, one redirects it: it stays redirected.
 */
export async function setJobState(
  tx: Queries,
  jobId: number,
  state: 'completed' | 'redirected' | 'incomplete',
): Promise<void> {
  const finishedAt = state === 'incomplete' ? null : sql`clock_timestamp()`;
  await tx
    .update(jobs)
    .set({ state, finishedAt, error: null })
    .where(and(eq(jobs.id, jobId), ne(jobs.state, 'redirected')));
}

/** Makes the one redirected job of a job, for some of its start URLs, and moves their rows to it. */
export async function redirectJob(
  tx: Queries,
  job: Job,
  startUrls: readonly string[],
  to: TrackingTask,
): Promise<void> {
  await lockBatch(tx, job.batchId);
  const [created] = await tx
    .insert(jobs)
    .values({
      batchId: job.batchId,
      seq: sql`(select max(seq) + 1 from jobs where batch_id = ${job.batchId})`,
      attempt: job.attempt,
      customId: `${to.customIdPrefix}-from-${job.customId}`,
      task: to.name,
      ...askedOf(to),
      subjects: [...startUrls],
      redirectOf: job.id,
    })
    .onConflictDoNothing({ target: jobs.redirectOf })
    .returning({ id: jobs.id });
  if (created === undefined) return;
  const own = tx.select({ rowId: jobRows.rowId }).from(jobRows).where(eq(jobRows.jobId, job.id));
  const latest = tx
    .select({ id: rows.id })
    .from(rows)
    .where(and(inArray(rows.id, own), isLatestJob(job.id)));
  await tx.insert(jobRows).select(
    tx
      .select({
        jobId: sql<number>`${created.id}::bigint`.as('job_id'),
        rowId: jobRows.rowId,
        subject: jobRows.subject,
      })
      .from(jobRows)
      .where(
        and(
          eq(jobRows.jobId, job.id),
          inArray(jobRows.subject, [...startUrls]),
          inArray(jobRows.rowId, latest),
        ),
      ),
  );
  const moved = tx.select({ rowId: jobRows.rowId }).from(jobRows).where(eq(jobRows.jobId, created.id));
  await tx.update(rows).set({ state: 'redirected' }).where(inArray(rows.id, moved));
}
