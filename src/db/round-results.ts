import { sql } from 'drizzle-orm';
import type { ParcelHistory } from '../carriers/history.ts';
import type { TrackingStatus } from '../carriers/status.ts';
import type { TaskName } from '../tasks/types.ts';
import { jsonList } from './any-of.ts';
import type { Queries } from './database.ts';
import { markDone, UNTOLD } from './deliveries.ts';
import type { ResultSource } from './schema.ts';

/** What one row of a round found, or that it found nothing. */
export interface RoundFound {
  rowId: number;
  task: TaskName;
  /** The parcel that it asked after. */
  askedId: number;
  /** That one is known by a shop's order alone. */
  askedByOrder: boolean;
  /** That one is another carrier's, which does not know it: this was a check. */
  isCheck: boolean;
  /** The parcel that it found; null: it got no answer. */
  foundId: number | null;
  result: string | null;
  source: ResultSource | null;
  statusText: string | null;
  trackingNumber: string | null;
}

/** What a round's rows have found, or failed to, and has not been given back yet. */
export function roundFound(queries: Queries, batchId: string): Promise<RoundFound[]> {
  return queries.execute<RoundFound & Record<string, unknown>>(sql`
    select rows.id::float8 as "rowId", b.task, own.parcel_id::float8 as "askedId", p.number = '' as "askedByOrder",
           p.carrier = 'yamato' and b.task = 'japan_post_tracking_10' as "isCheck",
           case when rows.state = 'completed' then named.parcel_id::float8 end as "foundId", rows.result, rows.source,
           rows.status_text as "statusText", rows.tracking_number as "trackingNumber"
    from rows join batches b on b.id = rows.batch_id join round_rows own on own.row_id = rows.id
    join parcels p on p.id = own.parcel_id left join parcel_rows named on named.row_id = rows.id
    where rows.batch_id = ${batchId} and ${UNTOLD} order by rows.id`);
}

/** What becomes of a row that names a parcel: with `change`, its result is another one. */
export interface HeardOf {
  id: number;
  parcelId: number;
  seenAt: string;
  change: {
    result: string | null;
    status: TrackingStatus;
    subStatus: string | null;
    statusText: string | null;
    eventAt: string | null;
    terminalAt: string | null;
    trackingNumber: string | null;
    source: ResultSource | null;
    details: ParcelHistory;
  } | null;
}

/**
 * Rows hear of their parcels; those that change are written by the next writeback of their batches, as results that came
 * late are. Of rows without a workbook whoever took the results has been told of their end: `rows` shows what is new. Run in
 * a transaction that holds their batches.
 */
export async function tellRows(tx: Queries, heard: readonly HeardOf[]): Promise<void> {
  const list = heard.map(({ change, ...row }) => ({ ...row, isChanged: change !== null, ...change }));
  await tx.execute(sql`
    with heard as (
      select * from jsonb_to_recordset(${jsonList(list)}) as heard(id bigint, "parcelId" bigint, "seenAt" timestamptz,
        "isChanged" boolean, result text, status text, "subStatus" text, "statusText" text, "eventAt" timestamptz,
        "terminalAt" timestamptz, "trackingNumber" text, source text, details jsonb)),
    named as (
      update parcel_rows set parcel_id = heard."parcelId", seen_at = greatest(seen_at, heard."seenAt")
      from heard where row_id = heard.id),
    changed as (
      update rows set result = heard.result, status = heard.status, sub_status = heard."subStatus",
        status_text = heard."statusText", event_at = heard."eventAt", terminal_at = heard."terminalAt",
        tracking_number = coalesce(heard."trackingNumber", rows.tracking_number), source = heard.source,
        details = heard.details, completed_at = clock_timestamp(),
        written_at = case when b.workbook is null then rows.written_at end
      from heard, batches b where rows.id = heard.id and heard."isChanged" and b.id = rows.batch_id
        and rows.state = 'completed' returning rows.batch_id)
    -- Long ended as a batch may be: from now on the sweep tries for some days to write it.
    update batches set opened_at = clock_timestamp()
    where id in (select batch_id from changed) and finished_at is not null and workbook is not null`);
}

/** These rows of a round have been dealt with. Run in a transaction that holds the round. */
export async function markGivenBack(
  tx: Queries,
  batchId: string,
  rowIds: readonly number[],
  done: boolean,
): Promise<void> {
  await tx.execute(sql`
    update rows set shown = to_show, written_at = case when state = 'completed' then clock_timestamp() else written_at end
    where id = any(${sql.param(`{${rowIds.join(',')}}`)}::bigint[])`);
  await markDone(tx, batchId, done);
}
