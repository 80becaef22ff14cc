import { eq } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { keptDownloads } from './schema.ts';

/** The CSV of a job, kept until its results are in the database; null: it is still to be downloaded. */
export async function keptDownload(queries: Queries, jobId: number): Promise<Buffer | null> {
  const kept = await queries.query.keptDownloads.findFirst({ where: eq(keptDownloads.jobId, jobId) });
  return kept?.csv ?? null;
}

export async function keepDownloads(
  queries: Queries,
  downloads: readonly { jobId: number; csv: Buffer }[],
): Promise<void> {
  await queries
    .insert(keptDownloads)
    .values([...downloads])
    .onConflictDoNothing();
}

export async function dropDownload(queries: Queries, jobId: number): Promise<void> {
  await queries.delete(keptDownloads).where(eq(keptDownloads.jobId, jobId));
}
