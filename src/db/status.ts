import { sql } from 'drizzle-orm';
import type { Batch } from './batches.ts';
import { type BatchCounts, batchFigures } from './counts.ts';
import type { Queries } from './database.ts';
import type { BatchState } from './schema.ts';

/** `status --json` (interface section 2). */
export interface BatchStatus {
  batchId: string;
  workflowId: string;
  runId: string | null;
  task: string;
  workbook: string;
  state: BatchState;
  reason: string | null;
  counts: BatchCounts;
  startedAt: string;
  finishedAt: string | null;
  eta: string | null;
}

export async function batchStatus(
  queries: Queries,
  batch: Batch,
  publishIntervalMs: number,
): Promise<BatchStatus> {
  const { counts } = await batchFigures(queries, batch.id);
  const waiting = batch.finishedAt === null && counts.pending > 0;
  return {
    batchId: batch.id,
    workflowId: batch.workflowId,
    runId: batch.runId,
    task: batch.task,
    workbook: batch.workbook,
    state: batch.state,
    reason: batch.reason,
    counts,
    startedAt: batch.startedAt.toISOString(),
    finishedAt: batch.finishedAt?.toISOString() ?? null,
    eta: waiting ? new Date(Date.now() + counts.pending * publishIntervalMs).toISOString() : null,
  };
}

/** `rows --json`, one object a row, in the sheet's order. */
export async function rowReports(queries: Queries, batchId: string): Promise<Record<string, unknown>[]> {
  const found = await queries.execute(sql`
    select r.row, r.input, r.url, r.state, r.source, j.custom_id as "customId",
           j.scraping_job_id::float8 as "scrapingJobId", r.tracking_number as "trackingNumber", r.status,
           r.status_text as "statusText", r.result, r.error, r.warnings
    from rows r left join lateral (
      select jobs.custom_id, jobs.scraping_job_id from job_rows join jobs on jobs.id = job_rows.job_id
      where job_rows.row_id = r.id order by jobs.id desc limit 1) j on true
    where r.batch_id = ${batchId} order by r.row, r.id`);
  return [...found];
}
