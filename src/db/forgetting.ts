import { and, asc, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { anyOf, jsonList } from './any-of.ts';
import { lockBatch } from './batches.ts';
import { contentHasher } from './content-hash.ts';
import type { RowContent } from '../workbook/types.ts';
import type { Database, Queries } from './database.ts';
import { removeParcels } from './gone-parcels.ts';
import { GONE } from './personal-text.ts';
import type { Place } from './personal-text.ts';
import { batches, rows } from './schema.ts';

/** Of jobs not known to be published: a webhook brings the result of one that was all the same. */
const UNASKED = 'one of its rows was forgotten before it was published; retry the others';

/** So many rows a transaction: others wait for their batch meanwhile. */
const ROWS_A_STEP = 5_000;

/** Whether anything was: then a content may be known by its hash alone. */
export async function isSomethingForgotten(queries: Queries): Promise<boolean> {
  const [found] = await queries.execute<{ some: boolean }>(
    sql`select exists (select from rows where content_hash is not null) as some`,
  );
  return found?.some === true;
}

/** As SQL: a text without URLs and e-mail addresses. */
const cleaned = (column: string): SQL =>
  sql.raw(String.raw`regexp_replace(regexp_replace(${column}, 'https?://[^\s"''<>]+', '(a URL)', 'gi'),
    '[^\s@＠"''<>:;,()/]+[@＠][^\s@＠"''<>:;,()/]+', '(an e-mail address)', 'g')`);

const cleanedList = (column: string): SQL =>
  sql`array(select ${cleaned('each')} from unnest(${sql.raw(column)}) with ordinality told(each, at) order by at)`;

/** What an order's link holds instead of a carrier's number may tell of a person. */
const isNumber = (text: string): SQL => sql.raw(`${text} ~ '^[A-Z0-9]{11,13}$'`);

/**
 * Forgets what rows say of people: their input, e-mail and URLs, and what jobs and requests hold for their sake. Their
 * results and numbers stay, and a keyed hash of their content, by which they are found again: nothing is asked and paid
 * for once more. Run in a transaction that holds their batch, which has ended. Gives how many jobs held some of it.
 */
export async function forgetRows(tx: Queries, rowIds: readonly number[]): Promise<number> {
  const hash = await contentHasher(tx);
  const found = await tx
    .select()
    .from(rows)
    .where(and(anyOf(rows.id, rowIds), isNull(rows.forgottenAt)));
  const hashes = found.map((row) => ({ id: row.id, hash: hash(row) }));
  const ids = sql`${sql.param(`{${hashes.map(({ id }) => id).join(',')}}`)}::bigint[]`;
  const jobIds = sql`(select job_id from job_rows where row_id = any(${ids}))`;
  // A subject keeps its place: all records of a job with a single URL would be that URL's.
  const cleanedJobs = await tx.execute(sql`
    update jobs set error = ${cleaned('jobs.error')}, subjects = array(
      select case when (select bool_and(jr.row_id = any(${ids})) from job_rows jr
        where jr.job_id = jobs.id and jr.subject = asked.subject) then ${GONE} else subject end
      from unnest(jobs.subjects) with ordinality asked(subject, at) order by at)
    where id in ${jobIds} returning id`);
  // With its batch opened again it would be published.
  await tx.execute(sql`
    update jobs set state = 'failed', error = ${UNASKED}, owes_download = false, finished_at = clock_timestamp()
    where id in ${jobIds} and state in ('pending', 'publishing')`);
  await tx.execute(sql`delete from kept_downloads where job_id in ${jobIds}`);
  await tx.execute(sql`
    update carrier_requests set page = null, error = ${cleaned('carrier_requests.error')} where job_id in ${jobIds}`);
  await tx.execute(sql`update job_rows set subject = '' where row_id = any(${ids})`);
  await tx.execute(sql`
    update rows set content_hash = hashed.hash, forgotten_at = clock_timestamp(), input = '', email = '', input_url = null,
      url = null, replaced = null, error = ${cleaned('rows.error')}, warnings = ${cleanedList('rows.warnings')},
      tracking_number = case when ${isNumber('tracking_number')} then tracking_number end,
      details = case when ${isNumber("(details ->> 'number')")} then details else jsonb_set(details, '{number}', 'null') end,
      -- A result that found no way into the workbook cannot be written any more.
      written = coalesce(written, result), written_at = case when result is not null then coalesce(written_at, clock_timestamp()) end
    from jsonb_to_recordset(${jsonList(hashes)}) as hashed(id bigint, hash text) where rows.id = hashed.id`);
  await removeParcels(
    tx,
    sql`${OF_NOBODY} and exists (select from parcel_rows pr where pr.parcel_id = p.id and pr.row_id = any(${ids}))`,
  );
  return cleanedJobs.length;
}

/** A parcel that an order alone names, and no row that is not forgotten: dates of a shop's page, and whose they are. */
const OF_NOBODY = sql`p.order_number <> '' and not exists (
  select from parcel_rows pr join rows r on r.id = pr.row_id where pr.parcel_id = p.id and r.forgotten_at is null)`;

/**
 * Forgets the parcels, and the checks, that a pattern finds by their key: with the text erased, two would have the same.
 * Run in a transaction. Gives where it stood.
 */
export async function forgetParcels(tx: Queries, pattern: string): Promise<Place[]> {
  const checks = await tx.execute(sql`delete from carrier_checks where number ~* ${pattern} returning 1`);
  const byNumber = await removeParcels(tx, sql`p.number ~* ${pattern}`);
  const byOrder = await removeParcels(tx, sql`p.order_number ~* ${pattern}`);
  return [
    { column: 'carrier_checks.number', rows: checks.length },
    { column: 'parcels.number', rows: byNumber },
    { column: 'parcels.order_number', rows: byOrder },
  ].filter((place) => place.rows > 0);
}

/**
 * Tells new rows of a workbook what was last written for a forgotten row of their content: their cells may hold it, and it
 * is no person's text. Run in a transaction that holds their batch.
 */
export async function recallWritten(
  tx: Queries,
  batchId: string,
  added: readonly (RowContent & { id: number; occurrence: number })[],
): Promise<void> {
  if (!(await isSomethingForgotten(tx))) return;
  const hash = await contentHasher(tx);
  const hashes = added.map((row) => ({ id: row.id, occurrence: row.occurrence, hash: hash(row) }));
  await tx.execute(sql`
    update rows set written = known.written from (
      select distinct on (hashed.id) hashed.id, r.written
      from jsonb_to_recordset(${jsonList(hashes)}) as hashed(id bigint, occurrence int, hash text)
      join rows r on r.content_hash = hashed.hash and r.written is not null
      join batches b on b.id = r.batch_id join batches own on own.id = ${batchId} and own.workbook = b.workbook
      order by hashed.id, r.occurrence = hashed.occurrence desc, r.written_at desc nulls last) known
    where rows.id = known.id`);
}

/** The rest of what batches hold, once all of their rows are forgotten: what people and servers wrote about them. */
async function forgetBatch(tx: Queries, batchId: string): Promise<void> {
  await tx.execute(sql`delete from given_rows where batch_id = ${batchId}`);
  await tx.execute(sql`
    update deliveries set body = null, taken_at = coalesce(taken_at, clock_timestamp()) where batch_id = ${batchId}`);
  await tx.execute(sql`
    update actions set why = ${cleaned('why')}, details = ${cleaned('details')} where batch_id = ${batchId}`);
  await tx.execute(sql`
    update incidents set title = ${cleaned('title')}, text = ${cleaned('text')} where batch_id = ${batchId}`);
  await tx.execute(sql`
    update batches set forgotten_at = clock_timestamp(), reason = ${cleaned('reason')}, start_key = null,
      notes = ${cleanedList('batches.notes')}, paused = ${cleaned('paused::text')}::jsonb,
      cancelled = ${cleaned('cancelled::text')}::jsonb where id = ${batchId}`);
}

/**
 * Forgets the personal data of batches that ended, or were last set to work, more than `keptMs` ago: about `most` rows,
 * the oldest first. Gives how many.
 */
export async function forgetOld({ db }: Database, keptMs: number, most: number): Promise<number> {
  const old = sql`greatest(${batches.finishedAt}, ${batches.openedAt}) < now() - ${keptMs} * interval '1 millisecond'`;
  // Its row names a number by now.
  await removeParcels(db, sql`${OF_NOBODY} and p.seen_at < now() - ${keptMs} * interval '1 millisecond'`);
  let forgotten = 0;
  while (forgotten < most) {
    const [batch] = await db
      .select({ id: batches.id })
      .from(batches)
      .where(and(isNull(batches.forgottenAt), isNotNull(batches.finishedAt), old))
      .orderBy(asc(batches.finishedAt))
      .limit(1);
    if (batch === undefined) return forgotten;
    forgotten += await db.transaction(async (tx) => {
      if ((await lockBatch(tx, batch.id))?.finishedAt == null) return 0;
      const left = await tx
        .select({ id: rows.id })
        .from(rows)
        .where(and(eq(rows.batchId, batch.id), isNull(rows.forgottenAt)))
        .limit(ROWS_A_STEP);
      await forgetRows(
        tx,
        left.map(({ id }) => id),
      );
      if (left.length < ROWS_A_STEP) await forgetBatch(tx, batch.id);
      return left.length;
    });
  }
  return forgotten;
}
