import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Queries } from './database.ts';

/** An index takes no longer ones; a carrier's names are shorter. */
const OFFICE_CHARACTERS = 100;

const office = (column: string) => sql.raw(`coalesce(left(${column}, ${OFFICE_CHARACTERS}), '')`);

/**
 * How long it took; null where it is not known: a page without offices tells the latest line alone, so its first is only
 * the first that was looked at.
 */
const TOOK = sql`case when from_office is not null and since > first_event_at then since - first_event_at end`;

/** What of `parcels`, a relation such as the table, counts on its day: in the columns of `gone_parcels`, in their order. */
export const parcelCounts = (parcels: SQL): SQL => sql`
  select counted_on, status, carrier, ${office('from_office')}, ${office('to_office')}, hours, count(*),
         count(*) filter (where status = 'delivered' and failed_attempts = 0), sum(minutes)
  from (select *, case when status = 'delivered' then coalesce(floor(extract(epoch from took) / 3600), -1) else -1 end as hours,
          case when status = 'delivered' then coalesce(round(extract(epoch from took) / 60), 0) else 0 end as minutes
        from (select *, ${TOOK} as took from ${parcels} where counted_on is not null) counted) told
  group by 1, 2, 3, 4, 5, 6`;

/** Removes the parcels `p` for which the condition holds; their days keep what they counted. Gives how many. */
export async function removeParcels(queries: Queries, which: SQL): Promise<number> {
  const gone = await queries.execute(sql`
    with gone as (delete from parcels p where ${which} returning p.*),
    kept as (
      insert into gone_parcels (day, outcome, carrier, from_office, to_office, hours, parcels, first_attempt, minutes)
      ${parcelCounts(sql`gone`)})
    select id from gone`);
  return gone.length;
}
