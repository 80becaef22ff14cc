import { and, desc, eq, getTableColumns, isNull, sql } from 'drizzle-orm';
import { anyOf, jsonList } from './any-of.ts';
import type { Queries } from './database.ts';
import type { Job } from './jobs.ts';
import { notifications } from './schema.ts';

export type Notification = typeof notifications.$inferSelect;

export interface NewNotification {
  source: 'webhook' | 'check';
  scrapingJobId: number;
  customId: string | null;
  sitemapId: number | null;
  status: string;
}

/**
 * Stores notifications and finds the jobs they are about; unknown ones are kept too. A custom_id is ours and one
 * attempt's alone; where no job has it the id of the scraping job tells, and the newest job of that id is meant.
 */
export async function storeNotifications(
  queries: Queries,
  told: readonly NewNotification[],
): Promise<Notification[]> {
  const about = await jobsOf(queries, told);
  const stored = await queries
    .insert(notifications)
    .values(
      told.map((notification, index) => ({
        ...notification,
        batchId: about[index]?.batchId ?? null,
        jobId: about[index]?.id ?? null,
        outcome: about[index] === undefined ? 'unknown job' : null,
      })),
    )
    .returning();
  const unknown = stored.filter(({ jobId }) => jobId === null);
  if (unknown.length === 0) return stored;
  // Its publish may have come back between the look and the insert: then nobody else brings the two together.
  const late = await jobsOf(queries, unknown);
  for (const [index, notification] of unknown.entries()) {
    const job = late[index];
    if (job === undefined) continue;
    const found = { batchId: job.batchId, jobId: job.id, outcome: null };
    await queries
      .update(notifications)
      .set(found)
      .where(and(eq(notifications.id, notification.id), isNull(notifications.jobId)));
    Object.assign(notification, found);
  }
  return stored;
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

/** The job that each is about; undefined: none is known. */
async function jobsOf(
  queries: Queries,
  told: readonly Pick<NewNotification, 'customId' | 'scrapingJobId'>[],
): Promise<(Pick<Job, 'id' | 'batchId'> | undefined)[]> {
  const list = jsonList(
    told.map(({ customId, scrapingJobId }, place) => ({ place, customId, scrapingJobId })),
  );
  const found = await queries.execute<{ place: number; id: number; batchId: string }>(sql`
    select place, job.id::float8 as id, job.batch_id as "batchId"
    from jsonb_to_recordset(${list}) as told(place int, "customId" text, "scrapingJobId" bigint)
    cross join lateral (select id, batch_id from jobs
      where custom_id = "customId" or scraping_job_id = "scrapingJobId"
      order by (custom_id = "customId") is true desc, id desc limit 1) job`);
  const jobOf = new Map(found.map(({ place, ...job }) => [place, job]));
  return told.map((_, place) => jobOf.get(place));
}

/** Unread, and the job it is about may be read now. */
const DUE = sql`n.outcome is null and n.batch_id is not null
  and (j.read_after is null or j.read_after <= clock_timestamp())`;

/** Jobs of a batch whose notifications are to be read now, and how often that was begun; the oldest first. */
export function unreadJobs(
  queries: Queries,
  batchId: string,
  limit: number,
): Promise<{ jobId: number; tries: number }[]> {
  return queries.execute<{ jobId: number; tries: number }>(sql`
    select j.id::float8 as "jobId", j.result_tries as tries from notifications n join jobs j on j.id = n.job_id
    where n.batch_id = ${batchId} and ${DUE} group by j.id order by min(n.id) limit ${limit}`);
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

/** The newest notification of each job: what it said last. */
export function latestNotifications(
  queries: Queries,
  jobIds: readonly number[],
): Promise<(Notification & { jobId: number })[]> {
  return queries
    .selectDistinctOn([notifications.jobId], {
      ...getTableColumns(notifications),
      jobId: sql<number>`${notifications.jobId}::float8`,
    })
    .from(notifications)
    .where(anyOf(notifications.jobId, jobIds))
    .orderBy(notifications.jobId, desc(notifications.id));
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
