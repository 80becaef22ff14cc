import { sql } from 'drizzle-orm';
import { jsonList } from './any-of.ts';
import type { Queries } from './database.ts';

/** Who is asked: the carrier itself, or Web Scraper Cloud. */
export type Asked = 'carrier' | 'webscraper';

const moment = (at: Date) => sql`${at.toISOString()}::timestamptz`;
const ofKind = (asked: Asked) =>
  asked === 'carrier' ? sql`j.carrier is not null` : sql`j.sitemap_id is not null`;

/** One choice of parcels at a time: what it takes is seen by the next. Until the transaction's end. */
export async function lockRounds(tx: Queries): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock('round_rows'::regclass::oid::bigint)`);
}

/** Whether a round is open that asks there, or has paid for something there that is still to come. */
export async function isRoundOpen(queries: Queries, asked: Asked): Promise<boolean> {
  const [found] = await queries.execute(sql`
    select from batches b where b.is_round and b.finished_at is null
      and exists (select from jobs j where j.batch_id = b.id and ${ofKind(asked)}) limit 1`);
  return found !== undefined;
}

/** Whether a batch has something to ask there that it may ask now: rounds come behind. */
export async function areBatchesWaiting(queries: Queries, asked: Asked): Promise<boolean> {
  const [found] = await queries.execute(sql`
    select from batches b join batch_figures f on f.batch_id = b.id
    where b.finished_at is null and not b.is_round and b.state = 'running' and b.paused is null and b.cancelled is null
      and f.pending_jobs > 0
      and exists (select from jobs j where j.batch_id = b.id and j.state = 'pending' and ${ofKind(asked)}) limit 1`);
  return found !== undefined;
}

/** Page credits that rounds have spent in the last day, and in the last hour: one a page that was asked for. */
export async function creditsSpent(queries: Queries, now: Date): Promise<{ day: number; hour: number }> {
  const since = (interval: string) =>
    sql`coalesce(sum(cardinality(j.subjects)) filter (where j.intent_at > ${moment(now)} - ${interval}::interval), 0)::int`;
  const [found] = await queries.execute<{ day: number; hour: number }>(sql`
    select ${since('1 day')} as day, ${since('1 hour')} as hour
    from batches b join jobs j on j.batch_id = b.id
    where b.is_round and j.sitemap_id is not null and (b.finished_at is null or b.finished_at > ${moment(now)} - interval '2 days')`);
  return found ?? { day: 0, hour: 0 };
}

/** Rounds that are written down and whose workflow nobody has started. */
export async function roundsToStart(queries: Queries): Promise<string[]> {
  const found = await queries.execute<{ id: string }>(sql`
    select id from batches where is_round and finished_at is null and run_id is null order by id`);
  return found.map(({ id }) => id);
}

/** Rounds that were not done in so long: what was to be asked in them is chosen anew. */
export async function roundsOpenLong(queries: Queries, openMs: number, now: Date): Promise<string[]> {
  const found = await queries.execute<{ id: string }>(sql`
    select id from batches where is_round and finished_at is null and cancelled is null
      and started_at < ${moment(now)} - ${openMs} * interval '1 millisecond' order by id`);
  return found.map(({ id }) => id);
}

/** Writes down which parcels a round's rows, by their numbers, ask after. */
export async function insertRoundRows(
  tx: Queries,
  batchId: string,
  asked: readonly { row: number; parcelId: number }[],
): Promise<void> {
  await tx.execute(sql`
    insert into round_rows (row_id, parcel_id)
    select r.id, asked."parcelId" from jsonb_to_recordset(${jsonList(asked)}) as asked(row int, "parcelId" bigint)
    join rows r on r.batch_id = ${batchId} and r.row = asked.row`);
}

/** Parcels were asked after just now: when they are due is reckoned from here. */
export async function markAsked(tx: Queries, parcelIds: readonly number[], now: Date): Promise<void> {
  await tx.execute(sql`
    with asked as (
      -- As those who merge take them: two that hold a part of them each would wait for ever.
      select id from parcels where id = any(${sql.param(`{${parcelIds.join(',')}}`)}::bigint[])
      order by carrier, number, order_number, serial for no key update)
    update parcels set asked_at = ${moment(now)} from asked where parcels.id = asked.id`);
}

/** Results of rounds stand with the rows that asked, and with their parcels: `explain` looks back so far. */
export async function pruneRounds(queries: Queries, days: number, most: number): Promise<number> {
  const gone = await queries.execute(sql`
    delete from batches where id in (
      select id from batches where is_round and finished_at < now() - make_interval(days => ${days})
      order by finished_at limit ${most}) returning id`);
  return gone.length;
}
