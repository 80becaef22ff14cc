import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { isAbroad } from '../carriers/abroad.ts';
import type { Journey, ParcelRecord } from '../carriers/merged-parcel.ts';
import { identityOf } from '../carriers/placed-events.ts';
import type { PlacedEvent } from '../carriers/placed-events.ts';
import type { CarrierName } from '../carriers/status.ts';
import { meaningOf } from '../carriers/text-meaning.ts';
import type { LearntTexts } from '../carriers/text-meaning.ts';
import { jsonList } from './any-of.ts';
import type { Queries } from './database.ts';
import type { RecordedEvent, RecordedParcel } from './parcel-record.ts';

/** What becomes of one parcel on record. */
export interface ParcelChange {
  parcel: Pick<RecordedParcel, 'id' | 'carrier' | 'events'>;
  journey: Journey;
  /** What is known of the number beside events; null: of the parcel that has it by now, this is an earlier one. */
  record: Omit<ParcelRecord, 'events'> | null;
}

/** A row, and the parcel that it names by now. */
export interface NamedParcel {
  rowId: number;
  parcelId: number;
  seenAt: string;
}

/**
 * Writes down what parcels have become, in one statement. Those whose events and meaning stay are not changed, but for
 * when they were seen. Run in a transaction that holds them.
 */
export async function writeParcels(
  tx: Queries,
  changes: readonly ParcelChange[],
  named: readonly NamedParcel[],
  learnt: LearntTexts,
): Promise<void> {
  const events = changes.map((change) => eventChanges(change, learnt));
  const judged = changes.map((change, index) => ({
    isChanged: events[index]?.isChanged === true,
    ...judgedOf(change, learnt),
  }));
  await tx.execute(sql`
    with gone as (
      delete from parcel_events e using jsonb_to_recordset(${jsonList(events.flatMap(({ gone }) => gone))})
        as gone("parcelId" bigint, key uuid) where e.parcel_id = gone."parcelId" and e.key = gone.key),
    told as (
      insert into parcel_events (parcel_id, key, text, time_text, at, time_is, earliest, latest, place, is_abroad, office, region, details,
        status, sub_status)
      select "parcelId", key, "stateText", "timeText", at, "timeIs", to_timestamp("earliestMs" / 1000),
             to_timestamp("latestMs" / 1000), to_timestamp("placeMs" / 1000), "isAbroad", office, region, details, status, "subStatus"
      from jsonb_to_recordset(${jsonList(events.flatMap(({ told }) => told))}) as told("parcelId" bigint, key uuid,
        "stateText" text, "timeText" text, at timestamptz, "timeIs" text, "earliestMs" float8, "latestMs" float8, "placeMs" float8, "isAbroad" boolean, office text,
        region text, details text, status text, "subStatus" text)
      on conflict (parcel_id, key) do update set text = excluded.text, time_text = excluded.time_text, at = excluded.at,
        place = excluded.place, office = excluded.office, region = excluded.region, details = excluded.details, is_abroad = excluded.is_abroad,
        status = excluded.status, sub_status = excluded.sub_status),
    judged as (
      update parcels p set status = new.status, sub_status = new."subStatus", status_text = new."statusText",
        since = new.since, event_at = new."eventAt", terminal_at = new."terminalAt", first_event_at = new."firstEventAt",
        from_office = new."fromOffice", to_office = new."toOffice", failed_attempts = new."failedAttempts",
        estimates = coalesce(new.estimates, p.estimates), product = coalesce(new.product, p.product),
        summary = coalesce(new.summary, p.summary), above = coalesce(new.above, p.above),
        seen_at = coalesce(new."seenAt", p.seen_at),
        changed_at = case when new."isChanged" or (p.status, p.sub_status, p.event_at, p.terminal_at, p.estimates)
            is distinct from (new.status, new."subStatus", new."eventAt", new."terminalAt", coalesce(new.estimates, p.estimates))
          then clock_timestamp() else p.changed_at end
      from jsonb_to_recordset(${jsonList(judged)}) as new(id bigint, "isChanged" boolean, status text, "subStatus" text,
        "statusText" text, since timestamptz(3), "eventAt" timestamptz(3), "terminalAt" timestamptz(3),
        "firstEventAt" timestamptz(3), "fromOffice" text, "toOffice" text, "failedAttempts" int, estimates jsonb, product text,
        summary text, above jsonb, "seenAt" timestamptz(3))
      where p.id = new.id)
    insert into parcel_rows (row_id, parcel_id, seen_at)
    select "rowId", "parcelId", "seenAt" from jsonb_to_recordset(${jsonList(named)})
      as named("rowId" bigint, "parcelId" bigint, "seenAt" timestamptz)
    on conflict (row_id) do update set parcel_id = excluded.parcel_id, seen_at = excluded.seen_at
    where parcel_rows.seen_at <= excluded.seen_at`);
}

/** Earlier events may show that a number's parcel is its second: rows go along with their parcel's last event. */
export async function moveRows(tx: Queries, moves: readonly { from: number; to: number }[]): Promise<void> {
  if (moves.length === 0) return;
  await tx.execute(sql`
    update parcel_rows set parcel_id = move."to" from jsonb_to_recordset(${jsonList(moves)}) as move("from" bigint, "to" bigint)
    where parcel_id = move."from"`);
}

function eventChanges({ parcel, journey }: ParcelChange, learnt: LearntTexts) {
  const { id: parcelId, carrier } = parcel;
  const known = new Map(parcel.events.map((event) => [event.key, event]));
  const told = journey.events.flatMap((event) => {
    const next = meant(event, carrier, learnt);
    const before = known.get(next.key);
    known.delete(next.key);
    return before !== undefined && isAlike(before, next)
      ? []
      : [{ parcelId, isAbroad: isAbroad(event), ...next }];
  });
  const gone = [...known.keys()].map((key) => ({ parcelId, key }));
  return { gone, told, isChanged: gone.length + told.length > 0 };
}

function meant(event: PlacedEvent, carrier: CarrierName | '', learnt: LearntTexts): RecordedEvent {
  const { status, subStatus } = meaningOf(event.stateText, carrier === '' ? null : carrier, learnt);
  const { stateText, timeText, at, timeIs, earliestMs, latestMs, placeMs, office, region, details } = event;
  const time = { timeText, at, timeIs, earliestMs, latestMs, placeMs };
  const key = createHash('sha256').update(identityOf(event)).digest('hex').slice(0, 32);
  const uuid = key.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return { key: uuid, stateText, ...time, office, region, details, status, subStatus };
}

const COMPARED = [
  'stateText',
  'timeText',
  'at',
  'office',
  'region',
  'details',
  'status',
  'subStatus',
] as const;
const isAlike = (one: RecordedEvent, other: RecordedEvent) =>
  COMPARED.every((part) => one[part] === other[part]);

function judgedOf({ parcel, journey, record }: ParcelChange, learnt: LearntTexts): object {
  const { events, judgement } = journey;
  const carrier = parcel.carrier === '' ? null : parcel.carrier;
  const { status, subStatus, since, event, eventAt, terminalFrom } = judgement;
  const offices = events.flatMap(({ office }) => office ?? []);
  return {
    id: parcel.id,
    status,
    subStatus,
    statusText: event?.stateText ?? null,
    since,
    eventAt,
    terminalAt: terminalFrom,
    firstEventAt: events.find(({ at }) => at !== null)?.at ?? null,
    fromOffice: offices[0] ?? null,
    toOffice: event?.office ?? offices.at(-1) ?? null,
    failedAttempts: events.filter(
      ({ stateText }) => meaningOf(stateText, carrier, learnt).status === 'attempt_failed',
    ).length,
    ...record,
  };
}
