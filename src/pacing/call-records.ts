import { and, desc, eq, isNotNull, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { carrierRequests } from '../db/schema.ts';

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
