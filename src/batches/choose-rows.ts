import { sql } from 'drizzle-orm';
import type { Batch } from '../db/batches.ts';
import type { Queries } from '../db/database.ts';
import { OPEN_STATES } from '../db/jobs.ts';
import { rowsById } from '../db/rows.ts';
import type { Row } from '../db/rows.ts';
import type { RowState } from '../db/schema.ts';
import { TsuisekiError } from '../errors.ts';
import { queuedRows, rowsToRetry } from './retry-rows.ts';
import { filtered, numbered } from './row-reports.ts';
import type { RowFilter } from './row-reports.ts';

export class ChoiceError extends TsuisekiError<'NO_ROWS_NAMED'> {}

/** Why an action leaves a row alone that was meant. */
export type LeftWhy = 'under-way' | 'invalid' | 'completed' | 'ended' | 'not-in-batch';

/** Rows that are left as they are, with the first of their numbers. */
export interface Left {
  why: LeftWhy;
  rows: number;
  first: number[];
}

/** Rows that a person means, by their numbers in the sheet or by what they are. */
export interface Meant {
  rows?: readonly number[] | undefined;
  filter?: RowFilter | undefined;
}

export interface Choice {
  takes: Row[];
  leaves: Left[];
}

const FIRST = 10;

/** Which of the rows that are meant an action takes. Throws {@link ChoiceError} where none is named: never all by mistake. */
export async function chooseRows(
  queries: Queries,
  batch: Batch,
  action: 'retry' | 'give-up',
  meant: Meant,
): Promise<Choice> {
  const { rows: numbers, filter = {} } = meant;
  const isEmpty = Object.values(filter).every((each) => (each ?? '').trim() === '');
  if ((numbers ?? []).length === 0 && isEmpty)
    throw new ChoiceError('NO_ROWS_NAMED', 'no rows are named: choose some, or a state, a reason or a text');
  const found = await queries.execute<{ id: number; row: number; state: RowState }>(sql`
    select r.id::float8 as id, r.row, r.state from rows r
    where r.batch_id = ${batch.id} and ${numbers === undefined ? filtered(filter) : numbered(numbers)} order by r.row, r.id`);
  const takes =
    action === 'retry'
      ? await retried(queries, batch, found, numbers === undefined && filter.state !== 'completed')
      : await rowsById(
          queries,
          found.flatMap(({ id, state }) => (OPEN_STATES.some((each) => each === state) ? [id] : [])),
        );
  const taken = new Set(takes.map(({ id }) => id));
  const left = found.filter(({ id }) => !taken.has(id));
  const there = new Set(found.map(({ row }) => row));
  const missing = (numbers ?? []).filter((row) => !there.has(row));
  return {
    takes,
    leaves: grouped([
      ...left.map(({ row, state }) => ({ row, why: LEFT_WHY[state] })),
      ...missing.map((row) => ({ row, why: 'not-in-batch' as const })),
    ]),
  };
}

const LEFT_WHY: Readonly<Record<RowState, LeftWhy>> = {
  pending: 'under-way',
  published: 'under-way',
  redirected: 'under-way',
  completed: 'completed',
  failed: 'ended',
  invalid: 'invalid',
};

/** `spareCompleted`: rows with a result are asked again only where they were meant as such. */
async function retried(
  queries: Queries,
  batch: Batch,
  found: readonly { id: number; row: number }[],
  spareCompleted: boolean,
): Promise<Row[]> {
  const wanted = new Set(found.map(({ id }) => id));
  const queued = await queuedRows(queries, batch.id);
  const again = await rowsToRetry(
    queries,
    batch.id,
    found.map(({ row }) => row),
  );
  return again.filter(
    ({ id, state }) => wanted.has(id) && !queued.has(id) && !(spareCompleted && state === 'completed'),
  );
}

function grouped(left: readonly { row: number; why: LeftWhy }[]): Left[] {
  const groups = new Map<LeftWhy, number[]>();
  for (const { row, why } of left) {
    const group = groups.get(why) ?? [];
    group.push(row);
    groups.set(why, group);
  }
  return [...groups].map(([why, rows]) => ({ why, rows: rows.length, first: rows.slice(0, FIRST) }));
}
