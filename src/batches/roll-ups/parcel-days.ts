import { sql } from 'drizzle-orm';
import { SILENT_DAYS } from '../../carriers/parcel-alert.ts';
import type { Queries } from '../../db/database.ts';
import { daysOf } from './lists.ts';

/** Then it is `expired`, and counted as open no more. */
const EXPIRED_AFTER_DAYS = 30;
/** An index takes no longer ones; a carrier's names are shorter. */
const OFFICE_CHARACTERS = 100;

const office = (column: string) => sql.raw(`coalesce(left(${column}, ${OFFICE_CHARACTERS}), '')`);

/**
 * How long it took; null where it is not known: a page without offices tells the latest line alone, so its first is only
 * the first that was looked at.
 */
const TOOK = sql`case when from_office is not null and since > first_event_at then since - first_event_at end`;

/** Rolls up the days of parcels that have changed, and counts those still on their way. Run in a transaction. */
export async function rollUpParcels(tx: Queries): Promise<void> {
  const changed = await tx.execute<{ day: string }>(sql`
    with taken as (delete from changed_parcel_days returning day) select distinct day::text from taken`);
  const days = daysOf(changed.map(({ day }) => day));
  await tx.execute(sql`delete from parcel_roll_ups where day = any(${days})`);
  await tx.execute(sql`
    insert into parcel_roll_ups (day, outcome, carrier, from_office, to_office, hours, parcels, first_attempt, minutes)
    select counted_on, status, carrier, ${office('from_office')}, ${office('to_office')}, hours, count(*),
           count(*) filter (where status = 'delivered' and failed_attempts = 0), sum(minutes)
    from (select *, case when status = 'delivered' then coalesce(floor(extract(epoch from took) / 3600), -1) else -1 end as hours,
            case when status = 'delivered' then coalesce(round(extract(epoch from took) / 60), 0) else 0 end as minutes
          from (select *, ${TOOK} as took from parcels where counted_on = any(${days})) counted) told
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
