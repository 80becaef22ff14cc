import { sql } from 'drizzle-orm';
import { changeBatch, lockBatch } from '../db/batches.ts';
import type { Database, Queries } from '../db/database.ts';
import { forgetRows } from '../db/forgetting.ts';
import { eraseText, findInFileNames, patternOf } from '../db/personal-text.ts';
import type { Place } from '../db/personal-text.ts';
import { TsuisekiError } from '../errors.ts';
import { emailIn, orderNumberIn } from '../tasks/row-url.ts';
import { firstOf } from '../text.ts';

/** `NOT_PERSONAL`: neither an e-mail address nor an order; `STILL_NEEDED`: a running batch asks for it. */
export class ForgetError extends TsuisekiError<'NOT_PERSONAL' | 'STILL_NEEDED'> {}

/** How much was forgotten. */
export interface Forgotten {
  rows: number;
  jobs: number;
  batches: number;
  /** Where it stood besides. */
  others: Place[];
  /** Where it stands still: in the name of a file, which a person has to change. */
  left: Place[];
}

/** A shorter text of digits may be anything. */
const SHORTEST_ORDER = 6;

interface Found extends Record<string, unknown> {
  id: number;
  batchId: string;
  row: number;
  running: boolean;
  input: string;
  url: string | null;
}

/**
 * Forgets an e-mail address, or an order, wherever it stands in the database: the rows about it as after
 * `PERSONAL_DATA_KEPT`, and the text itself in everything else; with an address the orders that stood beside it.
 *
 * @throws {ForgetError} what cannot be forgotten: nothing was
 */
export async function forgetPerson({ db }: Database, named: string): Promise<Forgotten> {
  const text = personalText(named);
  const found = await rowsAbout(db, patternOf([text]));
  await refuseNeeded(db, found, patternOf([text]));
  const orders = text.includes('@') ? found.flatMap((row) => orderOf(row, text)) : [];
  const pattern = patternOf([...new Set([text, ...orders])]);

  const ofBatch = new Map<string, number[]>();
  for (const { id, batchId } of found) ofBatch.set(batchId, [...(ofBatch.get(batchId) ?? []), id]);
  let jobs = 0;
  for (const [batchId, ids] of ofBatch)
    jobs += await changeBatch(db, batchId, async (tx) => {
      // Opened again meanwhile: its rows are needed once more.
      if ((await lockBatch(tx, batchId))?.finishedAt == null) throw stillNeeded(`batch ${batchId}`);
      return forgetRows(tx, ids);
    });
  const others = await db.transaction((tx) => eraseText(tx, pattern));
  return {
    rows: found.length,
    jobs,
    batches: ofBatch.size,
    others,
    left: await findInFileNames(db, pattern),
  };
}

/** Throws {@link ForgetError}. */
function personalText(named: string): string {
  const email = emailIn(named);
  if (email !== null) return email;
  const order = orderNumberIn(named);
  if (order === null || order.length < SHORTEST_ORDER)
    throw new ForgetError(
      'NOT_PERSONAL',
      `an e-mail address or an order (at least ${SHORTEST_ORDER} letters and digits) can be forgotten, nothing else; nothing was`,
    );
  return order;
}

function rowsAbout(queries: Queries, pattern: string): Promise<Found[]> {
  return queries.execute<Found>(sql`
    select r.id::float8 as id, r.batch_id as "batchId", r.row, b.finished_at is null as running, r.input,
           coalesce(r.url, r.input_url) as url
    from rows r join batches b on b.id = r.batch_id
    where r.forgotten_at is null
      and (r.input ~* ${pattern} or r.email ~* ${pattern} or r.url ~* ${pattern} or r.input_url ~* ${pattern})
    order by b.started_at, r.row`);
}

/** Rows are never taken out of a batch without a word: whoever waits for them is to decide. */
async function refuseNeeded(queries: Queries, found: readonly Found[], pattern: string): Promise<void> {
  const needed = found.filter(({ running }) => running);
  if (needed.length > 0) {
    const { batchId = '' } = needed[0] ?? {};
    const numbers = needed.filter((row) => row.batchId === batchId).map(({ row }) => row);
    throw stillNeeded(`batch ${batchId}, rows ${firstOf(numbers.join(','), 100)}`);
  }
  const [given] = await queries.execute<{ batchId: string }>(
    sql`select batch_id as "batchId" from given_rows where content::text ~* ${pattern} limit 1`,
  );
  if (given !== undefined) throw stillNeeded(`batch ${given.batchId}`);
}

const stillNeeded = (where: string) =>
  new ForgetError(
    'STILL_NEEDED',
    `${where}: it runs, and still needs them; wait for its end, or cancel it, then forget; nothing was`,
  );

/** The order that stood beside an address: in the row's own cell, or before it in its URL. */
function orderOf({ input, url }: Found, email: string): string[] {
  const before = [input, url ?? ''].flatMap((each) => segmentBefore(each, email));
  return [input, ...before].flatMap((each) => {
    const order = orderNumberIn(each);
    return order === null || order.length < SHORTEST_ORDER ? [] : [order];
  });
}

function segmentBefore(url: string, email: string): string[] {
  if (!URL.canParse(url)) return [];
  const segments = new URL(url).pathname.split('/').map((segment) => decoded(segment));
  const at = segments.findIndex((segment) => segment.toLowerCase() === email.toLowerCase());
  return at < 1 ? [] : [segments[at - 1] ?? ''];
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
