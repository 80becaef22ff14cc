import { and, asc, inArray, isNull, sql } from 'drizzle-orm';
import { plainNumber } from '../carriers/tracking-number.ts';
import { lockBatches } from '../db/batches.ts';
import type { Database, Queries } from '../db/database.ts';
import { forgetParcels, forgetRows } from '../db/forgetting.ts';
import { eraseText, findInFileNames, patternOf } from '../db/personal-text.ts';
import type { Place } from '../db/personal-text.ts';
import { batches } from '../db/schema.ts';
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

/** A shorter text without a letter may be anything: a year, a time, an amount. */
const SHORTEST_DIGITS = 6;

interface Found extends Record<string, unknown> {
  id: number;
  batchId: string;
  row: number;
  input: string;
  url: string | null;
  trackingNumber: string | null;
}

/**
 * Forgets an e-mail address, or an order, wherever it stands in the database: the rows about it as after
 * `PERSONAL_DATA_KEPT`, and the text itself in everything else; with an address the orders that stood beside it.
 *
 * @throws {ForgetError} what cannot be forgotten: nothing was
 */
export async function forgetPerson({ db }: Database, named: string): Promise<Forgotten> {
  const text = personalText(named);
  // All or nothing: once its rows are forgotten nobody knows an address's orders.
  return db.transaction(async (tx) => {
    const found = await rowsAbout(tx, patternOf([text]));
    const batchIds = [...new Set(found.map(({ batchId }) => batchId))];
    await lockBatches(tx, batchIds);
    await refuseNeeded(tx, found, patternOf([text]));
    const orders = text.includes('@') ? found.flatMap((row) => orderOf(row, text)) : [];
    const pattern = patternOf([...new Set([text, ...orders])]);
    const jobs = await forgetRows(
      tx,
      found.map(({ id }) => id),
    );
    const others = [...(await forgetParcels(tx, pattern)), ...(await eraseText(tx, pattern))];
    const left = await findInFileNames(tx, pattern);
    return { rows: found.length, jobs, batches: batchIds.length, others, left };
  });
}

/** Throws {@link ForgetError}. */
function personalText(named: string): string {
  const email = emailIn(named);
  if (email !== null) return email;
  const order = personalOrder(named);
  if (order === null)
    throw new ForgetError(
      'NOT_PERSONAL',
      `an e-mail address or an order (at least ${SHORTEST_DIGITS} characters, or 4 with a letter) can be forgotten, nothing else; nothing was`,
    );
  return order;
}

/** Null: none, or one that is too short to be told from other texts. */
function personalOrder(text: string): string | null {
  const order = orderNumberIn(text);
  return order !== null && (order.length >= SHORTEST_DIGITS || /[A-Za-z]/.test(order)) ? order : null;
}

function rowsAbout(queries: Queries, pattern: string): Promise<Found[]> {
  return queries.execute<Found>(sql`
    select r.id::float8 as id, r.batch_id as "batchId", r.row, r.input, coalesce(r.url, r.input_url) as url,
           r.tracking_number as "trackingNumber"
    from rows r join batches b on b.id = r.batch_id
    where r.forgotten_at is null
      and (r.input ~* ${pattern} or r.email ~* ${pattern} or r.url ~* ${pattern} or r.input_url ~* ${pattern})
    order by b.started_at, r.row`);
}

/** Rows are never taken out of a batch without a word: whoever waits for them is to decide. Their batches are taken. */
async function refuseNeeded(queries: Queries, found: readonly Found[], pattern: string): Promise<void> {
  const batchIds = [...new Set(found.map(({ batchId }) => batchId))];
  const [running] = await queries
    .select({ id: batches.id })
    .from(batches)
    .where(and(inArray(batches.id, batchIds), isNull(batches.finishedAt)))
    .orderBy(asc(batches.startedAt))
    .limit(1);
  if (running !== undefined) {
    const numbers = found.filter(({ batchId }) => batchId === running.id).map(({ row }) => row);
    throw stillNeeded(`batch ${running.id}, rows ${firstOf(numbers.join(','), 100)}`);
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

/** The order that stood beside an address: in the row's own cell, or before it in its URL. A carrier's number is none. */
function orderOf({ input, url, trackingNumber }: Found, email: string): string[] {
  const before = [input, url ?? ''].flatMap((each) => segmentBefore(each, email));
  return [input, ...before].flatMap((each) => {
    const order = personalOrder(each);
    return order === null || plainNumber(order) === trackingNumber ? [] : [order];
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
