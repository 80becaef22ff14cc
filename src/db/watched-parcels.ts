import { sql } from 'drizzle-orm';
import { SILENT_DAYS } from '../carriers/parcel-alert.ts';
import type { WatchedParcel } from '../carriers/parcel-alert.ts';
import { NOT_REGISTERED } from '../carriers/status-texts.ts';
import { jsonList } from './any-of.ts';
import { contentHasher } from './content-hash.ts';
import type { Queries } from './database.ts';
import { iso } from './parcel-list.ts';
import { PERSONS_TEXT } from './written-rows.ts';

/** A parcel that may need somebody. Moments are ISO 8601. */
export interface RecordedWatch extends WatchedParcel {
  id: number;
  orderNumber: string | null;
  statusText: string | null;
  office: string | null;
}

/** A row that names a parcel, and that nobody has settled or put on hold. */
export interface OpenRow {
  batchId: string;
  row: number;
  workbook: string | null;
}

/** What nothing was heard of for longer is `expired`, and no news. */
const NEWS_DAYS = 30;

/**
 * The parcels that may need somebody: not delivered, something heard of them within a month, or silent as of the last look.
 * One that came back to its sender is among them: nobody has sent it anew by that.
 */
export function watchedParcels(queries: Queries, now: Date): Promise<RecordedWatch[]> {
  const at = sql`${now.toISOString()}::timestamptz`;
  return queries.execute<RecordedWatch & Record<string, unknown>>(sql`
    select p.id::float8 as id, nullif(p.carrier, '') as carrier, nullif(p.number, '') as number,
           nullif(p.order_number, '') as "orderNumber", p.status, p.sub_status as "subStatus", p.status_text as "statusText",
           p.product, p.to_office as office, ${iso('p.since')} as since, ${iso('p.event_at')} as "eventAt",
           ${iso('p.first_seen_at')} as "firstSeenAt", ${iso('p.seen_at')} as "seenAt", p.estimates,
           (select ${iso('min(at)')} from parcel_events where parcel_id = p.id and status = 'attempt_failed') as "firstAttemptAt",
           coalesce((select is_abroad from parcel_events where parcel_id = p.id order by place desc, text desc limit 1), false)
             as "isAbroad"
    from parcels p
    where p.status <> 'delivered' and p.seen_at is not null
      and (p.status = 'returned' or p.terminal_at is null or p.terminal_at > ${at})
      and case when p.status = 'unknown' then p.first_seen_at else coalesce(p.event_at, p.since, p.changed_at) end
          > ${at} - make_interval(days => ${NEWS_DAYS})
      and case
        when p.status in ('attempt_failed', 'available_for_pickup', 'exception', 'returned') then true
        when p.status = 'unknown' and p.sub_status is distinct from ${NOT_REGISTERED} then false
        else p.seen_at >= coalesce(p.event_at, p.first_seen_at) + make_interval(days => ${SILENT_DAYS}) end
      and not exists (select from parcels later where later.carrier = p.carrier and later.number = p.number
        and later.order_number = p.order_number and later.serial > p.serial)
    order by p.id`);
}

interface FoundRow extends OpenRow, Record<string, unknown> {
  parcelId: number;
  input: string;
  inputUrl: string | null;
  email: string;
  occurrence: number;
  contentHash: string | null;
}

/**
 * The rows that name these parcels, the latest of each content in its workbook, the latest first. Left out is what people
 * have taken into their own hands: rows held or done by a word in the status column, and those whose result cell holds a
 * person's own text. So is a number that is not registered where another content has come into its row's place: it was
 * corrected.
 */
export async function openRows(
  queries: Queries,
  parcelIds: readonly number[],
): Promise<Map<number, OpenRow[]>> {
  if (parcelIds.length === 0) return new Map();
  const found = await queries.execute<FoundRow>(sql`
    select * from (
      select distinct on (named.parcel_id, coalesce(b.workbook, b.id), r.input, r.input_url, r.email, r.occurrence, r.content_hash)
             named.parcel_id::float8 as "parcelId", r.id::float8 as id, r.batch_id as "batchId", r.row, b.workbook, r.input,
             r.input_url as "inputUrl", r.email, r.occurrence, r.content_hash as "contentHash",
             exists (select from unnest(r.warnings) warning where warning like ${`%${PERSONS_TEXT}%`}) as "byHand",
             r.sub_status = ${NOT_REGISTERED} and exists (
               select from batches other join rows later on later.batch_id = other.id
               where other.workbook = b.workbook and other.task = b.task and later.row = r.row and later.id > r.id
                 and (later.input, later.email, later.input_url) is distinct from (r.input, r.email, r.input_url)) as corrected
      from parcel_rows named join rows r on r.id = named.row_id join batches b on b.id = r.batch_id and not b.is_round
      where named.parcel_id in (select jsonb_array_elements_text(${JSON.stringify(parcelIds)}::text::jsonb)::bigint)
      order by named.parcel_id, coalesce(b.workbook, b.id), r.input, r.input_url, r.email, r.occurrence, r.content_hash, r.id desc
    ) latest where not "byHand" and corrected is not true order by id desc`);
  const isKept = await keptRows(queries, found);
  const open = new Map<number, OpenRow[]>();
  for (const each of found) {
    if (isKept(each)) continue;
    const { parcelId, batchId, row, workbook } = each;
    open.set(parcelId, [...(open.get(parcelId) ?? []), { batchId, row, workbook }]);
  }
  return open;
}

/** Tells whether a row's status cell says `hold` or `done`. */
async function keptRows(queries: Queries, found: readonly FoundRow[]): Promise<(row: FoundRow) => boolean> {
  const workbooks = [...new Set(found.flatMap(({ workbook }) => workbook ?? []))];
  const words = await queries.execute<{ key: string }>(sql`
    select concat_ws(' ', content_hash, occurrence, workbook) as key
    from sheet_words join jsonb_to_recordset(${jsonList(workbooks.map((workbook) => ({ workbook })))}) as wanted(workbook text)
      using (workbook) where word in ('hold', 'done')`);
  if (words.length === 0) return () => false;
  const hash = await contentHasher(queries);
  const kept = new Set(words.map(({ key }) => key));
  return ({ contentHash, occurrence, workbook, ...content }) =>
    kept.has(`${contentHash ?? hash(content)} ${occurrence} ${workbook}`);
}
