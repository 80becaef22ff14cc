import { sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { BARRIER } from './carrier-clock.ts';

/** Calls of a job that met a failing network or server, since one last came through. */
export async function failedCalls(
  queries: Queries,
  jobId: number,
  kind: 'download' | 'check',
): Promise<number> {
  const [count] = await queries.execute<{ n: number }>(sql`
    with own as (select id, http_status is null or http_status >= 500 as failed from calls
                 where job_id = ${jobId} and kind = ${kind} and finished_at is not null)
    select count(*)::int as n from own
    where failed and id > coalesce((select max(id) from own where not failed), 0)`);
  return count?.n ?? 0;
}

/** Whether anything was published within the hour. */
export async function publishedLately(queries: Queries): Promise<boolean> {
  const found = await queries.execute(sql`
    select 1 from calls where kind = 'publish' and started_at > clock_timestamp() - interval '1 hour' limit 1`);
  return found.length > 0;
}

/**
 * A job's requests that count against it: how many, and why its latest gave no results. Barriers are the carrier's state,
 * unless others are answered while this job meets them: then those between two such answers count as one.
 */
export async function failedRequests(
  queries: Queries,
  jobId: number,
): Promise<{ tries: number; error: string }> {
  const [failed] = await queries.execute<{ tries: number; error: string }>(sql`
    with failed as (
      select id, error, starts_with(error, ${BARRIER}) as barred,
        (select min(answered.id) from carrier_requests answered where answered.carrier = own.carrier
          and answered.id > own.id and answered.finished_at is not null and answered.error is null) as answered_id
      from carrier_requests own where job_id = ${jobId} and error is not null)
    select (count(*) filter (where not barred) + count(distinct answered_id) filter (where barred))::int as tries,
      coalesce((array_agg(case when barred then substr(error, ${BARRIER.length + 1}::int) else error end
        order by id desc))[1], '') as error
    from failed`);
  return failed ?? { tries: 0, error: '' };
}

/** Deletes the record of requests older than `days`, the pages kept with them after `pageDays`. Gives how many. */
export async function pruneRequests(queries: Queries, days: number, pageDays: number): Promise<number> {
  const before = (count: number) => sql`started_at < now() - make_interval(days => ${count})`;
  await queries.execute(
    sql`update carrier_requests set page = null where page is not null and ${before(pageDays)}`,
  );
  const gone = await queries.execute(sql`delete from carrier_requests where ${before(days)} returning id`);
  return gone.length;
}

/** Deletes the record of calls older than `days`, at most `limit` at a time. Gives how many. */
export async function pruneCalls(queries: Queries, days: number, limit: number): Promise<number> {
  const gone = await queries.execute(sql`
    delete from calls where id in (select id from calls
      where started_at < now() - make_interval(days => ${days}) and expires_at < now()
      order by started_at limit ${limit}) returning id`);
  return gone.length;
}
