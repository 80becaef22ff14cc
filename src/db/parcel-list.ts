import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { NOT_REGISTERED } from '../carriers/status-texts.ts';
import type { CarrierName, TrackingStatus } from '../carriers/status.ts';
import type { Queries } from './database.ts';
import { japanDay } from './japan-day.ts';
import { askAgainAt } from './due-parcels.ts';
import type { Requery } from './due-parcels.ts';

export interface LastEvent {
  /** Of a leg abroad hours off: as if its local time were Japan's. */
  at: string | null;
  time: string;
  text: string;
  office: string | null;
  isAbroad: boolean;
}

/** A parcel as `parcels` lists it; moments are ISO 8601. */
export interface ListedParcel extends Record<string, unknown> {
  carrier: CarrierName | null;
  trackingNumber: string | null;
  orderNumber: string | null;
  /** 1: the first parcel that had the number. */
  serial: number;
  status: TrackingStatus;
  subStatus: string | null;
  statusText: string | null;
  /** By Japan's calendar, 1 on the day of the first look; null: its carrier knows it. */
  notRegisteredDay: number | null;
  since: string | null;
  /** Its last event, as the carrier wrote it. */
  lastEvent: LastEvent | null;
  terminalAt: string | null;
  seenAt: string | null;
  /** When it is due to be asked again, perhaps a moment that is past; null: it is not asked any more. */
  askAgainAt: string | null;
  estimates: { origin: string; text: string }[];
  /** The rows that name it, the latest first. */
  rows: { batchId: string; row: number; workbook: string | null }[];
}

export interface ParcelFilter {
  /** Only those that may still move. */
  open: boolean;
  carrier: CarrierName | null;
  requery: Requery;
}

const isoOf = (moment: SQL) => sql`to_char(${moment} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
/** A moment as ISO 8601 in UTC. */
export const iso = (moment: string) => isoOf(sql.raw(moment));

/** Parcels, those whose last event is the latest first. */
export function listParcels(
  queries: Queries,
  { open, carrier, requery }: ParcelFilter,
): Promise<ListedParcel[]> {
  return queries.execute<ListedParcel>(sql`
    select nullif(p.carrier, '') as carrier, nullif(p.number, '') as "trackingNumber",
           nullif(p.order_number, '') as "orderNumber", p.serial, p.status, p.sub_status as "subStatus",
           p.status_text as "statusText", case when p.sub_status = ${NOT_REGISTERED} then
             1 + ${sql.raw(japanDay('p.seen_at'))} - ${sql.raw(japanDay('p.first_seen_at'))} end as "notRegisteredDay",
           ${iso('p.since')} as since, ${iso('p.terminal_at')} as "terminalAt",
           ${iso('p.seen_at')} as "seenAt",
           ${isoOf(askAgainAt(requery))} as "askAgainAt",
           (select json_build_object('at', ${iso('at')}, 'time', time_text, 'text', text, 'office', office, 'isAbroad', is_abroad)
            from parcel_events where parcel_id = p.id order by place desc, text desc limit 1) as "lastEvent",
           coalesce((select json_agg(json_build_object('origin', e ->> 'origin', 'text', e ->> 'text'))
                     from jsonb_array_elements(p.estimates) e), '[]') as estimates,
           coalesce((select json_agg(json_build_object('batchId', r.batch_id, 'row', r.row, 'workbook', b.workbook)
                                     order by named.seen_at desc, r.id desc)
                     from parcel_rows named join rows r on r.id = named.row_id join batches b on b.id = r.batch_id
                     where named.parcel_id = p.id and not b.is_round), '[]') as rows
    from parcels p
    where (${!open} or p.terminal_at is null or p.terminal_at > now()) and (${carrier === null} or p.carrier = ${carrier ?? ''})
    order by p.event_at desc nulls last, p.id`);
}
