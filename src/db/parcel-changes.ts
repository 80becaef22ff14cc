import { sql } from 'drizzle-orm';
import { isAbroad } from '../carriers/abroad.ts';
import type { Journey, ParcelRecord } from '../carriers/merged-parcel.ts';
import { meaningOf } from '../carriers/text-meaning.ts';
import type { LearntTexts, Meaning } from '../carriers/text-meaning.ts';
import { jsonList } from './any-of.ts';
import type { Queries } from './database.ts';
import type { RecordedEvent, RecordedParcel } from './parcel-record.ts';

/** What becomes of one parcel on record. */
export interface ParcelChange {
  parcel: RecordedParcel;
  journey: Journey;
  /** What is known of it beside its events. */
  record: Omit<ParcelRecord, 'events'>;
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
  const meant = changes.map(meanings(learnt));
  const events = changes.map((change, index) => eventChanges(change, meant[index] ?? []));
  const judged = changes.map((change, index) => ({
    isChanged: events[index]?.isChanged === true,
    ...judgedOf(change, meant[index] ?? []),
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
    -- None is new: by its key each is found whatever the table's statistics say.
    judged as (
      insert into parcels (carrier, number, order_number, serial, status, sub_status, status_text, since, event_at,
        terminal_at, first_event_at, from_office, to_office, failed_attempts, estimates, product, summary, above, seen_at,
        changed_at)
      select carrier, number, "orderNumber", serial, status, "subStatus", "statusText", since, "eventAt", "terminalAt",
             "firstEventAt", "fromOffice", "toOffice", "failedAttempts", estimates, product, summary, above, "seenAt",
             case when "isChanged" then clock_timestamp() else '-infinity' end
      from jsonb_to_recordset(${jsonList(judged)}) as new(carrier text, number text, "orderNumber" text, serial int,
        "isChanged" boolean, status text, "subStatus" text, "statusText" text, since timestamptz, "eventAt" timestamptz,
        "terminalAt" timestamptz, "firstEventAt" timestamptz, "fromOffice" text, "toOffice" text, "failedAttempts" int,
        estimates jsonb, product text, summary text, above jsonb, "seenAt" timestamptz)
      on conflict (carrier, number, order_number, serial) do update set status = excluded.status,
        sub_status = excluded.sub_status, status_text = excluded.status_text, since = excluded.since,
        event_at = excluded.event_at, terminal_at = excluded.terminal_at, first_event_at = excluded.first_event_at,
        from_office = excluded.from_office, to_office = excluded.to_office, failed_attempts = excluded.failed_attempts,
        estimates = excluded.estimates, product = excluded.product, summary = excluded.summary, above = excluded.above,
        seen_at = excluded.seen_at,
        changed_at = case when (parcels.status, parcels.sub_status, parcels.event_at, parcels.terminal_at, parcels.estimates)
            is distinct from (excluded.status, excluded.sub_status, excluded.event_at, excluded.terminal_at, excluded.estimates)
          then clock_timestamp() else greatest(parcels.changed_at, excluded.changed_at) end)
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

function eventChanges({ parcel }: ParcelChange, events: readonly RecordedEvent[]) {
  const parcelId = parcel.id;
  const known = new Map(parcel.events.map((event) => [event.key, event]));
  const told = events.flatMap((event) => {
    const before = known.get(event.key);
    known.delete(event.key);
    return before !== undefined && isAlike(before, event)
      ? []
      : [{ ...event, parcelId, isAbroad: isAbroad(event) }];
  });
  const gone = [...known.keys()].map((key) => ({ parcelId, key }));
  return { gone, told, isChanged: gone.length + told.length > 0 };
}

/** Texts are few, events many: each is looked up once. */
function meanings(learnt: LearntTexts) {
  const known = new Map<string, Pick<Meaning, 'status' | 'subStatus'>>();
  return ({ parcel: { carrier }, journey }: ParcelChange): RecordedEvent[] =>
    journey.events.map((event) => {
      const text = `${carrier} ${event.stateText}`;
      const meaning = known.get(text) ?? meaningOf(event.stateText, carrier || null, learnt);
      known.set(text, meaning);
      const { status, subStatus } = meaning;
      return { ...event, status, subStatus };
    });
}

const COMPARED = [
  'stateText',
  'timeText',
  'at',
  'placeMs',
  'office',
  'region',
  'details',
  'status',
  'subStatus',
] as const;
const isAlike = (one: RecordedEvent, other: RecordedEvent) =>
  COMPARED.every((part) => one[part] === other[part]);

function judgedOf({ parcel, journey, record }: ParcelChange, events: readonly RecordedEvent[]): object {
  const { status, subStatus, since, event, eventAt, terminalFrom } = journey.judgement;
  const { carrier, number, orderNumber, serial } = parcel;
  const offices = events.flatMap(({ office }) => office ?? []);
  return {
    carrier,
    number,
    orderNumber,
    serial,
    status,
    subStatus,
    statusText: event?.stateText ?? null,
    since,
    eventAt,
    terminalAt: terminalFrom,
    firstEventAt: events.find(({ at }) => at !== null)?.at ?? null,
    fromOffice: offices[0] ?? null,
    toOffice: event?.office ?? offices.at(-1) ?? null,
    failedAttempts: events.filter((each) => each.status === 'attempt_failed').length,
    ...record,
  };
}
