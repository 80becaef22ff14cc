import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';

/** Deletes the record of calls older than `days`, at most `limit` at a time. Gives how many. */
export async function pruneCalls(queries: Queries, days: number, limit: number): Promise<number> {
  const gone = await queries.execute(sql`
    delete from calls where id in (select id from calls
      where started_at < now() - make_interval(days => ${days}) and expires_at < now()
      order by started_at limit ${limit}) returning id`);
  return gone.length;
}
