import { and, desc, eq, isNull, or, sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import type { Job } from './jobs.ts';
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
  const about = await jobOf(queries, notification);
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
  if (about !== undefined) return stored;
  // Its publish may have come back between the look and the insert: then nobody else brings the two together.
  const late = await jobOf(queries, notification);
  if (late === undefined) return stored;
  const found = { batchId: late.batchId, jobId: late.id, outcome: null };
  await queries
    .update(notifications)
    .set(found)
    .where(and(eq(notifications.id, stored.id), isNull(notifications.jobId)));
  return { ...stored, ...found };
}

/**
 * Brings together a job and what was told of its scraping job before that was known to be its own. To be called once it
 * is: after the transaction, since what comes later than this looks by itself.
 */
export async function adoptNotifications(
  queries: Queries,
  { id: jobId, batchId }: Pick<Job, 'id' | 'batchId'>,
  scrapingJobId: number,
): Promise<void> {
  await queries
    .update(notifications)
    .set({ batchId, jobId, outcome: null })
    .where(and(isNull(notifications.jobId), eq(notifications.scrapingJobId, scrapingJobId)));
}

function jobOf(queries: Queries, { customId, scrapingJobId }: NewNotification) {
  return queries.query.jobs.findFirst({
    where: or(eq(jobs.customId, customId ?? ''), eq(jobs.scrapingJobId, scrapingJobId)),
    orderBy: [desc(eq(jobs.customId, customId ?? '')), desc(jobs.id)],
  });
}

/** Unread, and the job it is about may be read now. */
const DUE = sql`n.outcome is null and n.batch_id is not null
  and (j.read_after is null or j.read_after <= clock_timestamp())`;

/** Jobs of a batch whose notifications are to be read now, the oldest first. */
export async function unreadJobs(queries: Queries, batchId: string, limit: number): Promise<number[]> {
  const found = await queries.execute<{ jobId: number }>(sql`
    select n.job_id::float8 as "jobId" from notifications n join jobs j on j.id = n.job_id
    where n.batch_id = ${batchId} and ${DUE} group by n.job_id order by min(n.id) limit ${limit}`);
  return found.map(({ jobId }) => jobId);
}

/** Batches with notifications that nobody has read for longer than `olderThanMs`. */
export async function batchesWithUnread(queries: Queries, olderThanMs: number): Promise<string[]> {
  const found = await queries.execute<{ batchId: string }>(sql`
    select distinct n.batch_id as "batchId" from notifications n join jobs j on j.id = n.job_id
    where ${DUE} and n.received_at <= clock_timestamp() - ${`${olderThanMs} milliseconds`}::interval`);
  return found.map(({ batchId }) => batchId);
}

/** Notifications that nobody read within a minute, and of a week those of unknown jobs, or that disagreed with theirs. */
export async function inboxTrouble(
  queries: Queries,
): Promise<{ unread: number; unknown: number; disagree: number }> {
  const [found] = await queries.execute<{ unread: number; unknown: number; disagree: number }>(sql`
    select (select count(*)::int from notifications n join jobs j on j.id = n.job_id
             where ${DUE} and n.received_at < clock_timestamp() - interval '1 minute') as unread,
           count(*) filter (where outcome = 'unknown job')::int as unknown,
           count(*) filter (where outcome = 'disagrees')::int as disagree
    from notifications where received_at > clock_timestamp() - interval '7 days'`);
  return found ?? { unread: 0, unknown: 0, disagree: 0 };
}

/** The newest notification of a job: what it said last. */
export async function latestNotification(queries: Queries, jobId: number): Promise<Notification | null> {
  const found = await queries.query.notifications.findFirst({
    where: eq(notifications.jobId, jobId),
    orderBy: desc(notifications.id),
  });
  return found ?? null;
}

/** Forgets what was told and read longer ago than `days`. Gives how many. */
export async function pruneNotifications(queries: Queries, days: number, limit: number): Promise<number> {
  const gone = await queries.execute(sql`
    delete from notifications where id in (select id from notifications
      where outcome is not null and received_at < now() - make_interval(days => ${days}) order by id limit ${limit})
    returning id`);
  return gone.length;
}

/** A notification whose job is gone is of no use to anybody. */
export async function settleOrphans(queries: Queries): Promise<void> {
  await queries.execute(sql`
    update notifications set outcome = 'unknown job'
    where outcome is null and batch_id is not null and not exists (select from jobs where jobs.id = job_id)`);
}
