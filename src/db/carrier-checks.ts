import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { CarrierName, TrackingStatus } from '../carriers/status.ts';
import { NOT_REGISTERED, WRONG_NUMBER } from '../carriers/status-texts.ts';
import type { TaskName } from '../tasks/types.ts';
import { jsonList } from './any-of.ts';
import type { Queries } from './database.ts';
import { carrierChecks } from './parcel-schema.ts';

/** What a carrier, asked after a number of another's, said of it. Moments are ISO 8601. */
export interface CarrierCheck {
  number: string;
  /** Null: it does not know the number either. */
  status: TrackingStatus | null;
  firstEventAt: string | null;
  eventAt: string | null;
}

/** In requests to carriers: no job's. */
export const CHECK_JOB_ID = 0;

/** As long as a number that is not registered is asked after. */
const UNKNOWN_DAYS = 30;
/** After a request that gave no answer: no number is worth more than a few of them a day. */
const AFTER_FAILURE_HOURS = 6;

/** Of `parcels p`: a row names it, `of` does not know it, and `by` has the form of its number and was never asked after it. */
function isToCheck({ of, by }: { of: CarrierName; by: CarrierName }): SQL {
  return sql`p.carrier = ${of} and p.status = 'unknown' and p.sub_status in (${NOT_REGISTERED}, ${WRONG_NUMBER})
    and p.number ~ '^[0-9]{12}$' and left(p.number, 11)::bigint % 7 = right(p.number, 1)::int
    and p.seen_at > now() - make_interval(days => ${UNKNOWN_DAYS})
    and exists (select from parcel_rows named where named.parcel_id = p.id)
    and not exists (select from carrier_checks c where c.carrier = ${by} and c.number = p.number)
    and not exists (select from parcels known where known.carrier = ${by} and known.number = p.number
      and known.seen_at is not null)`;
}

/** Numbers that Japan Post does not know, for Yamato: those seen first, first. None where the last check failed lately. */
export async function numbersForYamato(queries: Queries, most: number): Promise<string[]> {
  const found = await queries.execute<{ number: string }>(sql`
    select p.number from parcels p
    where ${isToCheck({ of: 'japan_post', by: 'yamato' })}
      and not exists (select from carrier_requests failed where failed.job_id = ${CHECK_JOB_ID}
        and failed.carrier = 'yamato' and failed.error is not null
        and failed.started_at > now() - make_interval(hours => ${AFTER_FAILURE_HOURS}))
    order by p.first_seen_at, p.id limit ${most}`);
  return found.map(({ number }) => number);
}

/** A parcel that Yamato does not know, for Japan Post. */
export interface ToCheck {
  id: number;
  number: string;
  /** Since it was first looked at. */
  waitedMs: number;
}

/** Those seen first, first. None that a round has asked Japan Post after, whatever came of it: each costs a credit. */
export function parcelsForJapanPost(
  queries: Queries,
  task: TaskName,
  now: Date,
  most: number,
): Promise<ToCheck[]> {
  return queries.execute<ToCheck & Record<string, unknown>>(sql`
    select p.id::float8 as id, p.number,
           (extract(epoch from ${now.toISOString()}::timestamptz - p.first_seen_at) * 1000)::float8 as "waitedMs"
    from parcels p
    where ${isToCheck({ of: 'yamato', by: 'japan_post' })}
      and not exists (select from round_rows own join rows r on r.id = own.row_id join batches b on b.id = r.batch_id
        where own.parcel_id = p.id and b.task = ${task})
    order by p.first_seen_at, p.id limit ${most}`);
}

/** A number that was asked after is not asked after again. */
export async function noteChecks(
  queries: Queries,
  carrier: CarrierName,
  checks: readonly CarrierCheck[],
): Promise<void> {
  await queries.execute(sql`
    insert into ${carrierChecks} (carrier, number, status, first_event_at, event_at)
    select ${carrier}, number, status, "firstEventAt", "eventAt" from jsonb_to_recordset(${jsonList(checks)})
      as told(number text, status text, "firstEventAt" timestamptz, "eventAt" timestamptz)
    on conflict do nothing`);
}

/** Forgets what was said longer ago than a number takes to be used again. */
export async function pruneChecks(queries: Queries, days: number): Promise<void> {
  await queries.execute(
    sql`delete from carrier_checks where asked_at < now() - make_interval(days => ${days})`,
  );
}
