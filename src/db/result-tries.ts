import { eq, sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { jobs } from './schema.ts';

/** A job's results are begun to be read: counted first, for what kills its reader. Gives the how manieth try it is. */
export async function beginReading(queries: Queries, jobId: number): Promise<number> {
  const [begun] = await queries
    .update(jobs)
    .set({ resultTries: sql`${jobs.resultTries} + 1`, readAfter: null })
    .where(eq(jobs.id, jobId))
    .returning({ tries: jobs.resultTries });
  return begun?.tries ?? 0;
}

/** The try came to its end: the next one begins to count anew. */
export async function endReading(queries: Queries, jobId: number): Promise<void> {
  await queries.update(jobs).set({ resultTries: 0 }).where(eq(jobs.id, jobId));
}

/** A call has to wait: no try. */
export async function readLater(queries: Queries, jobId: number, waitMs: number): Promise<void> {
  await queries
    .update(jobs)
    .set({ resultTries: 0, readAfter: sql`clock_timestamp() + ${`${waitMs} milliseconds`}::interval` })
    .where(eq(jobs.id, jobId));
}

/** The try failed; the next one comes in `waitMs`. */
export async function readAgain(queries: Queries, jobId: number, waitMs: number): Promise<void> {
  await queries
    .update(jobs)
    .set({ readAfter: sql`clock_timestamp() + ${`${waitMs} milliseconds`}::interval` })
    .where(eq(jobs.id, jobId));
}
