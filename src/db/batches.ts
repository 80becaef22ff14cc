import { and, desc, eq, isNull, or, sql } from 'drizzle-orm';
import type { TaskName } from '../tasks/types.ts';
import type { WorkbookColumns } from '../workbook/types.ts';
import type { Queries } from './database.ts';
import { batches, type BatchState } from './schema.ts';

export type Batch = typeof batches.$inferSelect;

export interface NewBatch {
  id: string;
  task: TaskName;
  workbook: string;
  workflowId: string;
  columns: WorkbookColumns;
  chosenRows: number[] | null;
  fresh: boolean;
}

/** Writes the batch down; null when one is running for that workbook and task already. */
export async function insertBatch(queries: Queries, batch: NewBatch): Promise<Batch | null> {
  const [inserted] = await queries
    .insert(batches)
    .values(batch)
    .onConflictDoNothing({ target: [batches.workbook, batches.task], where: sql`finished_at is null` })
    .returning();
  return inserted ?? null;
}

export async function runningBatch(
  queries: Queries,
  workbook: string,
  task: TaskName,
): Promise<Batch | null> {
  const found = await queries.query.batches.findFirst({
    where: and(eq(batches.workbook, workbook), eq(batches.task, task), isNull(batches.finishedAt)),
  });
  return found ?? null;
}

/** A batch by its id or its workflow's id. */
export async function findBatch(queries: Queries, reference: string): Promise<Batch | null> {
  const found = await queries.query.batches.findFirst({
    where: or(eq(batches.id, reference), eq(batches.workflowId, reference)),
  });
  return found ?? null;
}

/** Newest first. */
export function listBatches(queries: Queries): Promise<Batch[]> {
  return queries.query.batches.findMany({ orderBy: [desc(batches.startedAt), desc(batches.id)] });
}

export async function setRunId(queries: Queries, batchId: string, runId: string): Promise<void> {
  await queries.update(batches).set({ runId }).where(eq(batches.id, batchId));
}

export async function setBatchState(
  queries: Queries,
  batchId: string,
  state: BatchState,
  reason: string | null,
): Promise<void> {
  const ended = state === 'completed' || state === 'cancelled' || state === 'failed';
  await queries
    .update(batches)
    .set({ state, reason, finishedAt: ended ? sql`coalesce(finished_at, clock_timestamp())` : null })
    .where(eq(batches.id, batchId));
}
