import { sql } from 'drizzle-orm';
import { carrierHint } from '../carriers/other-carrier.ts';
import type { CarrierHint, UnknownNumber } from '../carriers/other-carrier.ts';
import { NOT_REGISTERED, WRONG_NUMBER } from '../carriers/status-texts.ts';
import { iso } from '../db/parcel-list.ts';

/** What is on record of the number of `rows r` at the other carrier. */
export type CarrierRecord = Pick<
  UnknownNumber,
  'carrier' | 'number' | 'askedAt' | 'isOtherAsked' | 'known'
> & {
  /** When that was asked for the sake of a hint; null: it was not. */
  checkedAt: string | null;
};

const OWN = `(r.details ->> 'carrier')`;
const NUMBER = `replace(r.tracking_number, '-', '')`;
const OTHER = `case ${OWN} when 'yamato' then 'japan_post' else 'yamato' end`;

/** A {@link CarrierRecord} of `rows r`, as JSON; null of those whose carrier knows the number. */
export const CARRIER_RECORD = sql`case
  when r.status = 'unknown' and r.sub_status in (${sql.raw(`'${NOT_REGISTERED}', '${WRONG_NUMBER}'`)})
    and ${sql.raw(OWN)} in ('yamato', 'japan_post') and r.tracking_number is not null
  then (
    select json_build_object('carrier', ${sql.raw(OWN)}, 'number', ${sql.raw(NUMBER)}, 'askedAt', ${iso('r.completed_at')},
      'checkedAt', (select ${iso('asked_at')} from carrier_checks
        where carrier = ${sql.raw(OTHER)} and number = ${sql.raw(NUMBER)}),
      'isOtherAsked', count(*) > 0, 'known', (array_agg(
        json_build_object('status', told.status, 'since', ${iso('told.first_event_at')}, 'eventAt', ${iso('told.event_at')})
        order by told.event_at desc nulls last) filter (where told.is_known))[1])
    from (
      select p.status, p.first_event_at, p.event_at, p.status <> 'unknown' or p.first_event_at is not null as is_known
      from parcels p where p.carrier = ${sql.raw(OTHER)} and p.number = ${sql.raw(NUMBER)} and p.order_number = ''
        and p.seen_at is not null
      union all
      select c.status, c.first_event_at, c.event_at, c.status is not null
      from carrier_checks c where c.carrier = ${sql.raw(OTHER)} and c.number = ${sql.raw(NUMBER)}) told)
  end`;

/** The hint for a row of which this is on record. */
export function hintOf(
  record: CarrierRecord | null,
  row: Pick<UnknownNumber, 'subStatus' | 'notRegisteredDay'>,
): CarrierHint | null {
  const { subStatus, notRegisteredDay } = row;
  return record === null ? null : carrierHint({ ...record, subStatus, notRegisteredDay });
}
