import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { nextJob } from './jobs.ts';
import type { PendingJob } from './jobs.ts';
import { SHOWN } from './status-column.ts';

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
export interface BatchFigures {
  /** The database's transaction count: of two answers the later counts, in whatever order they arrive. */
  asOf: number;
  counts: BatchCounts;
  /** Completed rows that no writeback has dealt with yet. */
  unwritten: number;
  /** Rows of which the status column says something else; 0 without one. */
  unshown: number;
  /** Jobs whose result is still to come. */
  inFlight: number;
  /** The next job to publish. */
  next: PendingJob | null;
  /** How long until the last result, at today's pace and budget; null: not reckoned in this step. */
  leftMs: number | null;
}

interface Group extends Record<string, unknown> {
  state: keyof BatchCounts;
  n: number;
  unwritten: number;
  unshown: number;
}

/** Counts a batch's rows and jobs: the one source of every figure shown. */
export async function batchFigures(queries: Queries, batchId: string): Promise<BatchFigures> {
  const [jobs] = await queries.execute<{ asOf: number; inFlight: number }>(sql`
    select pg_snapshot_xmax(pg_current_snapshot())::text::float8 as "asOf", (select count(*)::int from jobs
      where batch_id = ${batchId} and state in ('publishing', 'published', 'incomplete')) as "inFlight"`);
  const groups = await queries.execute<Group>(sql`
    select rows.state, count(*)::int as n,
           (count(*) filter (where rows.state = 'completed' and written_at is null))::int as unwritten,
           (count(*) filter (where columns->>'status' is not null and shown is distinct from ${SHOWN}))::int as unshown
    from rows join batches on batches.id = rows.batch_id where batch_id = ${batchId} group by rows.state`);
  const counts = { ...NO_ROWS };
  for (const { state, n } of groups) {
    counts[state] = n;
    counts.total += n;
  }
  return {
    asOf: jobs?.asOf ?? 0,
    counts,
    unwritten: groups.reduce((sum, group) => sum + group.unwritten, 0),
    unshown: groups.reduce((sum, group) => sum + group.unshown, 0),
    inFlight: jobs?.inFlight ?? 0,
    next: await nextJob(queries, batchId),
    leftMs: null,
  };
}
