import { and, eq, inArray, isNull, or, sql } from 'drizzle-orm';
import { planSubjects } from '../tasks/plan-subjects.ts';
import { understandRow } from '../tasks/understand-row.ts';
import { anyOf } from '../db/any-of.ts';
import type { Queries } from '../db/database.ts';
import type { ImportPlan } from './import-rows.ts';
import { insertJobs, latestJob } from './plan-jobs.ts';
import { batches, rows } from '../db/schema.ts';
import { cameOdd } from '../db/task-drift.ts';
import { noJobMoves } from '../db/stuck-jobs.ts';

/** No job of the row can move any more: its result will not come by itself. */
const STUCK = sql`rows.state in ('pending', 'published', 'redirected') and ${noJobMoves()}`;

/**
 * The rows a retry means, but for those whose content was forgotten: the failed ones, those whose result came from a task that
 * was held for it, and those that stand still (of a batch that has ended also those left pending); or those named by sheet
 * row number that are not under way.
 */
export async function rowsToRetry(queries: Queries, batchId: string, named: readonly number[] | null) {
  const batch = await queries.query.batches.findFirst({ where: eq(batches.id, batchId) });
  const left = batch?.finishedAt == null ? [] : [eq(rows.state, 'pending')];
  const meant =
    named === null
      ? or(eq(rows.state, 'failed'), and(eq(rows.state, 'completed'), cameOdd()), STUCK, ...left)
      : and(anyOf(rows.row, named), or(inArray(rows.state, ['pending', 'completed', 'failed']), STUCK));
  return queries.query.rows.findMany({
    where: and(eq(rows.batchId, batchId), isNull(rows.forgottenAt), meant),
    orderBy: [rows.row],
  });
}

/** Rows that wait already in a job not yet published: they keep that one. */
export async function queuedRows(tx: Queries, batchId: string): Promise<ReadonlySet<number>> {
  const waiting = sql`exists (select from job_rows join jobs on jobs.id = job_rows.job_id
    where job_rows.row_id = rows.id and jobs.state in ('pending', 'publishing'))`;
  const queued = await tx
    .select({ id: rows.id })
    .from(rows)
    .where(and(eq(rows.batchId, batchId), eq(rows.state, 'pending'), waiting));
  return new Set(queued.map(({ id }) => id));
}

/** Makes new jobs for the rows that failed or were named. Run in a transaction that holds the batch. */
export async function retryRows(
  tx: Queries,
  batchId: string,
  named: readonly number[] | null,
  plan: ImportPlan,
): Promise<{ rows: number; jobs: number }> {
  const queued = await queuedRows(tx, batchId);
  const again = (await rowsToRetry(tx, batchId, named)).filter(({ id }) => !queued.has(id));
  return { rows: again.length, jobs: await askAgain(tx, batchId, again, plan) };
}

/**
 * Makes new jobs for rows of a batch, behind those that wait; the rows are pending again. Run in a transaction that
 * holds the batch. Gives how many jobs.
 */
export async function askAgain(
  tx: Queries,
  batchId: string,
  again: readonly (typeof rows.$inferSelect)[],
  plan: ImportPlan,
): Promise<number> {
  if (again.length === 0) return 0;
  const ids = again.map((row) => row.id);
  // Its next end is told again, also where it is the same.
  await tx.update(rows).set({ state: 'pending', error: null, shown: null }).where(anyOf(rows.id, ids));
  const { seq, attempt } = await latestJob(tx, batchId);
  const planned = planSubjects(
    plan.task,
    again.map((row) => understandRow(plan.task, row)),
  );
  return insertJobs(tx, { ...plan, batchId, firstSeq: seq + 1, attempt: attempt + 1 }, planned, ids);
}
