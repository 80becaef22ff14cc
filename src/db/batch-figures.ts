import { desc, eq, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { ROWS_A_DELIVERY } from './deliveries.ts';
import { labelOf, NEXT_FIRST, ROWS_TOLD } from './jobs.ts';
import type { PendingJob } from './jobs.ts';
import { batches, batchFigures as figures } from './schema.ts';
import { NEW_STANDING, standingOf } from './standing.ts';
import type { Standing } from './standing.ts';

/** Rows by state; `total` is their sum. */
export interface BatchCounts {
  total: number;
  pending: number;
  published: number;
  redirected: number;
  completed: number;
  failed: number;
  invalid: number;
}

export const NO_ROWS: Readonly<BatchCounts> = {
  total: 0,
  pending: 0,
  published: 0,
  redirected: 0,
  completed: 0,
  failed: 0,
  invalid: 0,
};

/** What a workflow knows of its batch after each step. */
export interface BatchFigures extends Standing {
  /** The batch's own: of two answers the later counts, in whatever order they arrive; those of one revision are equal. */
  revision: number;
  counts: BatchCounts;
  /**
   * Completed rows that no writeback has dealt with yet. Of a batch without a workbook: rows that have ended and were not
   * delivered since, failures counted up to ten.
   */
  unwritten: number;
  /** Rows of which the status column says something else; 0 without one. Without a workbook 1: the end is to be told. */
  unshown: number;
  /** Jobs whose result is still to come. */
  inFlight: number;
  /** The next job to publish. */
  next: PendingJob | null;
  /** How long until the last result, at today's pace and budget; null: not reckoned in this step. */
  leftMs: number | null;
}

interface FiguresRow extends Record<string, unknown>, Omit<BatchFigures, 'next' | 'leftMs' | keyof Standing> {
  jobId: number | null;
  row: number | null;
  trackingNumber: string | null;
  others: number;
}

const { total, pending, published, redirected, completed, failed, invalid } = figures;
const COUNTS = { total, pending, published, redirected, completed, failed, invalid };

/** Rows by state, from `batch_figures f`. */
const COUNTS_OF_F = sql.raw(
  `json_build_object(${Object.keys(COUNTS)
    .map((name) => `'${name}', f.${name}`)
    .join(', ')})`,
);

/** Few are enough to know: their number would grow with the batch. */
const UNTOLD_FAILURES = sql`(select count(*)::int from (select from rows where rows.batch_id = f.batch_id
  and state in ('failed', 'invalid') and shown is distinct from to_show limit ${ROWS_A_DELIVERY}) untold)`;

const NOTHING: Omit<BatchFigures, 'next' | 'leftMs' | keyof Standing> = {
  revision: 0,
  counts: NO_ROWS,
  unwritten: 0,
  unshown: 0,
  inFlight: 0,
};

/**
 * A batch's figures as its transactions keep them, and its next job: redirected ones first, then in the workbook's
 * order. One statement, so that all of it is of one moment.
 */
export async function batchFigures(queries: Queries, batchId: string): Promise<BatchFigures> {
  const [found] = await queries.execute<FiguresRow>(sql`
    select f.revision::float8, ${COUNTS_OF_F} as counts,
           case when b.workbook is null then f.unwritten + ${UNTOLD_FAILURES} else f.unwritten end as unwritten,
           case when b.workbook is null then (not b.results_told)::int
                when b.columns->>'status' is null then 0 else f.unshown end as unshown,
           f.in_flight_jobs as "inFlight", next.id::float8 as "jobId", first.row,
           first.tracking_number as "trackingNumber",
           (select count(*)::int from (
             select from job_rows where job_id = next.id offset 1 limit ${ROWS_TOLD + 1}) counted) as others
    from batch_figures f join batches b on b.id = f.batch_id
    left join lateral (select id from jobs where batch_id = f.batch_id and state = 'pending'
      order by ${NEXT_FIRST} limit 1) next on true
    left join lateral (select rows.row, rows.tracking_number from job_rows join rows on rows.id = row_id
      where job_id = next.id order by row_id limit 1) first on true
    where f.batch_id = ${batchId}`);
  if (found === undefined) return { ...NOTHING, ...NEW_STANDING, ended: true, next: null, leftMs: null };
  const { jobId, row, trackingNumber, others, ...known } = found;
  const next = jobId === null ? null : { jobId, label: labelOf(row, trackingNumber, others) };
  return { ...known, ...(await standingOf(queries, batchId)), next, leftMs: null };
}

/** How far the figures of a batch, by its id or its workflow's, have come; null: there is no such batch. */
export async function revisionOf(
  queries: Queries,
  reference: string,
): Promise<{ revision: string; isEnded: boolean } | null> {
  const [found] = await queries.execute<{ revision: string; isEnded: boolean }>(sql`
    select f.revision::text, b.finished_at is not null as "isEnded" from batches b
    join batch_figures f on f.batch_id = b.id where b.id = ${reference} or b.workflow_id = ${reference}`);
  return found ?? null;
}

/** Some hundred years of batches. */
const MOST_BATCHES = 1_000_000;

/** Batches as they are told of, each with its rows by state and the jobs that are still to come; newest first. */
export function batchesWithFigures(queries: Queries, which?: SQL, most = MOST_BATCHES) {
  return queries
    .select({
      batch: batches,
      counts: COUNTS,
      pendingJobs: figures.pendingJobs,
      inFlight: figures.inFlightJobs,
    })
    .from(batches)
    .innerJoin(figures, eq(figures.batchId, batches.id))
    .where(which)
    .orderBy(desc(batches.startedAt), desc(batches.id))
    .limit(most);
}
