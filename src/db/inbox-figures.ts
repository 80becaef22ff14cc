import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { DUE } from './inbox.ts';

/** The inbox of the last hour; times in seconds. */
export interface InboxFigures {
  /** How many were told by a webhook, or found by asking (`check`), and what became of them; null: unread. */
  told: { source: 'webhook' | 'check'; outcome: string | null; count: number }[];
  /** From a webhook to its job's results in the database: the median, the 95th percentile, the longest; null: none was. */
  delaysS: [number, number, number] | null;
  /** For how long the oldest one that may be read now has been unread; 0: none is. */
  unreadS: number;
}

/** However many came, so many of the latest are looked at: the figures cost the same in a burst. */
const LATEST = 5_000;

const LATELY = sql`lately as (
  select * from (select * from notifications order by id desc limit ${LATEST}) latest
  where received_at > clock_timestamp() - interval '1 hour')`;

/** Of the latest notifications alone, since the table keeps sixty days and has no index on time. */
export async function inboxFigures(queries: Queries): Promise<InboxFigures> {
  const told = await queries.execute<InboxFigures['told'][number]>(sql`
    with ${LATELY} select source, outcome, count(*)::int as count from lately group by 1, 2`);
  const [rest] = await queries.execute<Omit<InboxFigures, 'told'> & Record<string, unknown>>(sql`
    with ${LATELY}, delays as (
      select greatest(0, extract(epoch from j.finished_at - min(n.received_at))) as s
      from lately n join jobs j on j.id = n.job_id
      where n.source = 'webhook' and n.outcome = 'processed' and j.finished_at is not null group by j.id)
    select (select percentile_cont(array[0.5, 0.95, 1]) within group (order by s) from delays) as "delaysS",
           coalesce((select max(extract(epoch from clock_timestamp() - greatest(n.received_at, j.read_after)))
             from notifications n join jobs j on j.id = n.job_id
             where ${DUE}), 0)::float8 as "unreadS"`);
  if (rest === undefined) throw new TypeError('a select returned no row');
  return { told, ...rest };
}
