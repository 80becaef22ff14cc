import { sql } from 'drizzle-orm';
import type { AccountLimits } from '../pacing/account-turns.ts';
import { readAccount, timeLeft } from '../pacing/account-figures.ts';
import type { Account } from '../pacing/account-figures.ts';
import type { Batch } from '../db/batches.ts';
import { batchFigures } from '../db/batch-figures.ts';
import type { BatchCounts } from '../db/batch-figures.ts';
import type { Queries } from '../db/database.ts';
import type { BatchState } from '../db/schema.ts';

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

/** `eta` counts calls, not only rows; an account closed or held for everybody is told where the batch has no reason. */
export async function batchStatus(
  queries: Queries,
  batch: Batch,
  limits: AccountLimits,
  account?: Account,
): Promise<BatchStatus> {
  const { counts, inFlight } = await batchFigures(queries, batch.id);
  const state = account ?? (await readAccount(queries, limits));
  const jobs = state.pending.get(batch.id) ?? 0;
  const goesOn = batch.finishedAt === null && batch.state === 'running';
  const toCome = jobs + (state.asking.get(batch.id) ?? 0) + inFlight;
  return {
    batchId: batch.id,
    workflowId: batch.workflowId,
    runId: batch.runId,
    task: batch.task,
    workbook: batch.workbook,
    state: batch.state,
    reason: batch.reason ?? (goesOn && jobs > 0 ? state.notice : null),
    counts,
    startedAt: batch.startedAt.toISOString(),
    finishedAt: batch.finishedAt?.toISOString() ?? null,
    eta: goesOn && toCome > 0 ? new Date(Date.now() + timeLeft(state, limits, batch.id)).toISOString() : null,
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
