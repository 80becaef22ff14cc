import { and, eq, inArray, isNull } from 'drizzle-orm';
import { changeBatch, raiseRevision, recordAction } from '../db/batches.ts';
import type { Database, Queries } from '../db/database.ts';
import { oddJobs } from '../db/drift-schema.ts';
import { cameOdd, heldTasks, releaseTask } from '../db/task-drift.ts';
import { batches, jobs, rows } from '../db/schema.ts';
import type { PersonOrder } from '../db/schema.ts';
import { taskByName } from '../tasks/registry.ts';
import type { TaskName, TrackingTask } from '../tasks/types.ts';
import type { ImportPlan } from './import-rows.ts';
import { askAgain } from './retry-rows.ts';

interface ReleaseDeps {
  database: Pick<Database, 'db'>;
  planOf(task: TrackingTask): ImportPlan;
}

/**
 * Has the held tasks of a batch's jobs published again, for every batch. Rows that came back odd are asked again: at once
 * where their batch runs, with a retry where it has ended. What broke off goes on with the next call.
 */
export async function releaseTasks(deps: ReleaseDeps, batchId: string, by: PersonOrder): Promise<void> {
  const { db } = deps.database;
  for (const task of await heldTasksOf(db, batchId)) {
    const running = await db
      .selectDistinct({ id: batches.id })
      .from(oddJobs)
      .innerJoin(jobs, eq(jobs.id, oddJobs.jobId))
      .innerJoin(batches, eq(batches.id, jobs.batchId))
      .where(and(eq(oddJobs.task, task), isNull(batches.finishedAt), isNull(batches.cancelled)));
    for (const { id } of running)
      await changeBatch(db, id, (tx) => askOddAgain(tx, deps, { batchId: id, task, by }));
    await db.transaction((tx) => releaseTask(tx, task));
  }
}

async function heldTasksOf(queries: Queries, batchId: string): Promise<TaskName[]> {
  const held = (await heldTasks(queries)).map(({ task }) => task);
  if (held.length === 0) return [];
  const own = await queries
    .selectDistinct({ task: jobs.task })
    .from(jobs)
    .where(and(eq(jobs.batchId, batchId), inArray(jobs.task, held)));
  return own.map(({ task }) => task);
}

async function askOddAgain(
  tx: Queries,
  { planOf }: Pick<ReleaseDeps, 'planOf'>,
  { batchId, task, by: order }: { batchId: string; task: TaskName; by: PersonOrder },
): Promise<void> {
  const batch = await tx.query.batches.findFirst({ where: eq(batches.id, batchId) });
  if (batch === undefined || batch.finishedAt !== null || batch.cancelled !== null) return;
  const again = await tx.query.rows.findMany({
    where: and(eq(rows.batchId, batchId), inArray(rows.state, ['completed', 'failed']), cameOdd(task)),
    orderBy: [rows.row],
  });
  const made = await askAgain(tx, batchId, again, planOf(taskByName(batch.task)));
  if (made > 0)
    await recordAction(tx, {
      batchId,
      by: order.by,
      why: order.why,
      action: 'retry',
      details: `rows that came back odd: ${again.length} rows, ${made} jobs`,
    });
  await raiseRevision(tx, batchId);
}
