import { sql } from 'drizzle-orm';
import { jsonList } from '../../db/any-of.ts';
import type { Queries } from '../../db/database.ts';
import { askedOf } from '../../db/jobs.ts';
import { withSitemap } from '../../settings/by-task.ts';
import type { Settings } from '../../settings/settings.ts';
import { taskByName } from '../../tasks/registry.ts';
import { insertRows } from '../import-rows.ts';
import { chunks, linkRows, ROWS_PER_INSERT } from '../plan-jobs.ts';
import { ADOPTED_ATTEMPT } from './known-jobs.ts';
import type { AdoptedRows } from './plan-adopted.ts';

/**
 * Writes the rows and the published jobs of a batch down. A call of the account is kept for the downloads of the first
 * `freeCalls` jobs; those of the others, kept too, could go over its limit at once: they take free calls. Run in the
 * transaction that writes the batch down. Gives the jobs' ids.
 */
export async function writeAdopted(
  tx: Queries,
  batchId: string,
  adopted: AdoptedRows,
  settings: Settings,
  freeCalls: number,
): Promise<number[]> {
  const rowIds = await insertRows(tx, batchId, adopted.rows);
  const newJobs = adopted.jobs.map(({ customId, scrapingJobId, jobTask, subjects }, index) => ({
    seq: index + 1,
    customId,
    scrapingJobId,
    task: jobTask,
    sitemapId: askedOf(withSitemap(settings, taskByName(jobTask))).sitemapId,
    subjects: subjects.map(({ subject }) => subject),
    owesDownload: index < freeCalls,
  }));
  const jobIds: number[] = [];
  for (const chunk of chunks(newJobs, ROWS_PER_INSERT)) {
    const inserted = await tx.execute<{ id: number; seq: number }>(sql`
      insert into jobs (batch_id, seq, attempt, custom_id, task, sitemap_id, subjects, state, scraping_job_id,
        owes_download, published_at, deadline_at)
      select ${batchId}, seq, ${ADOPTED_ATTEMPT}, "customId", task, "sitemapId",
        array(select jsonb_array_elements_text(subjects)), 'published', "scrapingJobId", "owesDownload",
        clock_timestamp(), clock_timestamp() + ${`${settings.jobDeadlineMs} milliseconds`}::interval
      from jsonb_to_recordset(${jsonList(chunk)}) as new(seq int, "customId" text, task text, "sitemapId" bigint,
        subjects jsonb, "scrapingJobId" bigint, "owesDownload" boolean)
      returning id::float8, seq`);
    const links = inserted.flatMap(({ id, seq }) =>
      (adopted.jobs[seq - 1]?.subjects ?? []).flatMap(({ subject, rowIndexes }) =>
        rowIndexes.map((index) => ({ jobId: id, rowId: rowIds[index] ?? 0, subject })),
      ),
    );
    await linkRows(tx, links);
    jobIds.push(...inserted.map(({ id }) => id));
  }
  return jobIds;
}
