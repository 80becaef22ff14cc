import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';

/** All batches that have not ended, together. Times in seconds, 0 where there is none. */
export interface OpenBatches {
  running: number;
  paused: number;
  /** Their rows by state. */
  rows: Readonly<Record<'pending' | 'published' | 'redirected' | 'completed' | 'failed' | 'invalid', number>>;
  /** Their completed rows that no writeback has dealt with. */
  unwritten: number;
  pendingJobs: number;
  inFlightJobs: number;
  /** Since when the one that waits longest waits for its workbook to be read. */
  readingS: number;
  /** For how long no figure of the running one that stands still longest has changed. */
  stillS: number;
}

/**
 * What is under way. A batch's last change is told by its revision, which is never less than that moment's time in
 * milliseconds.
 */
export async function openBatches(queries: Queries): Promise<OpenBatches> {
  const [found] = await queries.execute<OpenBatches & Record<string, unknown>>(sql`
    select count(*) filter (where b.state = 'running')::int as running,
           count(*) filter (where b.state = 'paused')::int as paused,
           json_build_object('pending', coalesce(sum(f.pending), 0), 'published', coalesce(sum(f.published), 0),
             'redirected', coalesce(sum(f.redirected), 0), 'completed', coalesce(sum(f.completed), 0),
             'failed', coalesce(sum(f.failed), 0), 'invalid', coalesce(sum(f.invalid), 0)) as rows,
           coalesce(sum(f.unwritten), 0)::int as unwritten,
           coalesce(sum(f.pending_jobs), 0)::int as "pendingJobs",
           coalesce(sum(f.in_flight_jobs), 0)::int as "inFlightJobs",
           coalesce(max(extract(epoch from clock_timestamp() - b.started_at))
             filter (where b.sheet is null), 0)::float8 as "readingS",
           coalesce(max(greatest(0, extract(epoch from clock_timestamp()) - greatest(f.revision / 1000.0, extract(epoch from b.opened_at))))
             filter (where b.state = 'running'), 0)::float8 as "stillS"
    from batches b join batch_figures f on f.batch_id = b.id where b.finished_at is null and not b.is_round`);
  if (found === undefined) throw new TypeError('a select returned no row');
  return found;
}

/** Batches that ended within a day, by how. */
export function endedLately(queries: Queries): Promise<{ state: string; batches: number }[]> {
  return queries.execute<{ state: string; batches: number }>(sql`
    select state, count(*)::int as batches from batches
    where finished_at > clock_timestamp() - interval '1 day' and not is_round group by state`);
}
