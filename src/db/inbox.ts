import { desc, getTableColumns, sql } from 'drizzle-orm';
import { anyOf, jsonList } from './any-of.ts';
import type { Queries } from './database.ts';
import { jobs, notifications } from './schema.ts';
import { storable } from '../text.ts';

export type Notification = typeof notifications.$inferSelect;

export interface NewNotification {
  source: 'webhook' | 'check';
  scrapingJobId: number;
  customId: string | null;
  sitemapId: number | null;
  status: string;
}

/** A notification as it was stored; without a batch and a job: of none that is known. */
export type StoredNotification = Pick<
  Notification,
  'id' | 'scrapingJobId' | 'customId' | 'batchId' | 'jobId'
>;

/**
 * Stores notifications, in their order, and finds the jobs they are about; unknown ones are kept too. A custom_id is ours
 * and one attempt's alone; where no job has it the id of the scraping job tells, and the newest job of that id is meant.
 */
export async function storeNotifications(
  queries: Queries,
  told: readonly NewNotification[],
): Promise<StoredNotification[]> {
  const list = told.map((each, place) => ({
    ...each,
    place,
    customId: each.customId === null ? null : storable(each.customId),
    status: storable(each.status),
  }));
  const stored = await queries.execute<StoredNotification>(sql`
    insert into notifications (source, scraping_job_id, custom_id, sitemap_id, status, batch_id, job_id, outcome)
    select source, "scrapingJobId", "customId", "sitemapId", status, job.batch_id, job.id,
      case when job.id is null then 'unknown job' end
    from jsonb_to_recordset(${jsonList(list)}) as told(place int,
      source text, "scrapingJobId" bigint, "customId" text, "sitemapId" bigint, status text)
    left join lateral ${JOB_OF_TOLD} on true order by place
    returning id::float8, scraping_job_id::float8 as "scrapingJobId", custom_id as "customId",
      batch_id as "batchId", job_id::float8 as "jobId"`);
  const unknown = stored.filter(({ jobId }) => jobId === null);
  if (unknown.length === 0) return stored;
  // Its publish may have come back between the look and the insert: then nobody else brings the two together.
  const late = await queries.execute<StoredNotification>(sql`
    update notifications set batch_id = job.batch_id, job_id = job.id, outcome = null
    from jsonb_to_recordset(${jsonList(unknown)}) as told(id bigint, "scrapingJobId" bigint, "customId" text)
    cross join lateral ${JOB_OF_TOLD}
    where notifications.id = told.id and notifications.job_id is null
    returning notifications.id::float8, scraping_job_id::float8 as "scrapingJobId", custom_id as "customId",
      notifications.batch_id as "batchId", notifications.job_id::float8 as "jobId"`);
  const lateOf = new Map(late.map((found) => [found.id, found]));
  return stored.map((each) => lateOf.get(each.id) ?? each);
}

/** The job that `told` is about. */
const JOB_OF_TOLD = sql`(select id, batch_id from jobs
  where custom_id = told."customId" or scraping_job_id = told."scrapingJobId"
  order by (custom_id = told."customId") is true desc, id desc limit 1) job`;

/**
 * Brings together jobs and what was told of their scraping jobs before those were known to be their own. To be called once
 * they are: after the transaction, since what comes later than this looks by itself.
 */
export async function adoptNotifications(queries: Queries, jobIds: readonly number[]): Promise<void> {
  await queries.execute(sql`
    update notifications n set batch_id = jobs.batch_id, job_id = jobs.id, outcome = null from jobs
    where ${anyOf(jobs.id, jobIds)} and n.job_id is null and n.scraping_job_id = jobs.scraping_job_id`);
}

/** Of a notification `n` of job `j`: it is unread, and the job may be read now. */
export const DUE = sql`n.outcome is null and n.batch_id is not null
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

/** A page takes Web Scraper Cloud a minute or two: a longer silence, in seconds, is worth a look. */
export const SILENT_AFTER_S = 300;

/** How webhooks come. */
export interface WebhookSilence {
  /** Jobs that are at work at Web Scraper Cloud. */
  waiting: number;
  /** When a webhook last came; null: never. */
  lastAt: Date | null;
  /** For how long jobs have been at work without a single webhook, in seconds; 0: none is at work. */
  silenceS: number;
}

export async function webhookSilence(queries: Queries): Promise<WebhookSilence> {
  const [found] = await queries.execute<{ waiting: number; lastMs: number | null; silenceS: number }>(sql`
    select waiting, (extract(epoch from last_at) * 1000)::float8 as "lastMs",
      coalesce(extract(epoch from clock_timestamp() - case when waiting > 0 then greatest(since, last_at) end),
        0)::float8 as "silenceS"
    from (select count(*)::int as waiting, min(published_at) as since from jobs
            where state = 'published' and carrier is null) at_work
      left join (select received_at as last_at from notifications
            where source = 'webhook' order by id desc limit 1) told on true`);
  const { waiting = 0, lastMs = null, silenceS = 0 } = found ?? {};
  return { waiting, lastAt: lastMs === null ? null : new Date(lastMs), silenceS };
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
