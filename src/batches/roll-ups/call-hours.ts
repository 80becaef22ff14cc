import { sql } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { CALL_FIGURES } from './figures.ts';
import { listOf } from './lists.ts';

/** Up to here delays are told to the second, beyond it to the minute. */
const TO_THE_SECOND_S = 120;

/** Seconds, or minutes in seconds, rounded up. */
const DELAY = sql`(case when s <= ${TO_THE_SECOND_S} then ceil(s) else ceil(s / 60) * 60 end)::bigint::text`;

/**
 * Rolls up calls, requests to carriers and webhook delays, from the hour before the last that has any on: nothing is written
 * down later than an hour after it began. Gives the hours that were made anew. Run in a transaction.
 */
export async function rollUpCalls(tx: Queries): Promise<Date[]> {
  const figures = listOf(CALL_FIGURES);
  const [last] = await tx.execute<{ since: string | null }>(sql`
    select (max(at) - interval '1 hour')::text as since from roll_ups where grain = 'hour' and figure in ${figures}`);
  const since = sql`${last?.since ?? '-infinity'}::timestamptz`;
  // Of what is older some may have been pruned since it was counted.
  await tx.execute(sql`
    delete from roll_ups where grain = 'hour' and figure in ${figures} and at >= ${since} and at > now() - interval '1 day'`);
  const made = await tx.execute<{ ms: number }>(sql`
    with made as (
      select date_trunc('hour', c.started_at, 'UTC') as hour, coalesce(j.task, '') as task, 'calls' as figure, c.kind as part
      from calls c left join jobs j on j.id = c.job_id where c.started_at between ${since} and now()
      union all
      select date_trunc('hour', q.started_at, 'UTC'), coalesce(j.task, ''), 'requests', q.carrier
      from carrier_requests q left join jobs j on j.id = q.job_id where q.started_at between ${since} and now()
      union all
      select date_trunc('hour', finished_at, 'UTC'), task, 'webhook-delay', ${DELAY} from (
        select j.finished_at, j.task, greatest(0, extract(epoch from j.finished_at - told.at)) as s
        from jobs j cross join lateral (select min(n.received_at) as at from notifications n
          where n.job_id = j.id and n.source = 'webhook' and n.outcome = 'processed') told
        where j.finished_at between ${since} and now() and j.state in ('completed', 'redirected') and told.at is not null) delays),
    kept as (
      insert into roll_ups (grain, at, task, figure, part, value)
      select 'hour', hour, task, figure, part, count(*) from made group by 2, 3, 4, 5
      on conflict (grain, at, task, figure, part) do update set value = greatest(roll_ups.value, excluded.value))
    select distinct (extract(epoch from hour) * 1000)::float8 as ms from made`);
  return made.map(({ ms }) => new Date(ms));
}
