import { sql } from 'drizzle-orm';
import type { Database, Queries } from '../../db/database.ts';
import { rollUpBatches } from './batch-hours.ts';
import { rollUpCalls } from './call-hours.ts';
import { momentsOf } from './lists.ts';
import { rollUpParcels } from './parcel-days.ts';

/** Of no meaning but to be ours. */
const LOCK = 7279;

/**
 * Brings hours, days and parcels' days up to what is on record, and touches those alone that have changed since. May run
 * again, and at several places: one waits for the other. Gives how many hours were made anew.
 */
export function rollUp({ db }: Pick<Database, 'db'>): Promise<number> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${LOCK})`);
    const hours = [...(await rollUpBatches(tx)), ...(await rollUpCalls(tx))];
    await sumDays(tx, hours);
    await rollUpParcels(tx);
    return new Set(hours.map((hour) => hour.getTime())).size;
  });
}

/** Days are the sums of their hours. */
async function sumDays(tx: Queries, hours: readonly Date[]): Promise<void> {
  const days = await tx.execute<{ ms: number }>(sql`
    select distinct (extract(epoch from date_trunc('day', hour, 'Asia/Tokyo')) * 1000)::float8 as ms
    from unnest(${momentsOf(hours)}) hour`);
  const touched = momentsOf(days.map(({ ms }) => new Date(ms)));
  await tx.execute(sql`delete from roll_ups where grain = 'day' and at = any(${touched})`);
  await tx.execute(sql`
    insert into roll_ups (grain, at, task, figure, part, value)
    select 'day', day, h.task, h.figure, h.part, sum(h.value)
    from unnest(${touched}) day join roll_ups h on h.grain = 'hour' and h.at >= day and h.at < day + interval '24 hours'
    group by 2, 3, 4, 5`);
}
