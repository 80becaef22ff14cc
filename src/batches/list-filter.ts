import { and, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { anyText } from '../db/any-of.ts';
import type { Queries } from '../db/database.ts';
import { batches, batchFigures } from '../db/schema.ts';
import type { BatchState } from '../db/schema.ts';
import { REASON } from './row-reports.ts';

/** Which batches are listed: what is not given lets all through. */
export interface ListFilter {
  task?: string | undefined;
  /** A part of the workbook's path, or of where rows came from. */
  workbook?: string | undefined;
  /** `running` and `paused` let both through: which of them it is Temporal's own Pause decides. */
  state?: BatchState | undefined;
  /** Some of its rows have failed. */
  failed?: boolean | undefined;
  /** A part of its reason, or of the error of one of its rows, in capitals or not; or the code of such an error. */
  reason?: string | undefined;
  /** Started then or later. */
  since?: Date | undefined;
  workflowIds?: readonly string[] | undefined;
}

/** All but the reason, as SQL on `batches` and `batch_figures`. Rounds of the re-query are nobody's batches. */
export function whichBatches(filter: ListFilter): SQL {
  const { task, workbook, state, failed, since, workflowIds } = filter;
  const ended = state === 'running' || state === 'paused' ? null : state;
  const all = and(
    task === undefined ? undefined : sql`${batches.task} = ${task}`,
    workbook === undefined
      ? undefined
      : sql`strpos(coalesce(${batches.workbook}, ${batches.rowsFrom}), ${workbook.normalize('NFC')}) > 0`,
    state === undefined
      ? undefined
      : ended === null
        ? sql`${batches.finishedAt} is null`
        : sql`${batches.state} = ${ended}`,
    failed === true ? sql`${batchFigures.failed} > 0` : undefined,
    since === undefined ? undefined : sql`${batches.startedAt} >= ${since.toISOString()}`,
    workflowIds === undefined ? undefined : anyText(batches.workflowId, workflowIds),
  );
  return sql`not ${batches.isRound} and ${all ?? sql`true`}`;
}

/** Of these those whose reason, or the error of one of whose rows, holds the text. */
export async function hasReason<
  Status extends { batchId: string; reason: string | null; counts: { failed: number; invalid: number } },
>(queries: Queries, all: readonly Status[], text: string): Promise<Status[]> {
  // Rows have errors where they failed or are invalid: of most batches none is looked at.
  const ids = all.filter(({ counts }) => counts.failed + counts.invalid > 0).map(({ batchId }) => batchId);
  const found = await queries.execute<{ id: string }>(sql`
    select id from batches where ${anyText(batches.id, ids)} and exists (select from rows r where batch_id = batches.id
      and r.state in ('failed', 'invalid') and (strpos(lower(r.error), lower(${text})) > 0 or ${REASON} = ${text}))`);
  const inRows = new Set(found.map(({ id }) => id));
  return all.filter(
    ({ batchId, reason }) =>
      inRows.has(batchId) || reason?.toLowerCase().includes(text.toLowerCase()) === true,
  );
}
