import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { anyText } from './any-of.ts';
import type { Queries } from './database.ts';
import { markPublished } from './jobs.ts';
import type { Job } from './jobs.ts';
import { batches, jobs } from './schema.ts';

/** What the account's list says of a job that this database has no scraping job for. */
export interface ListedJob {
  customId: string;
  scrapingJobId: number;
  createdMs: number | null;
}

/**
 * Up to when the database certainly knows what was published: its latest publish, or its oldest one in doubt. By
 * publishes alone: notifications, checks and new batches come to a restored database, too. Null: it knows of none.
 */
export async function knownUntil(queries: Queries): Promise<Date | null> {
  const [found] = await queries.execute<{ ms: number | null }>(sql`
    select (extract(epoch from least(
      (select max(started_at) from calls where kind = 'publish'),
      (select min(intent_at) from jobs where state = 'publishing'))) * 1000)::float8 as ms`);
  return found?.ms == null ? null : new Date(found.ms);
}

export async function jobsNamed(queries: Queries, customIds: readonly string[]): Promise<Map<string, Job>> {
  const found = await queries.query.jobs.findMany({ where: anyText(jobs.customId, customIds) });
  return new Map(found.map((job) => [job.customId, job]));
}

/** Of these ids those of batches, and whether each has ended. */
export async function batchesNamed(
  queries: Queries,
  ids: readonly string[],
): Promise<Map<string, { ended: boolean }>> {
  const found = await queries
    .select({ id: batches.id, finishedAt: batches.finishedAt })
    .from(batches)
    .where(anyText(batches.id, ids));
  return new Map(found.map(({ id, finishedAt }) => [id, { ended: finishedAt !== null }]));
}

/** Publishes that were begun and have no answer. */
export function unansweredJobs(queries: Queries): Promise<Job[]> {
  return queries.query.jobs.findMany({ where: eq(jobs.state, 'publishing') });
}

/** A job that waits here was published: it is in flight, as if its own publish had just been answered. The batch is taken. */
export async function adoptListed(
  tx: Queries,
  job: Job,
  { scrapingJobId, createdMs }: ListedJob,
  deadlineMs: number,
): Promise<void> {
  const made = createdMs === null ? sql`clock_timestamp()` : new Date(createdMs);
  const isOpen = sql`exists (select from batches where id = ${jobs.batchId} and finished_at is null)`;
  const begun = await tx
    .update(jobs)
    .set({ state: 'publishing', intentAt: made, publishedAt: made, owesDownload: isOpen })
    .where(and(eq(jobs.id, job.id), inArray(jobs.state, ['pending', 'publishing'])));
  if (begun.count > 0) await markPublished(tx, job, scrapingJobId, deadlineMs);
}

/** No call is kept any more for a job's download. */
export async function owesNothing(tx: Queries, jobId: number): Promise<void> {
  await tx.update(jobs).set({ owesDownload: false }).where(eq(jobs.id, jobId));
}

/**
 * Takes the name of a job whose rows nobody knows here: no other is published under it, and what is told of it is not
 * taken for another's. The batch is taken.
 */
export async function takeName(
  tx: Queries,
  listed: ListedJob,
  job: Pick<typeof jobs.$inferInsert, 'batchId' | 'task' | 'sitemapId' | 'redirectOf' | 'error'> & {
    seq: number | null;
  },
): Promise<void> {
  const next = sql`(select coalesce(max(seq), 0) + 1 from jobs where batch_id = ${job.batchId})`;
  await tx
    .insert(jobs)
    .values({
      ...job,
      seq: job.seq ?? next,
      customId: listed.customId,
      scrapingJobId: listed.scrapingJobId,
      subjects: [],
      state: 'failed',
      finishedAt: sql`clock_timestamp()`,
    })
    .onConflictDoNothing();
}

/** Of these workflows those of batches. */
export async function knownWorkflows(queries: Queries, workflowIds: readonly string[]): Promise<Set<string>> {
  const found = await queries
    .select({ workflowId: batches.workflowId })
    .from(batches)
    .where(anyText(batches.workflowId, workflowIds));
  return new Set(found.map(({ workflowId }) => workflowId));
}

/** Runs that remember what was before the restore believe the database again: its answers count as newer than theirs. */
export async function raiseRevisions(queries: Queries, alsoWorkflows: readonly string[]): Promise<void> {
  await queries.execute(sql`
    update batch_figures set revision = greatest(revision + 1, (extract(epoch from clock_timestamp()) * 1000)::bigint)
    where batch_id in (select id from batches where ${isNull(batches.finishedAt)}
      or ${anyText(batches.workflowId, alsoWorkflows)})`);
}
