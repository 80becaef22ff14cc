import { basename } from 'node:path';
import { and, eq, inArray, isNotNull, isNull, or, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { TaskName } from '../tasks/types.ts';
import type { WorkbookColumns } from '../workbook/types.ts';
import type { Database, Queries } from './database.ts';
import { actions, batches, batchFigures, jobRows, jobs, rows } from './schema.ts';
import type { BatchState, PersonOrder } from './schema.ts';

export type Batch = typeof batches.$inferSelect;

/** One whose rows stand in a workbook; the others were started from rows. */
export type WorkbookBatch = Batch & { workbook: string };

export const hasWorkbook = (batch: Batch | null): batch is WorkbookBatch => batch?.workbook != null;

/** What its rows stand in, for people. */
export const sourceName = ({ workbook, rowsFrom }: Pick<Batch, 'workbook' | 'rowsFrom'>): string =>
  workbook === null ? (rowsFrom ?? 'rows') : basename(workbook);

export interface NewBatch {
  id: string;
  task: TaskName;
  /** Null: its rows are given without one, from `rowsFrom`. */
  workbook: string | null;
  rowsFrom?: string | null;
  /** A start with this key that was made within a day is this one. */
  startKey?: string | null;
  workflowId: string;
  columns: WorkbookColumns;
  chosenRows: number[] | null;
  fresh: boolean;
  /** Set where its rows are written down with it: nothing is left to read. */
  sheet?: string;
  /** A round of the re-query. */
  isRound?: boolean;
  /** `paused` from the start, with the reason; running unless given. */
  state?: BatchState;
  reason?: string | null;
  paused?: PersonOrder | null;
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

/**
 * Takes batches for a transaction that changes their rows or jobs, before any of those: whoever changes one comes to
 * its figures in the end, and two that came there from both sides would wait for each other. Order: batch, the account
 * clock's lock, job, rows.
 */
async function take(tx: Queries, which: SQL): Promise<void> {
  await tx.execute(sql`select from batch_figures where ${which} order by batch_id for no key update`);
}

/** Takes one batch, and gives it as it is now. */
export async function lockBatch(tx: Queries, batchId: string): Promise<Batch | null> {
  await take(tx, sql`batch_id = ${batchId}`);
  return findBatch(tx, batchId);
}

/** For what changes a batch and none of its counts: an answer of before is told apart from one of after. */
export async function raiseRevision(tx: Queries, batchId: string): Promise<void> {
  await tx.execute(sql`update batch_figures set revision = greatest(revision + 1,
    (extract(epoch from clock_timestamp()) * 1000)::bigint) where batch_id = ${batchId}`);
}

/** Takes all batches of a workbook at once: what stands in its cells concerns each that has such a row. */
export function lockBatchesOf(tx: Queries, workbook: string): Promise<void> {
  return take(tx, sql`batch_id in (select id from batches where workbook = ${workbook})`);
}

/** Takes some batches at once, in the order in which everybody does. */
export function lockBatches(tx: Queries, batchIds: readonly string[]): Promise<void> {
  return take(tx, inArray(batchFigures.batchId, [...batchIds]));
}

/** A transaction that changes a batch's rows or jobs: it takes the batch first. */
export function changeBatch<T>(
  db: Database['db'],
  batchId: string,
  work: (tx: Queries) => Promise<T>,
): Promise<T> {
  return db.transaction(async (tx) => {
    await take(tx, sql`batch_id = ${batchId}`);
    return work(tx);
  });
}

/** Batches that should have a running workflow since longer than `olderThanMs`. */
export function runningBatches(queries: Queries, olderThanMs: number): Promise<Batch[]> {
  const since = sql`clock_timestamp() - ${`${olderThanMs} milliseconds`}::interval`;
  return queries.query.batches.findMany({
    where: and(isNull(batches.finishedAt), sql`${batches.openedAt} <= ${since}`),
  });
}

export async function setRunId(queries: Queries, batchId: string, runId: string): Promise<void> {
  await queries.update(batches).set({ runId }).where(eq(batches.id, batchId));
}

/** Records what the last writeback did to the workbook besides its cells. */
export async function setNotes(queries: Queries, batchId: string, notes: string[]): Promise<void> {
  await queries.update(batches).set({ notes }).where(eq(batches.id, batchId));
}

const ENDS: ReadonlySet<BatchState> = new Set(['completed', 'cancelled', 'failed']);

/**
 * Records a batch's state; an ending one frees its workbook for the next batch, and all it kept of the budget. One that
 * has ended stays as it ended: opening it is a step of its own.
 */
export async function setBatchState(
  queries: Queries,
  batchId: string,
  state: BatchState,
  reason: string | null,
): Promise<void> {
  const ended = ENDS.has(state);
  await queries
    .update(batches)
    .set({ state, reason, ...(ended ? { finishedAt: sql`clock_timestamp()` } : {}) })
    .where(and(eq(batches.id, batchId), isNull(batches.finishedAt)));
  if (!ended) return;
  await raiseRevision(queries, batchId);
  await queries
    .update(jobs)
    .set({ owesDownload: false })
    .where(and(eq(jobs.batchId, batchId), eq(jobs.owesDownload, true)));
}

/** Jobs that a cancelled batch will not publish: their rows stay pending, those sent to a second job fail. */
export async function dropPendingJobs(tx: Queries, batchId: string): Promise<void> {
  const pending = and(eq(jobs.batchId, batchId), eq(jobs.state, 'pending'));
  const linked = tx
    .select({ rowId: jobRows.rowId })
    .from(jobRows)
    .innerJoin(jobs, eq(jobs.id, jobRows.jobId))
    .where(pending);
  await tx
    .update(rows)
    .set({ state: 'failed', error: 'cancelled before its second job was published' })
    .where(and(inArray(rows.id, linked), eq(rows.state, 'redirected')));
  await tx
    .update(jobs)
    .set({ state: 'failed', error: 'cancelled before it was published', finishedAt: sql`clock_timestamp()` })
    .where(pending);
}

/** Opens an ended batch again; false when it has not ended. Fails while another runs for its workbook. */
export async function reopenBatch(queries: Queries, batchId: string): Promise<boolean> {
  const [opened] = await queries
    .update(batches)
    .set({
      state: 'running',
      reason: null,
      paused: null,
      cancelled: null,
      finishedAt: null,
      forgottenAt: null,
      openedAt: sql`clock_timestamp()`,
    })
    .where(and(eq(batches.id, batchId), isNotNull(batches.finishedAt)))
    .returning({ id: batches.id });
  if (opened !== undefined) await raiseRevision(queries, batchId);
  return opened !== undefined;
}

export type NewAction = Omit<typeof actions.$inferInsert, 'id' | 'at'>;

/**
 * Keeps what a person did to a batch, with who and why. False: that message was taken before, and has had its effect.
 */
export async function recordAction(queries: Queries, action: NewAction): Promise<boolean> {
  const [taken] = await queries
    .insert(actions)
    .values(action)
    .onConflictDoNothing({ target: actions.messageId })
    .returning({ id: actions.id });
  return taken !== undefined;
}

/** Who started a batch, with the batch itself. Run in the transaction that writes it down. */
export async function recordStart(tx: Queries, batchId: string, by: string): Promise<void> {
  await recordAction(tx, { batchId, action: 'start', by });
}

/** Whether a message has had its effect. */
export async function isTaken(queries: Queries, messageId: string): Promise<boolean> {
  return (await queries.query.actions.findFirst({ where: eq(actions.messageId, messageId) })) !== undefined;
}
