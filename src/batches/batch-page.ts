import { and, eq, or, sql } from 'drizzle-orm';
import { batchesWithFigures } from '../db/batch-figures.ts';
import type { Queries } from '../db/database.ts';
import { batches } from '../db/schema.ts';
import type { BatchState } from '../db/schema.ts';
import type { Account } from '../pacing/account-figures.ts';
import { containing } from './row-reports.ts';
import { statusOf } from './status.ts';
import type { BatchStatus } from './status.ts';

export interface BatchFilter {
  state: BatchState | null;
  /** A part of the workbook's name, of where rows came from, or of the id. */
  q: string | null;
  /** Older than this batch. */
  before: string | null;
}

const NO_BATCHES: Readonly<Record<BatchState, number>> = {
  running: 0,
  paused: 0,
  completed: 0,
  cancelled: 0,
  failed: 0,
};

/** Some batches, newest first; `next` is where `before` goes on, null after the last. */
export async function batchPage(
  queries: Queries,
  account: Account,
  { state, q, before }: BatchFilter,
  most: number,
): Promise<{ batches: BatchStatus[]; next: string | null; counts: Record<BatchState, number> }> {
  const wanted = (q ?? '').trim();
  const text = containing(wanted);
  const found = await batchesWithFigures(
    queries,
    and(
      eq(batches.isRound, false),
      state === null ? undefined : eq(batches.state, state),
      wanted === ''
        ? undefined
        : or(
            sql`coalesce(${batches.workbook}, ${batches.rowsFrom}) ilike ${text}`,
            sql`${batches.id} ilike ${text}`,
          ),
      before === null
        ? undefined
        : sql`(${batches.startedAt}, ${batches.id}) < (select b.started_at, b.id from batches b where b.id = ${before})`,
    ),
    most + 1,
  );
  const counted = await queries.execute<{ state: BatchState; count: number }>(
    sql`select state, count(*)::int as count from batches where not is_round group by state`,
  );
  const page = found.slice(0, most);
  return {
    batches: page.map((each) => statusOf(each, account)),
    next: found.length > most ? (page.at(-1)?.batch.id ?? null) : null,
    counts: { ...NO_BATCHES, ...Object.fromEntries(counted.map(({ state: name, count }) => [name, count])) },
  };
}
