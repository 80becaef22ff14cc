import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { Settings } from '../settings/settings.ts';
import {
  hasWorkbook,
  insertBatch,
  recordStart,
  runningBatch,
  setBatchState,
  setRunId,
  sourceName,
} from '../db/batches.ts';
import type { Batch } from '../db/batches.ts';
import type { Database } from '../db/database.ts';
import { ROWS_A_DELIVERY } from '../db/deliveries.ts';
import { withIds } from '../batches/new-batch.ts';
import { startTarget } from '../batches/start-target.ts';
import type { StartRequest } from '../batches/start-target.ts';
import { errorMessage, TsuisekiError } from '../errors.ts';
import type { FileStore } from '../files/types.ts';
import { columnsOf } from '../settings/by-task.ts';
import { taskByName } from '../tasks/registry.ts';
import { firstOf } from '../text.ts';
import { askServer } from './ask.ts';
import type { RetryMessage } from './messages.ts';
import { DONE_ROWS, FAILED_ROWS, STATE, TASK, WORKBOOK } from './search-attributes.ts';
import { QUEUE_OF_WORKFLOW } from './workflows.ts';
import type { BatchInput, Workflows } from './workflows.ts';

/** What `tsuiseki start` prints. */
export interface StartedBatch {
  batchId: string;
  workflowId: string;
  runId: string | null;
  task: string;
  /** Null: its rows were given without one. */
  workbook: string | null;
  alreadyRunning?: true;
}

/** What starting a batch needs. */
export interface StartDeps extends WorkflowDeps {
  files: FileStore;
}

/** What starting a batch's workflow needs. */
export interface WorkflowDeps {
  database: Database;
  client: Client;
  settings: Settings;
}

/** Temporal does not answer: the batch stays open, and the sweep finds out. */
export class StartUnknown extends TsuisekiError<'START_UNKNOWN'> {}

/** Keyword search attributes hold 255 bytes; three a character in UTF-8. */
const KEYWORD_CHARACTERS = 80;

export function toldOf(batch: Batch): StartedBatch {
  const { id, workflowId, runId, task, workbook } = batch;
  return { batchId: id, workflowId, runId, task, workbook };
}

/** Starts a batch in somebody's name, or gives the one that runs for that workbook and task. */
export async function startBatch(
  deps: StartDeps,
  request: StartRequest & { by: string },
): Promise<StartedBatch> {
  const { db } = deps.database;
  const { task, path: workbook } = await startTarget(deps.files, request);
  const columns = columnsOf(deps.settings, task);
  const { rows: chosenRows, fresh, by } = request;
  const batch = await db.transaction(async (tx) => {
    const inserted = await insertBatch(
      tx,
      withIds({ task: task.name, workbook, columns, chosenRows, fresh }),
    );
    if (inserted !== null) await recordStart(tx, inserted.id, by);
    return inserted;
  });
  if (batch === null) {
    const running = await runningBatch(db, workbook, task.name);
    if (running !== null) return { ...toldOf(running), alreadyRunning: true };
    return startBatch(deps, request);
  }
  return startWritten(deps, batch);
}

/** Starts the workflow of a batch that was just written down; one that cannot be started is closed as failed. */
export async function startWritten(deps: WorkflowDeps, batch: Batch): Promise<StartedBatch> {
  const { db } = deps.database;
  try {
    return toldOf({ ...batch, runId: await startWorkflow(deps, batch, null) });
  } catch (error) {
    if (!(error instanceof StartUnknown))
      await setBatchState(db, batch.id, 'failed', `could not be started: ${errorMessage(error, 200)}`);
    throw error;
  }
}

/**
 * The one place that starts batch workflows; `retry` runs an ended batch again under its own id. Gives the run id.
 * Throws {@link StartUnknown} where only Temporal knows whether it has come about.
 */
export async function startWorkflow(
  { database, client, settings }: WorkflowDeps,
  batch: Batch,
  retry: RetryMessage | null,
): Promise<string> {
  const chosen = retry === null ? batch.chosenRows?.join(', ') : (retry.rows ?? 'that failed');
  const rows = chosen === undefined ? 'all rows' : `rows ${firstOf(chosen, 60)}`;
  const name = sourceName(batch);
  const title = firstOf(`${batch.task} · ${name} · ${rows}`, 200);
  const { writebackEvery, writebackMinIntervalMs } = settings;
  const written = hasWorkbook(batch)
    ? { writebackEvery, writebackMinIntervalMs }
    : { fromRows: true as const, writebackEvery: ROWS_A_DELIVERY, writebackMinIntervalMs: 0 };
  const input: BatchInput = {
    batchId: batch.id,
    title,
    ...written,
    // One that was never read has no rows to try again.
    retry: batch.sheet === null ? null : retry,
    carried: null,
  };
  const type =
    taskByName(batch.task).lookup.by === 'carrier' ? 'YamatoBatchWorkflow' : 'TrackingBatchWorkflow';
  const runId = await askServer(client, `the start of ${batch.workflowId}`, () =>
    client.workflow.start<Workflows[typeof type]>(type, {
      workflowId: batch.workflowId,
      taskQueue: QUEUE_OF_WORKFLOW[type],
      args: [input],
      staticSummary: title,
      staticDetails: `${batch.workbook === null ? `**Rows from** ${name}` : `**Workbook** ${batch.workbook}`}\n\n**Task** ${batch.task}\n\n**Rows** ${rows}\n\n**Batch** ${batch.id}`,
      typedSearchAttributes: [
        { key: TASK, value: batch.task },
        ...(hasWorkbook(batch) ? [{ key: WORKBOOK, value: firstOf(name, KEYWORD_CHARACTERS) }] : []),
        { key: STATE, value: 'running' },
        { key: FAILED_ROWS, value: 0 },
        { key: DONE_ROWS, value: 0 },
      ],
    }),
  )
    .then(({ firstExecutionRunId }) => firstExecutionRunId)
    .catch((error: unknown) => startedAfterAll(client, batch, error));
  await setRunId(database.db, batch.id, runId);
  return runId;
}

/** A start whose answer was lost may have come about: its run id. Throws `error` where it has not. */
async function startedAfterAll(
  client: Client,
  { workflowId, runId }: Batch,
  error: unknown,
): Promise<string> {
  if (error instanceof WorkflowExecutionAlreadyStartedError) throw error;
  try {
    const found = await askServer(client, workflowId, () => client.workflow.getHandle(workflowId).describe());
    if (found.status.name === 'RUNNING' && found.runId !== runId) return found.runId;
  } catch (cause) {
    if (cause instanceof WorkflowNotFoundError) throw error;
    const text = `whether ${workflowId} was started is not known: ${errorMessage(error, 200)}; once Temporal answers, the sweep goes on with it or closes it`;
    throw new StartUnknown('START_UNKNOWN', text, { cause });
  }
  throw error;
}
