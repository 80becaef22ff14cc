import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { batches, jobs } from './schema.ts';

/** Published jobs of running batches whose webhook is overdue, the longest overdue first. */
export async function overdueJobs(queries: Queries, limit: number) {
  return queries
    .select({
      id: jobs.id,
      customId: jobs.customId,
      sitemapId: jobs.sitemapId,
      scrapingJobId: sql<number>`${jobs.scrapingJobId}`.mapWith(Number),
    })
    .from(jobs)
    .innerJoin(batches, eq(batches.id, jobs.batchId))
    .where(
      and(
        eq(jobs.state, 'published'),
        isNotNull(jobs.scrapingJobId),
        isNull(batches.finishedAt),
        sql`${jobs.deadlineAt} <= clock_timestamp()`,
      ),
    )
    .orderBy(jobs.deadlineAt)
    .limit(limit);
}

/** Still running, or not answered: to be asked after again a deadline later. */
export async function postponeDeadline(queries: Queries, jobId: number, deadlineMs: number): Promise<void> {
  await queries
    .update(jobs)
    .set({ deadlineAt: sql`clock_timestamp() + ${`${deadlineMs} milliseconds`}::interval` })
    .where(eq(jobs.id, jobId));
}
