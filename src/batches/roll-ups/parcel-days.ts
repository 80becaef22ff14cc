import { sql } from 'drizzle-orm';
import { SILENT_DAYS } from '../../carriers/parcel-alert.ts';
import type { Queries } from '../../db/database.ts';
import { parcelCounts } from '../../db/gone-parcels.ts';
import { daysOf } from './lists.ts';

/** Then it is `expired`, and counted as open no more. */
const EXPIRED_AFTER_DAYS = 30;

/** Rolls up the days of parcels that have changed, and counts those still on their way. Run in a transaction. */
export async function rollUpParcels(tx: Queries): Promise<void> {
  const changed = await tx.execute<{ day: string }>(sql`
    with taken as (delete from changed_parcel_days returning day) select distinct day::text from taken`);
  const days = daysOf(changed.map(({ day }) => day));
  await tx.execute(sql`delete from parcel_roll_ups where day = any(${days})`);
  await tx.execute(sql`
    insert into parcel_roll_ups (day, outcome, carrier, from_office, to_office, hours, parcels, first_attempt, minutes)
    select day, outcome, carrier, from_office, to_office, hours, sum(parcels), sum(first_attempt), sum(minutes) from (
      select * from gone_parcels where day = any(${days})
      union all ${parcelCounts(sql`(select * from parcels where counted_on = any(${days})) there`)}) told
    group by 1, 2, 3, 4, 5, 6`);
  await countOpen(tx);
}

/** As they stand now: the day's last count stays. */
async function countOpen(tx: Queries): Promise<void> {
  await tx.execute(sql`delete from open_parcels where day = (now() at time zone 'Asia/Tokyo')::date`);
  await tx.execute(sql`
    insert into open_parcels (day, carrier, open, stalled)
    select (now() at time zone 'Asia/Tokyo')::date, carrier, count(*),
           count(*) filter (where heard_at < now() - make_interval(days => ${SILENT_DAYS}))
    from (select carrier, coalesce(event_at, first_seen_at) as heard_at from parcels
          where terminal_at is null or terminal_at > now()) open
    where heard_at > now() - make_interval(days => ${EXPIRED_AFTER_DAYS}) group by carrier`);
}
