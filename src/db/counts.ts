import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';

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

/** What a workflow knows of its rows after each step. */
export interface BatchFigures {
  counts: BatchCounts;
  /** Completed rows that no writeback has dealt with yet. */
  unwritten: number;
}

/** Counts a batch's rows: the one source of every figure shown. */
export async function batchFigures(queries: Queries, batchId: string): Promise<BatchFigures> {
  const groups = await queries.execute<{ state: keyof BatchCounts; n: number; unwritten: number }>(sql`
    select state, count(*)::int as n, (count(*) filter (where state = 'completed' and written_at is null))::int as unwritten
    from rows where batch_id = ${batchId} group by state`);
  const counts = { total: 0, pending: 0, published: 0, redirected: 0, completed: 0, failed: 0, invalid: 0 };
  for (const { state, n } of groups) {
    counts[state] = n;
    counts.total += n;
  }
  return { counts, unwritten: groups.reduce((sum, group) => sum + group.unwritten, 0) };
}
