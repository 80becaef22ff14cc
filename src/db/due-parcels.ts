import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { CarrierName, TrackingStatus } from '../carriers/status.ts';
import type { TaskName } from '../tasks/types.ts';
import type { Queries } from './database.ts';

/** `on`: by every way; `free`: only those that cost no page credit; `off`: not at all. */
export type Requery = 'on' | 'free' | 'off';

/**
 * How a parcel is asked after: Yamato itself, Japan Post's page of ten, or what a row of its own asks. The last two cost
 * page credits.
 */
export type Way = 'yamato' | 'japan_post' | 'own row';

/** Asked again so many hours after it was last asked after: as often as something may have happened. */
export const HOURS_BETWEEN: Readonly<Record<TrackingStatus, number>> = {
  out_for_delivery: 1,
  // Brought to the door once more on the same day, perhaps.
  attempt_failed: 6,
  in_transit: 12,
  available_for_pickup: 12,
  exception: 12,
  // Terminal but for a moment to come.
  delivered: 12,
  info_received: 24,
  returned: 24,
  unknown: 24,
  expired: 24,
};

/** Nothing is heard of it any more: so many days after its last event, or after its first look, where it has none. */
const ASKED_DAYS = { afterEvent: 15, withoutEvent: 30 };

const HOURS = sql.raw(
  `case p.status ${Object.entries(HOURS_BETWEEN)
    .map(([status, hours]) => `when '${status}' then ${hours}`)
    .join(' ')} end`,
);

const texts = (list: readonly string[]) => sql`${sql.param([...list])}::text[]`;
const moment = (at: Date) => sql`${at.toISOString()}::timestamptz`;

/** Of `parcels p`: when it is due. */
const DUE_AT = sql`(coalesce(greatest(p.seen_at, p.asked_at), p.first_seen_at) + make_interval(hours => ${HOURS}))`;

const WAY = sql.raw(`case when p.carrier = 'yamato' and p.number ~ '^[0-9]{12}$' then 'yamato'
  when p.carrier = 'japan_post' and p.number ~ '^[0-9]{12}$' then 'japan_post' else 'own row' end`);

/** Of `parcels p`: it is asked again, in that mode. What nobody names any more, or was forgotten, is not. */
function isAsked(requery: Requery, now: SQL): SQL {
  if (requery === 'off') return sql`false`;
  const ways = requery === 'on' ? sql`true` : sql`${WAY} = 'yamato'`;
  return sql`(p.terminal_at is null or p.terminal_at > ${now}) and ${ways}
    and coalesce(p.event_at + make_interval(days => ${ASKED_DAYS.afterEvent}),
      p.first_seen_at + make_interval(days => ${ASKED_DAYS.withoutEvent})) > ${now}
    and exists (select from parcel_rows named join rows r on r.id = named.row_id
      where named.parcel_id = p.id and r.forgotten_at is null
        and not exists (select from round_rows own where own.row_id = r.id))`;
}

/** A row of a round that is open asks after it, or of one whose job is still under way: it may have been paid for. */
const IS_BEING_ASKED = sql`exists (select from round_rows own join rows r on r.id = own.row_id join batches b on b.id = r.batch_id
  where own.parcel_id = p.id and (b.finished_at is null or exists (
    select from job_rows link join jobs j on j.id = link.job_id
    where link.row_id = r.id and j.state in ('publishing', 'published', 'incomplete'))))`;

/** When a parcel of `parcels p` is asked again, as SQL; null: it is not. */
export const askAgainAt = (requery: Requery): SQL =>
  sql`case when ${isAsked(requery, sql`now()`)} then ${DUE_AT} end`;

export interface DueParcel {
  id: number;
  carrier: CarrierName | '';
  number: string;
  way: Way;
  /** For how long it has been due. */
  lateMs: number;
}

interface Wanted {
  requery: Requery;
  now: Date;
  ways: readonly Way[];
  /** Parcels that rows of these tasks alone could ask after are left out: they would stand before all others. */
  held?: readonly TaskName[];
  most: number;
}

/** Parcels to be asked after by now and not being asked after, the most overdue first. */
export function dueParcels(
  queries: Queries,
  { requery, now: at, ways, held = [], most }: Wanted,
): Promise<DueParcel[]> {
  const now = moment(at);
  return queries.execute<DueParcel & Record<string, unknown>>(sql`
    select p.id::float8 as id, p.carrier, p.number, ${WAY} as way,
           (extract(epoch from ${now} - ${DUE_AT}) * 1000)::float8 as "lateMs"
    from parcels p
    where ${DUE_AT} <= ${now} and ${WAY} = any(${texts(ways)})
      and ${isAsked(requery, now)} and not ${IS_BEING_ASKED}
      and (${WAY} <> 'own row' or exists (select from parcel_rows named join rows r on r.id = named.row_id
        join batches b on b.id = r.batch_id where named.parcel_id = p.id and b.task <> all(${texts(held)})))
    order by ${DUE_AT}, p.id limit ${most}`);
}

/** How late the re-query is. */
export interface RequeryLateness {
  /** Parcels that are asked again. */
  asked: number;
  /** Of these, by now due. */
  due: number;
  /** For how long the one that waits longest has been due; 0: none is. */
  lateS: number;
}

export async function requeryLateness(
  queries: Queries,
  requery: Requery,
  at: Date,
): Promise<RequeryLateness> {
  const now = moment(at);
  const [found] = await queries.execute<RequeryLateness & Record<string, unknown>>(sql`
    select count(*)::int as asked, count(*) filter (where at <= ${now})::int as due,
           coalesce(greatest(0, max(extract(epoch from ${now} - at))), 0)::float8 as "lateS"
    from (select ${DUE_AT} as at from parcels p where ${isAsked(requery, now)}) again`);
  return found ?? { asked: 0, due: 0, lateS: 0 };
}
