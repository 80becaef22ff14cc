import { sql } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import type { Happening } from '../story-event.ts';

interface Told extends Record<string, unknown> {
  batchId: string;
  asked: string;
  atMs: number;
  statusText: string | null;
  error: string | null;
}

/** What rounds of the re-query asked after the parcel that a row names, as long as they are on record. */
export async function roundStory(queries: Queries, rowId: number): Promise<Happening[]> {
  const told = await queries.execute<Told>(sql`
    with own as (select parcel_id from parcel_rows where row_id = ${rowId}),
    asking as (
      select row_id from round_rows where parcel_id = (select parcel_id from own)
      union select row_id from parcel_rows join round_rows using (row_id)
      where parcel_rows.parcel_id = (select parcel_id from own))
    select b.id as "batchId", coalesce(j.carrier, 'Web Scraper Cloud') as asked, r.status_text as "statusText", r.error,
           (extract(epoch from coalesce(r.completed_at, j.finished_at)) * 1000)::float8 as "atMs"
    from asking join rows r on r.id = asking.row_id
    join batches b on b.id = r.batch_id
    left join lateral (select jobs.* from job_rows jr join jobs on jobs.id = jr.job_id where jr.row_id = r.id
      order by jobs.id desc limit 1) j on true
    where r.state in ('completed', 'failed')
      and coalesce(r.completed_at, j.finished_at) is not null`);
  return told.map(({ batchId, asked, atMs, statusText, error }) => ({
    at: new Date(atMs),
    what: 'asked',
    details: `re-query ${batchId}: ${asked}: ${error ?? statusText ?? 'no state is told'}`,
  }));
}
