import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';

/** Marks what was read of an ended batch's notifications as delivered; what came meanwhile is still to be read. */
export async function settleLateNotifications(queries: Queries, batchId: string): Promise<void> {
  await queries.execute(sql`
    update notifications set delivered_at = clock_timestamp()
    where batch_id = ${batchId} and delivered_at is null
      and (outcome is not null or not exists (select from jobs where jobs.id = job_id))`);
}
