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

/** A system that answers again has all that waited before long, and one that does not is left in peace. */
const LONGEST_PUT_OFF = sql`interval '10 minutes'`;

/** Keeps a stored notification to be forwarded. */
export async function insertForward(queries: Queries, forward: Forward): Promise<void> {
  await queries.insert(forwards).values(forward);
}

/** Takes the one that is due first in hand; null: none waits, or each was tried a while ago. */
export async function nextForward(queries: Queries): Promise<Forward | null> {
  const [taken] = await queries
    .update(forwards)
    .set({ tryAfter: sql`clock_timestamp() + ${IN_HAND}` })
    .where(
      sql`${forwards.notificationId} = (select notification_id from forwards
        where ended_at is null and try_after <= clock_timestamp()
        order by try_after, notification_id limit 1 for update skip locked)`,
    )
    .returning();
  if (taken === undefined || taken.body === null) return null;
  return { ...taken, body: taken.body };
}

/** It was not taken: tried again after a tenth of the time it has waited, within these bounds, behind those due by then. */
export async function putOffForward(queries: Queries, notificationId: number): Promise<void> {
  await queries.execute(sql`
    update forwards set try_after = clock_timestamp() + greatest(${IN_HAND}, least(${LONGEST_PUT_OFF},
      (clock_timestamp() - (select received_at from notifications where id = notification_id)) / 10))
    where notification_id = ${notificationId}`);
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
