import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import type { CancelOrder, PersonOrder } from './schema.ts';

/** What the database knows of a batch beside its counts: a run that was lost, or reset, goes by it. */
export interface Standing {
  /** The batch has ended: a run that finds it so was reset, or is a leftover. */
  ended: boolean;
  /** Who paused it; null: nobody. */
  paused: PersonOrder | null;
  /** Who wants no more of it; null: nobody. */
  cancelled: CancelOrder | null;
  /** Jobs whose notifications are to be read now, a hundred at most. */
  unread: number;
  /** When the next of those that have to wait may be read; null: none waits. */
  readInMs: number | null;
}

export const NEW_STANDING: Readonly<Standing> = {
  ended: false,
  paused: null,
  cancelled: null,
  unread: 0,
  readInMs: null,
};

export async function standingOf(queries: Queries, batchId: string): Promise<Standing> {
  const [found] = await queries.execute<Standing & Record<string, unknown>>(sql`
    with waiting as (
      select j.id, j.read_after from notifications n join jobs j on j.id = n.job_id
      where n.batch_id = ${batchId} and n.outcome is null group by j.id limit 100)
    select finished_at is not null as ended, paused, cancelled,
           (select count(*)::int from waiting
             where read_after is null or read_after <= clock_timestamp()) as unread,
           (select min(greatest(1, extract(epoch from read_after - clock_timestamp()) * 1000))::float8 from waiting
             where read_after > clock_timestamp()) as "readInMs"
    from batches where id = ${batchId}`);
  return found ?? { ...NEW_STANDING, ended: true };
}
