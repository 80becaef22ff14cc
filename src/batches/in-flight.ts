import { sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';

/** Jobs of a batch whose answers are still to come, and when the last of them is expected; null: none is. */
export interface InFlight {
  jobs: number;
  lastAt: string | null;
}

/** `jobMs`: how long a job takes. One that is late is expected any moment. */
export async function inFlight(queries: Queries, batchId: string, jobMs: number): Promise<InFlight> {
  const [found] = await queries.execute<{ jobs: number; lastMs: number | null }>(sql`
    select count(*)::int as jobs, (extract(epoch from greatest(clock_timestamp(),
      max(coalesce(published_at, intent_at)) + ${Math.round(jobMs)} * interval '1 millisecond')) * 1000)::float8 as "lastMs"
    from jobs where batch_id = ${batchId} and state in ('publishing', 'published', 'incomplete')`);
  const { jobs = 0, lastMs = null } = found ?? {};
  return { jobs, lastAt: jobs === 0 || lastMs === null ? null : new Date(lastMs).toISOString() };
}
