import { sql } from 'drizzle-orm';
import type { ParcelHistory } from '../carriers/history.ts';
import { historyOfRecord } from '../carriers/merged-parcel.ts';
import type { ParcelRecord, StateAbove } from '../carriers/merged-parcel.ts';
import { inOrder, japanTime } from '../carriers/placed-events.ts';
import type { PlacedEvent } from '../carriers/placed-events.ts';
import type { CarrierName, TrackingStatus } from '../carriers/status.ts';
import { anyOf, jsonList } from './any-of.ts';
import type { Queries } from './database.ts';
import { removeParcels } from './gone-parcels.ts';
import { parcels } from './parcel-schema.ts';
import { FINAL_DAYS } from './recorded-contents.ts';

/** What names a parcel and all that had its number before: '' where there is none. */
export interface ParcelKey {
  carrier: CarrierName | '';
  number: string;
  orderNumber: string;
}

export const keyText = ({ carrier, number, orderNumber }: ParcelKey): string =>
  [carrier, number, orderNumber].join(' ');

/** An event on record, and what its text was taken for. */
export interface RecordedEvent extends PlacedEvent {
  status: TrackingStatus;
  subStatus: string | null;
}

/** A parcel on record. */
export interface RecordedParcel extends ParcelKey {
  id: number;
  serial: number;
  events: RecordedEvent[];
  record: Omit<ParcelRecord, 'events'>;
}

const ms = (moment: string) => sql.raw(`(extract(epoch from ${moment}) * 1000)::float8`);

const KEYS = sql.raw('(carrier text, number text, "orderNumber" text)');

/**
 * Makes the first parcel of each key where there is none, and holds all of them until the transaction's end. In one order,
 * whoever comes: two that hold a part of it each would wait for ever.
 */
export async function holdParcels(tx: Queries, keys: readonly ParcelKey[]): Promise<void> {
  await tx.execute(sql`
    insert into parcels (carrier, number, order_number, serial)
    select carrier, number, "orderNumber", 1 from jsonb_to_recordset(${jsonList(keys)}) as wanted${KEYS} order by 1, 2, 3
    on conflict (carrier, number, order_number, serial) do update set serial = parcels.serial`);
}

/** Makes the later parcels of keys that are held: a number is used again. */
export async function addSerials(
  tx: Queries,
  lacking: readonly (ParcelKey & { serial: number })[],
): Promise<RecordedParcel[]> {
  const found = await tx.execute<
    ParcelKey & Pick<RecordedParcel, 'id' | 'serial'> & Record<string, unknown>
  >(sql`
    insert into parcels (carrier, number, order_number, serial)
    select carrier, number, "orderNumber", serial from jsonb_to_recordset(${jsonList(lacking)})
      as lacking(carrier text, number text, "orderNumber" text, serial int) order by serial
    returning id::float8 as id, carrier, number, order_number as "orderNumber", serial`);
  return found
    .map((each) => ({ ...each, events: [], record: { ...NOTHING_KNOWN } }))
    .toSorted((one, other) => one.serial - other.serial);
}

export const NOTHING_KNOWN = { above: null, estimates: [], product: null, summary: null, seenAt: null };

/** Removes parcels that are none, without events and rows. */
export async function dropParcels(tx: Queries, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await tx.delete(parcels).where(anyOf(parcels.id, ids));
}

/** Keys of parcels on record behind an id, the first parcel of each number. */
export function parcelKeys(
  queries: Queries,
  after: number,
  most: number,
): Promise<(ParcelKey & { id: number })[]> {
  return queries.execute<ParcelKey & { id: number } & Record<string, unknown>>(sql`
    select id::float8 as id, carrier, number, order_number as "orderNumber" from parcels
    where id > ${after} and serial = 1 order by id limit ${most}`);
}

/** Those of the keys whose parcel, the latest that had the number, has lately come to its end: asking would give the same. */
export function finalParcels(queries: Queries, keys: readonly ParcelKey[]): Promise<ParcelKey[]> {
  return queries.execute<ParcelKey & Record<string, unknown>>(sql`
    select wanted.* from jsonb_to_recordset(${jsonList(keys)}) as wanted${KEYS}
    cross join lateral (
      select terminal_at, event_at from parcels p where p.carrier = wanted.carrier and p.number = wanted.number
        and p.order_number = wanted."orderNumber" order by serial desc limit 1) latest
    where terminal_at <= now() and event_at > now() - make_interval(days => ${FINAL_DAYS})`);
}

interface Found extends Record<string, unknown>, ParcelKey {
  id: number;
  serial: number;
  above: StateAbove | null;
  estimates: ParcelRecord['estimates'];
  product: string | null;
  summary: string | null;
  seenMs: number | null;
  events: FoundEvent[];
}

type FoundEvent = [
  key: string,
  text: string,
  timeText: string,
  atMs: number | null,
  earliestMs: number,
  latestMs: number | null,
  placeMs: number,
  timeIs: PlacedEvent['timeIs'],
  office: string | null,
  region: string | null,
  details: string | null,
  status: TrackingStatus,
  subStatus: string | null,
];

/** The parcels of these keys with their events, those of a key in the order of their serials. */
export async function recordedParcels(
  queries: Queries,
  keys: readonly ParcelKey[],
): Promise<Map<string, RecordedParcel[]>> {
  const found = await queries.execute<Found>(sql`
    select p.id::float8 as id, p.carrier, p.number, p.order_number as "orderNumber", p.serial, p.above, p.estimates, p.product,
           p.summary, ${ms('p.seen_at')} as "seenMs",
           coalesce((select json_agg(json_build_array(key, text, time_text, ${ms('at')}, ${ms('earliest')}, ${ms('latest')},
               ${ms('place')}, time_is, office, region, details, status, sub_status))
             from parcel_events where parcel_id = p.id), '[]') as events
    from jsonb_to_recordset(${jsonList(keys)}) as wanted${KEYS}
    -- Not taken apart, thanks to its offset: with statistics of a time when it was small, all of the table would be read.
    cross join lateral (select * from parcels where carrier = wanted.carrier and number = wanted.number
      and order_number = wanted."orderNumber" offset 0) p
    order by p.serial`);
  const byKey = new Map<string, RecordedParcel[]>();
  for (const each of found) {
    const { id, carrier, number, orderNumber, serial, seenMs, above, estimates, product, summary } = each;
    const seenAt = seenMs === null ? null : new Date(seenMs).toISOString();
    const record = { above, estimates, product, summary, seenAt };
    const parcel = {
      id,
      carrier,
      number,
      orderNumber,
      serial,
      record,
      events: each.events.map(eventOf),
    };
    const key = keyText(parcel);
    byKey.set(key, [...(byKey.get(key) ?? []), parcel]);
  }
  return byKey;
}

function eventOf(found: FoundEvent): RecordedEvent {
  const [key, stateText, timeText, atMs, earliestMs, latestMs, placeMs, timeIs, ...rest] = found;
  const [office, region, details, status, subStatus] = rest;
  const at = atMs === null ? null : japanTime(atMs);
  const place = { timeIs, earliestMs, latestMs, placeMs };
  return { key, stateText, timeText, at, ...place, office, region, details, status, subStatus };
}

/** Parcels by their ids, with their events. */
export async function parcelsById(queries: Queries, ids: readonly number[]): Promise<RecordedParcel[]> {
  if (ids.length === 0) return [];
  const { carrier, number, orderNumber } = parcels;
  const keys = await queries
    .selectDistinct({ carrier, number, orderNumber })
    .from(parcels)
    .where(anyOf(parcels.id, ids));
  const wanted = new Set(ids);
  return [...(await recordedParcels(queries, keys)).values()].flat().filter(({ id }) => wanted.has(id));
}

/** All that is known of a parcel, as a page would show it that knows all of it. */
export function historyOfParcel({ carrier, number, events, record }: RecordedParcel): ParcelHistory {
  const whole = historyOfRecord({ carrier: carrier || null, number }, { ...record, events });
  const told = inOrder(events).map(({ stateText, timeText, at, office, region, details }) => ({
    ...{ stateText, timeText, at },
    ...{ office, region, details },
  }));
  return { ...whole, events: told };
}

/**
 * Removes the parcels of numbers that nobody has looked at for so long, all that had a number at once: the first of them is
 * the lock of all. Those that an order names go with their rows.
 */
export function pruneParcels(queries: Queries, days: number, most: number): Promise<number> {
  return removeParcels(
    queries,
    sql`(p.carrier, p.number) in (
      select carrier, number from parcels where number <> '' group by carrier, number
      having max(coalesce(seen_at, first_seen_at)) < now() - make_interval(days => ${days}) limit ${most})`,
  );
}
