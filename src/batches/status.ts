import { eq, sql } from 'drizzle-orm';
import type { AccountLimits } from '../pacing/account-turns.ts';
import { readAccount, timeLeft } from '../pacing/account-figures.ts';
import type { Account } from '../pacing/account-figures.ts';
import type { Batch } from '../db/batches.ts';
import { lastFailedSave } from '../db/editing-sessions.ts';
import { batchesWithFigures } from '../db/batch-figures.ts';
import type { BatchCounts } from '../db/batch-figures.ts';
import type { Queries } from '../db/database.ts';
import { batches } from '../db/schema.ts';
import type { BatchState } from '../db/schema.ts';
import { hasReason, whichBatches } from './list-filter.ts';
import type { ListFilter } from './list-filter.ts';

type BatchWithFigures = Awaited<ReturnType<typeof batchesWithFigures>>[number];

/** `status --json` (interface section 2). */
export interface BatchStatus {
  batchId: string;
  workflowId: string;
  runId: string | null;
  task: string;
  workbook: string | null;
  /** Where rows came from that were given without a workbook; null: they stand in one. */
  rowsFrom: string | null;
  state: BatchState;
  reason: string | null;
  counts: BatchCounts;
  startedAt: string;
  finishedAt: string | null;
  eta: string | null;
  /**
   * What the last writeback did to the workbook. Of one batch besides: what its workbook's editors have to know, and what
   * its activities wait or fail for, where Temporal was asked.
   */
  notes: string[];
}

/**
 * `eta` counts calls, not only rows; while the account is held nobody knows one. An account closed or held for everybody
 * is told where the batch has no reason.
 */
export function statusOf(
  { batch, counts, pendingJobs, inFlight }: BatchWithFigures,
  account: Account,
): BatchStatus {
  const { id, startedAt, finishedAt } = batch;
  const goesOn = finishedAt === null && batch.state === 'running';
  const notice = goesOn && pendingJobs > 0 && account.pending.has(id) ? account.notice : null;
  const waits = notice !== null && account.isHeld;
  const eta =
    goesOn && !waits && pendingJobs + inFlight > 0 ? account.readAtMs + timeLeft(account, id) : null;
  return {
    batchId: id,
    workflowId: batch.workflowId,
    runId: batch.runId,
    task: batch.task,
    workbook: batch.workbook,
    rowsFrom: batch.rowsFrom,
    state: batch.state,
    reason: batch.reason ?? notice,
    counts,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    eta: eta === null ? null : new Date(eta).toISOString(),
    notes: batch.notes,
  };
}

/** Times the usual duration of a job: then nothing moves that is known of. */
const OVERDUE_AFTER = 3;

/** Where a batch is. `account`: as it was lately, where that will do. */
export async function batchStatus(
  queries: Queries,
  { id }: Pick<Batch, 'id'>,
  limits: AccountLimits,
  account?: Account,
): Promise<BatchStatus> {
  const [found] = await batchesWithFigures(queries, eq(batches.id, id));
  if (found === undefined) throw new TypeError(`batch ${id} is gone`);
  const now = account ?? (await readAccount(queries, limits));
  const status = statusOf(found, now);
  const mayBeLate = status.eta !== null && found.pendingJobs === 0;
  const late = mayBeLate && (await isOverdue(queries, id, OVERDUE_AFTER * now.jobMs));
  const notes = [...status.notes, ...(await editorNotes(queries, found.batch.workbook))];
  return { ...status, notes, eta: late ? null : status.eta };
}

/** Whether the last of its jobs was published so long ago that no time of its end can be told. */
async function isOverdue(queries: Queries, batchId: string, afterMs: number): Promise<boolean> {
  const [job] = await queries.execute<{ overdue: boolean | null }>(sql`
    select max(published_at) < clock_timestamp() - ${Math.round(afterMs)} * interval '1 millisecond' as overdue
    from jobs where batch_id = ${batchId} and state in ('publishing', 'published', 'incomplete')`);
  return job?.overdue === true;
}

/** What people who edit the workbook have to know. */
async function editorNotes(queries: Queries, workbook: string | null): Promise<string[]> {
  const failedAt = workbook === null ? null : await lastFailedSave(queries, workbook);
  return failedAt === null
    ? []
    : [
        `OnlyOffice could not save the workbook at ${failedAt.toISOString()}: what was typed before may be missing in it; see the document server's log`,
      ];
}

/** `list --json`: the status of every batch that `filter` lets through, newest first. */
export async function batchList(
  queries: Queries,
  limits: AccountLimits,
  filter: ListFilter = {},
): Promise<BatchStatus[]> {
  const found = await batchesWithFigures(queries, whichBatches(filter));
  const account = await readAccount(queries, limits);
  const all = found.map((each) => statusOf(each, account));
  return filter.reason === undefined ? all : hasReason(queries, all, filter.reason);
}
