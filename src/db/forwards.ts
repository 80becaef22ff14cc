import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { forwards } from './forward-schema.ts';

/** A notification of another system's job, as it came. */
export interface Forward {
  notificationId: number;
  contentType: string;
  body: Buffer;
}

/** Longer than a try takes: two processes at work send each once. */
const IN_HAND = sql`interval '15 seconds'`;

/** Keeps a stored notification to be forwarded. */
export async function insertForward(queries: Queries, forward: Forward): Promise<void> {
  await queries.insert(forwards).values(forward);
}

/** Takes the oldest that waits in hand; null: none does, or each was tried a moment ago. */
export async function nextForward(queries: Queries): Promise<Forward | null> {
  const [taken] = await queries
    .update(forwards)
    .set({ tryAfter: sql`clock_timestamp() + ${IN_HAND}` })
    .where(
      sql`${forwards.notificationId} = (select notification_id from forwards
        where ended_at is null and try_after <= clock_timestamp()
        order by notification_id limit 1 for update skip locked)`,
    )
    .returning();
  if (taken === undefined || taken.body === null) return null;
  return { ...taken, body: taken.body };
}

/** It was taken, which the notification says then, or with `error` refused for good. */
export async function endForward(
  queries: Queries,
  notificationId: number,
  error: string | null,
): Promise<void> {
  await queries.execute(sql`
    with ended as (
      update forwards set ended_at = clock_timestamp(), body = null, error = ${error}
      where notification_id = ${notificationId} returning notification_id)
    update notifications set outcome = 'forwarded' from ended
    where id = notification_id and job_id is null and ${error}::text is null`);
}

/** How many wait since longer than a minute, and how many were refused within a week. */
export async function forwardTrouble(queries: Queries): Promise<{ waiting: number; refused: number }> {
  const [found] = await queries.execute<{ waiting: number; refused: number }>(sql`
    select count(*) filter (where ended_at is null and received_at < now() - interval '1 minute')::int as waiting,
           count(*) filter (where error is not null and ended_at > now() - interval '7 days')::int as refused
    from forwards join notifications on notifications.id = notification_id`);
  return found ?? { waiting: 0, refused: 0 };
}
