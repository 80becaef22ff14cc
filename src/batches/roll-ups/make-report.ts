import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Database, Queries } from '../../db/database.ts';
import { parcelReport } from './parcel-report.ts';
import type { DayLine, Report } from './report.ts';
import { rollUp } from './roll-up.ts';
import { taskReport } from './task-report.ts';

export interface Period {
  /** Null: all there is. */
  from: Date | null;
  /** Without it. */
  to: Date;
}

/** What there was in a time, up to the moment: what has changed since the last roll-up is rolled up first. */
export async function makeReport(database: Pick<Database, 'db'>, period: Period): Promise<Report> {
  await rollUp(database);
  return readReport(database, period);
}

/** What there was in a time, by the last roll-up. Hours that begin within it count, of parcels whole days. */
export function readReport({ db }: Pick<Database, 'db'>, { from, to }: Period): Promise<Report> {
  return db.transaction(
    async (tx) => {
      const since = sql`${from?.toISOString() ?? '-infinity'}::timestamptz`;
      const until = sql`${to.toISOString()}::timestamptz`;
      const which = rollUpsOf(since, until);
      const days = sql`day >= (${since} at time zone 'Asia/Tokyo')::date
        and day < (${until} at time zone 'Asia/Tokyo')`;
      return {
        from: from?.toISOString() ?? null,
        to: to.toISOString(),
        ...(await taskReport(tx, which)),
        days: await dayLines(tx, which, days),
        ...(await parcelReport(tx, days)),
      };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

/** Whole days, and the hours before the first and after the last of them. */
function rollUpsOf(since: SQL, until: SQL): SQL {
  const firstDay = sql`date_trunc('day', ${since} + interval '1 day' - interval '1 microsecond', 'Asia/Tokyo')`;
  const endDay = sql`date_trunc('day', ${until}, 'Asia/Tokyo')`;
  return sql`((grain = 'day' and at >= ${firstDay} and at < ${endDay})
    or (grain = 'hour' and at >= ${since} and at < ${until} and not (at >= ${firstDay} and at < ${endDay})))`;
}

/** Every day that has anything. */
function dayLines(queries: Queries, which: SQL, days: SQL): Promise<DayLine[]> {
  const valueOf = (condition: string) =>
    sql.raw(`coalesce(sum(value) filter (where ${condition}), 0)::float8`);
  return queries.execute<DayLine & Record<string, unknown>>(sql`
    with told as (
      select (at at time zone 'Asia/Tokyo')::date as day, figure, part, value from roll_ups where ${which}
      union all select day, outcome, '-', parcels from parcel_roll_ups where ${days}
      union all select day, 'first-attempt', '-', first_attempt from parcel_roll_ups where ${days})
    select day::text, ${valueOf(`figure = 'batches'`)} as batches, ${valueOf(`figure = 'rows'`)} as rows,
           ${valueOf(`figure = 'rows' and part = 'completed'`)} as completed,
           ${valueOf(`figure = 'rows' and part = 'failed'`)} as failed,
           ${valueOf(`figure = 'rows' and part = 'invalid'`)} as invalid,
           ${valueOf(`figure = 'answered' and part = 'record'`)} as "fromRecord",
           ${valueOf(`figure = 'answered' and part = 'hand'`)} as "byHand",
           ${valueOf(`figure = 'calls-saved'`)} as "callsSaved", ${valueOf(`figure = 'calls'`)} as calls,
           ${valueOf(`figure = 'requests'`)} as requests, ${valueOf(`figure = 'delivered' and part = '-'`)} as delivered,
           ${valueOf(`figure = 'first-attempt'`)} as "firstAttempt", ${valueOf(`figure = 'returned'`)} as returned
    from told group by day order by day`);
}
