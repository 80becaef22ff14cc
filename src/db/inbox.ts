import { and, asc, desc, eq, inArray, isNotNull, isNull, lte, or, sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { jobs, notifications } from './schema.ts';

export type Notification = typeof notifications.$inferSelect;

export interface NewNotification {
  source: 'webhook' | 'check';
  scrapingJobId: number;
  customId: string | null;
  sitemapId: number | null;
  status: string;
}

/**
 * Stores a notification and finds the job it is about; unknown ones are kept too. A custom_id is ours and one
 * attempt's alone; where no job has it the id of the scraping job tells, and the newest job of that id is meant.
 */
export async function storeNotification(
  queries: Queries,
  notification: NewNotification,
): Promise<Notification> {
  const about = await queries.query.jobs.findFirst({
    where: or(
      eq(jobs.customId, notification.customId ?? ''),
      eq(jobs.scrapingJobId, notification.scrapingJobId),
    ),
    orderBy: [desc(eq(jobs.customId, notification.customId ?? '')), desc(jobs.id)],
  });
  const [stored] = await queries
    .insert(notifications)
    .values({
      ...notification,
      batchId: about?.batchId ?? null,
      jobId: about?.id ?? null,
      outcome: about === undefined ? 'unknown job' : null,
    })
    .returning();
  if (stored === undefined) throw new TypeError('an insert returned no row');
  return stored;
}

/** What waits to be signalled to a batch, oldest first. */
export function undelivered(queries: Queries, batchId: string, limit: number): Promise<Notification[]> {
  return queries.query.notifications.findMany({
    where: and(eq(notifications.batchId, batchId), isNull(notifications.deliveredAt)),
    orderBy: asc(notifications.id),
    limit,
  });
}

/** Batches for which something waits longer than `olderThanMs`. */
export async function batchesWithUndelivered(queries: Queries, olderThanMs: number): Promise<string[]> {
  const found = await queries
    .selectDistinct({ batchId: notifications.batchId })
    .from(notifications)
    .where(
      and(
        isNotNull(notifications.batchId),
        isNull(notifications.deliveredAt),
        sql`${notifications.receivedAt} <= clock_timestamp() - ${`${olderThanMs} milliseconds`}::interval`,
      ),
    );
  return found.flatMap(({ batchId }) => (batchId === null ? [] : [batchId]));
}

export async function markDelivered(queries: Queries, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await queries
    .update(notifications)
    .set({ deliveredAt: sql`clock_timestamp()` })
    .where(inArray(notifications.id, [...ids]));
}

/** The newest notification of a job: what it said last. */
export async function latestNotification(queries: Queries, jobId: number): Promise<Notification | null> {
  const found = await queries.query.notifications.findFirst({
    where: eq(notifications.jobId, jobId),
    orderBy: desc(notifications.id),
  });
  return found ?? null;
}

/** Marks a job's notifications up to the one that was read; one that came meanwhile is still to be read. */
export async function settleNotifications(
  tx: Queries,
  jobId: number,
  outcome: string,
  read: Notification | null,
): Promise<void> {
  if (read === null) return;
  await tx
    .update(notifications)
    .set({ outcome: sql`coalesce(${notifications.outcome}, ${outcome})` })
    .where(and(eq(notifications.jobId, jobId), lte(notifications.id, read.id)));
}

/** Marks what was read of an ended batch's notifications as delivered; what came meanwhile is still to be read. */
export async function settleLateNotifications(queries: Queries, batchId: string): Promise<void> {
  await queries.execute(sql`
    update notifications set delivered_at = clock_timestamp()
    where batch_id = ${batchId} and delivered_at is null
      and (outcome is not null or not exists (select from jobs where jobs.id = job_id))`);
}
