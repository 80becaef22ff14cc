import { and, eq, inArray, ne, sql } from 'drizzle-orm';
import type { ParcelHistory } from '../carriers/history.ts';
import type { RowResult } from '../tasks/result.ts';
import type { TrackingTask } from '../tasks/types.ts';
import { anyOf, jsonList } from './any-of.ts';
import { findBatch } from './batches.ts';
import { noteUnknownTexts } from './carrier-texts.ts';
import type { Queries } from './database.ts';
import { askedOf, isLatestJob, OPEN_STATES } from './jobs.ts';
import type { Job } from './jobs.ts';
import { feedParcels } from './parcels.ts';
import { jobRows, jobs, rows } from './schema.ts';
import type { ResultSource } from './schema.ts';
import { lineFeeds, storable } from '../text.ts';

const WENT_BY_JAPAN_POST = 'went by Japan Post, which was heard after its batch had ended; retry the row';

/** What a lookup gave a row: a result, or why there is none. */
export type RowOutcome =
  | { rowId: number; result: RowResult; error: null }
  | { rowId: number; result: null; error: string };

/** What a job found for its rows. */
export interface JobOutcomes {
  jobId: number;
  outcomes: readonly RowOutcome[];
}

/**
 * Writes what jobs found for their rows, in one statement, and merges it into their parcels. A row that has a result never loses it to a failure, nor to
 * an older job's result; a row that a later job asks after does not fail with an older one.
 */
export async function saveOutcomes(
  tx: Queries,
  jobsFound: readonly JobOutcomes[],
  source: ResultSource,
): Promise<void> {
  const records = jobsFound.flatMap(({ jobId, outcomes }) =>
    outcomes.map((outcome) => recordOf(jobId, outcome)),
  );
  if (records.length === 0) return;
  const [found, latest] = [sql`outcome.text is not null`, isLatestJob(sql`outcome.job_id`)];
  const ifFound = (column: string) =>
    sql.raw(`case when outcome.text is null then rows.${column} else outcome.${column} end`);
  await tx.execute(sql`
    update rows set state = case when ${found} then 'completed' else 'failed' end, error = outcome.error,
      source = case when ${found} then ${source} else rows.source end,
      details = ${ifFound('details')}, result = coalesce(outcome.text, rows.result), status = ${ifFound('status')},
      sub_status = ${ifFound('sub_status')}, terminal_at = ${ifFound('terminal_at')},
      status_text = ${ifFound('status_text')}, event_at = ${ifFound('event_at')},
      tracking_number = coalesce(outcome.tracking_number, rows.tracking_number),
      completed_at = case when ${found} then clock_timestamp() else rows.completed_at end,
      written_at = case when not ${found} then rows.written_at end
    from jsonb_to_recordset(${jsonList(records)}) as outcome(id bigint, job_id bigint, error text, text text,
      status text, sub_status text, status_text text, tracking_number text, event_at timestamptz,
      terminal_at timestamptz, details jsonb)
    where rows.id = outcome.id
      and case when ${found} then rows.state <> 'completed' or ${latest}
               else ${inArray(rows.state, OPEN_STATES)} and ${latest} end`);
  const seen = jobsFound.flatMap(({ outcomes }) =>
    outcomes.flatMap(({ rowId, result }) =>
      result === null ? [] : [{ rowId, ...result, history: storableHistory(result.history) }],
    ),
  );
  await noteUnknownTexts(tx, seen);
  await feedParcels(tx, seen);
}

function recordOf(jobId: number, outcome: RowOutcome): object {
  const { rowId: id, result, error } = outcome;
  if (result === null) return { id, job_id: jobId, error };
  const { text, status, subStatus, statusText, trackingNumber, eventAt, terminalFrom, history } = result;
  return {
    id,
    job_id: jobId,
    text: storable(lineFeeds(text)),
    status,
    sub_status: storableOrNull(subStatus),
    status_text: storableOrNull(statusText),
    tracking_number: storableOrNull(trackingNumber),
    event_at: isoOrNull(eventAt),
    terminal_at: isoOrNull(terminalFrom),
    details: storableHistory(history),
  };
}

const storableOrNull = (text: string | null) => (text === null ? null : storable(text));
const storableHistory = (history: ParcelHistory): ParcelHistory =>
  JSON.parse(
    JSON.stringify(history, (_, value: unknown) => (typeof value === 'string' ? storable(value) : value)),
  ) as ParcelHistory;
const isoOrNull = (moment: string | null) => (moment === null ? null : new Date(moment).toISOString());

/**
 * Where jobs stand once their downloads were read; `incomplete` is the only one that is no end, and goes on with its
 * tries. Of two that read it at the same time, one redirects it: it stays redirected.
 */
export async function setJobState(
  tx: Queries,
  jobIds: readonly number[],
  state: 'completed' | 'redirected' | 'incomplete',
): Promise<void> {
  const end =
    state === 'incomplete' ? { finishedAt: null } : { finishedAt: sql`clock_timestamp()`, resultTries: 0 };
  await tx
    .update(jobs)
    .set({ state, error: null, ...end })
    .where(and(anyOf(jobs.id, jobIds), ne(jobs.state, 'redirected')));
}

/**
 * Makes the one redirected job of a job, for some of its start URLs, and moves their rows to it. Nobody would publish one
 * of a batch that has ended: its rows fail, and say so. The batch is taken.
 */
export async function redirectJob(
  tx: Queries,
  job: Job,
  startUrls: readonly string[],
  to: TrackingTask,
): Promise<void> {
  const batch = await findBatch(tx, job.batchId);
  if (batch?.finishedAt != null) {
    const own = tx
      .select({ rowId: jobRows.rowId })
      .from(jobRows)
      .where(and(eq(jobRows.jobId, job.id), inArray(jobRows.subject, [...startUrls])));
    await tx
      .update(rows)
      .set({ state: 'failed', error: WENT_BY_JAPAN_POST })
      .where(
        and(inArray(rows.id, own), inArray(rows.state, [...OPEN_STATES, 'failed']), isLatestJob(job.id)),
      );
    return;
  }
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
