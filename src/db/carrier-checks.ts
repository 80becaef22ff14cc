import { sql } from 'drizzle-orm';
import type { CarrierName, TrackingStatus } from '../carriers/status.ts';
import { NOT_REGISTERED, WRONG_NUMBER } from '../carriers/status-texts.ts';
import type { Carrier } from '../tasks/lookup.ts';
import { anyText, jsonList } from './any-of.ts';
import type { Queries } from './database.ts';
import { carrierChecks } from './parcel-schema.ts';
import { batches } from './schema.ts';

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

/**
 * Numbers of rows that `of` does not know, and that `by` has the form of and was never asked after, in any batch: those seen
 * first, first. None where the last check failed lately.
 */
export async function numbersToCheck(
  queries: Queries,
  { of, by }: { of: CarrierName; by: Carrier },
  most: number,
): Promise<string[]> {
  const found = await queries.execute<{ number: string }>(sql`
    select p.number from parcels p
    where p.carrier = ${of} and p.status = 'unknown' and p.sub_status in (${NOT_REGISTERED}, ${WRONG_NUMBER})
      and p.number ~ '^[0-9]{12}$' and left(p.number, 11)::bigint % 7 = right(p.number, 1)::int
      and p.seen_at > now() - make_interval(days => ${UNKNOWN_DAYS})
      and exists (select from parcel_rows named where named.parcel_id = p.id)
      and not exists (select from carrier_checks c where c.carrier = ${by} and c.number = p.number)
      and not exists (select from parcels known where known.carrier = ${by} and known.number = p.number
        and known.seen_at is not null)
      and not exists (select from carrier_requests failed where failed.job_id = ${CHECK_JOB_ID}
        and failed.carrier = ${by} and failed.error is not null
        and failed.started_at > now() - make_interval(hours => ${AFTER_FAILURE_HOURS}))
    order by p.first_seen_at, p.id limit ${most}`);
  return found.map(({ number }) => number);
}

/** Whether a running batch has something to ask of these tasks' carrier: a check waits behind it. */
export async function isBatchWaiting(queries: Queries, tasks: readonly string[]): Promise<boolean> {
  const [found] = await queries.execute<{ some: boolean }>(sql`
    select exists (select from ${batches} join batch_figures f on f.batch_id = ${batches.id}
      where ${batches.finishedAt} is null and ${batches.paused} is null and ${anyText(batches.task, tasks)}
        and f.pending_jobs > 0) as some`);
  return found?.some === true;
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
