import { and, eq, notInArray, sql } from 'drizzle-orm';
import { planUrls } from '../tasks/plan-urls.ts';
import type { TrackingTask } from '../tasks/types.ts';
import { understandRow } from '../tasks/understand-row.ts';
import { anyOf } from './any-of.ts';
import { lockBatch } from './batches.ts';
import type { Queries } from './database.ts';
import { insertJobs } from './plan-jobs.ts';
import { jobs, rows } from './schema.ts';

/** Rows that cannot be asked again as they stand: still to come, or not to be understood. */
const NOT_AGAIN = ['published', 'redirected', 'invalid'] as const;

/** The rows a retry means: the failed ones, or those named by sheet row number that are not under way. */
export function rowsToRetry(queries: Queries, batchId: string, named: readonly number[] | null) {
  const meant =
    named === null
      ? eq(rows.state, 'failed')
      : and(anyOf(rows.row, named), notInArray(rows.state, [...NOT_AGAIN]));
  return queries.query.rows.findMany({ where: and(eq(rows.batchId, batchId), meant), orderBy: [rows.row] });
}

/**
 * Makes new jobs for rows that failed or were named, behind those that wait; the rows are pending again. Run in a
 * transaction. A row that waits already in a job not yet published keeps that one.
 */
export async function retryRows(
  tx: Queries,
  batchId: string,
  named: readonly number[] | null,
  plan: { task: TrackingTask; sitemapId: number; urlsPerJob: number },
): Promise<{ rows: number; jobs: number }> {
  await lockBatch(tx, batchId);
  const waiting = sql`exists (select from job_rows join jobs on jobs.id = job_rows.job_id
    where job_rows.row_id = rows.id and jobs.state in ('pending', 'publishing'))`;
  const queued = await tx
    .select({ id: rows.id })
    .from(rows)
    .where(and(eq(rows.batchId, batchId), eq(rows.state, 'pending'), waiting));
  const queuedIds = new Set(queued.map(({ id }) => id));
  const again = (await rowsToRetry(tx, batchId, named)).filter(({ id }) => !queuedIds.has(id));
  if (again.length === 0) return { rows: 0, jobs: 0 };
  const ids = again.map((row) => row.id);
  await tx.update(rows).set({ state: 'pending', error: null }).where(anyOf(rows.id, ids));
  const [last] = await tx
    .select({ seq: sql<number>`coalesce(max(${jobs.seq}), 0)`, attempt: sql<number>`max(${jobs.attempt})` })
    .from(jobs)
    .where(eq(jobs.batchId, batchId));
  const planned = planUrls(
    plan.task,
    again.map((row) => understandRow(plan.task, row)),
  );
  const made = await insertJobs(
    tx,
    { ...plan, batchId, firstSeq: (last?.seq ?? 0) + 1, attempt: (last?.attempt ?? 0) + 1 },
    planned,
    ids,
  );
  return { rows: again.length, jobs: made };
}
