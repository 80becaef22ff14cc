import { eq, sql } from 'drizzle-orm';
import { jsonList } from './any-of.ts';
import type { Queries } from './database.ts';
import { keptDownloads } from './schema.ts';

/** The CSV of a job, kept until its results are in the database; null: it is still to be downloaded. */
export async function keptDownload(queries: Queries, jobId: number): Promise<Buffer | null> {
  const kept = await queries.query.keptDownloads.findFirst({ where: eq(keptDownloads.jobId, jobId) });
  return kept?.csv ?? null;
}

/** Larger ones by themselves: as text they take twice their size. */
const SMALL_BYTES = 1_000_000;

interface Download {
  jobId: number;
  csv: Buffer;
}

export async function keepDownloads(queries: Queries, downloads: readonly Download[]): Promise<void> {
  const isSmall = ({ csv }: Download) => csv.length < SMALL_BYTES;
  const small = downloads
    .filter(isSmall)
    .map(({ jobId, csv }) => ({ job: jobId, csv: csv.toString('base64') }));
  await queries.execute(sql`
    insert into kept_downloads (job_id, csv) select job, decode(csv, 'base64')
    from jsonb_to_recordset(${jsonList(small)}) as small(job bigint, csv text) on conflict do nothing`);
  for (const download of downloads)
    if (!isSmall(download)) await queries.insert(keptDownloads).values(download).onConflictDoNothing();
}

export async function dropDownload(queries: Queries, jobId: number): Promise<void> {
  await queries.delete(keptDownloads).where(eq(keptDownloads.jobId, jobId));
}
