import { and, desc, eq, isNotNull, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { carrierRequests } from '../db/pacing-schema.ts';

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

/** A job's requests that gave no results: how many, and why the latest. */
export async function failedRequests(
  queries: Queries,
  jobId: number,
): Promise<{ tries: number; error: string }> {
  const failed = await queries
    .select({ error: carrierRequests.error })
    .from(carrierRequests)
    .where(and(eq(carrierRequests.jobId, jobId), isNotNull(carrierRequests.error)))
    .orderBy(desc(carrierRequests.id));
  return { tries: failed.length, error: failed[0]?.error ?? '' };
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
