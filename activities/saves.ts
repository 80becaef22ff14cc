import { basename } from 'node:path';
import { figuresWithForecast } from '../src/db/account.ts';
import {
  type Batch,
  findBatch,
  insertBatch,
  lockBatch,
  runningBatch,
  setBatchState,
} from '../src/db/batches.ts';
import { type BatchFigures, batchFigures } from '../src/db/counts.ts';
import type { Queries } from '../src/db/database.ts';
import { oldestSession } from '../src/db/editing-sessions.ts';
import { addRows, type ImportPlan } from '../src/db/import-rows.ts';
import { withIds } from '../src/db/new-batch.ts';
import { type OnRecord, recordedContents } from '../src/db/recorded-contents.ts';
import { askAgain, rowsById } from '../src/db/retry-rows.ts';
import { markExamined, newestWaiting } from '../src/db/saves.ts';
import { knownWorkbook, markSeen } from '../src/db/workbooks.ts';
import { writeAgain } from '../src/db/written-rows.ts';
import { errorMessage } from '../src/errors.ts';
import { decideRow } from '../src/saves/save-rule.ts';
import { taskByName, taskForPath } from '../src/tasks/registry.ts';
import type { TrackingTask } from '../src/tasks/types.ts';
import type { AccountLimits } from '../src/webscraper/turns.ts';
import {
  readWorkbookApart,
  type WorkbookColumns,
  type WorkbookContent,
  type WorkbookRow,
} from '../src/workbook/index.ts';
import { isFinal, withFailures } from './failures.ts';
import { withHeartbeat } from './heartbeat.ts';
import { findWorkbook, withCopy, type WorkbookDeps } from './workbook-copy.ts';

export type SaveActivities = ReturnType<typeof createSaveActivities>;

export interface SaveDeps extends WorkbookDeps {
  refreshAfterMs: number;
  retryOnSaveAfterMs: number;
  autoMaxRows: number;
  limits: AccountLimits;
  planOf(task: TrackingTask): ImportPlan;
  columnsOf(task: TrackingTask): WorkbookColumns;
}

/** What became of a save. */
export interface ExaminedSave {
  outcome: string;
  /** A batch that runs for that workbook and task: the save's rows are to join it. */
  running: string | null;
  /** A batch that was written down with its rows, and is to be started. */
  started: string | null;
  /** Batches with results that are to be written once more. */
  writeAgain: string[];
}

/** A running batch with the rows of a save. */
export interface JoinedRows extends BatchFigures {
  joined: number;
  /** Why the batch is to be paused; null: it goes on. */
  hold: string | null;
}

const NOTHING = { running: null, started: null, writeAgain: [] };

interface Picked {
  lookUp: { row: WorkbookRow; onRecord: OnRecord | null }[];
  /** Rows on record whose result is to be written once more. */
  writeAgain: number[];
}

/** What saves start, on `tracking_excel_queue`: each save is read, and decided on row by row. */
export function createSaveActivities(deps: SaveDeps) {
  const { planOf, limits, autoMaxRows } = deps;
  const { db } = deps.database;

  /** The rows that a save asks for (interface section 3). */
  async function pick(
    tx: Queries,
    target: Pick<Batch, 'workbook' | 'task'>,
    rows: WorkbookRow[],
  ): Promise<Picked> {
    const began = await oldestSession(tx, target.workbook);
    const { refreshAfterMs, retryOnSaveAfterMs } = deps;
    const sessionBeganAtMs = began?.getTime() ?? null;
    const times = { nowMs: Date.now(), refreshAfterMs, retryOnSaveAfterMs, sessionBeganAtMs };
    const onRecord = await recordedContents(tx, target, rows);
    const picked: Picked = { lookUp: [], writeAgain: [] };
    for (const [index, row] of rows.entries()) {
      const known = onRecord[index] ?? null;
      const { action } = decideRow(row, known?.recorded ?? null, times);
      if (action === 'look up') picked.lookUp.push({ row, onRecord: known });
      if (action === 'write again' && known?.resultRowId != null) picked.writeAgain.push(known.resultRowId);
    }
    return picked;
  }

  /** Why a batch with so much to look up waits for a person; null: it need not. */
  async function holdOf(tx: Queries, batchId: string, rows: number): Promise<string | null> {
    if (rows <= autoMaxRows) return null;
    const { leftMs, counts } = await figuresWithForecast(tx, batchId, limits);
    const minutes = Math.ceil((leftMs ?? 0) / 60_000);
    return `${rows} rows to look up are more than AUTO_MAX_ROWS (${autoMaxRows}): ${counts.pending} rows pending, about ${minutes} min; resume to go on`;
  }

  /** A batch for the rows that a save asks for; null when one runs by now. */
  async function newBatch(
    tx: Queries,
    target: { workbook: string; task: TrackingTask; columns: WorkbookColumns },
    sheet: Pick<WorkbookContent, 'sheet' | 'rows' | 'warnings'>,
  ): Promise<string | null> {
    const { workbook, task, columns } = target;
    const ids = withIds({
      task: task.name,
      workbook,
      columns,
      chosenRows: null,
      fresh: false,
      sheet: sheet.sheet,
    });
    const batch = await insertBatch(tx, ids);
    if (batch === null) return null;
    await addRows(tx, batch.id, sheet, planOf(task));
    const { counts } = await batchFigures(tx, batch.id);
    const hold = await holdOf(tx, batch.id, counts.pending);
    if (hold !== null) await setBatchState(tx, batch.id, 'paused', hold);
    return batch.id;
  }

  /** A workbook that cannot be read is a failed batch: somebody has to know. */
  async function failedBatch(workbook: string, task: TrackingTask, reason: string): Promise<void> {
    const ids = withIds({
      task: task.name,
      workbook,
      columns: deps.columnsOf(task),
      chosenRows: null,
      fresh: false,
    });
    await db.transaction(async (tx) => {
      const batch = await insertBatch(tx, ids);
      if (batch !== null) await setBatchState(tx, batch.id, 'failed', reason);
    });
  }

  async function examine(named: string, signal: AbortSignal): Promise<ExaminedSave> {
    const task = taskForPath(named);
    const { path: workbook, etag } = await findWorkbook(deps, named);
    const known = await knownWorkbook(db, workbook);
    if (known?.seenEtag === etag) return { ...NOTHING, outcome: 'nothing new' };
    const running = await runningBatch(db, workbook, task.name);
    if (running !== null) return { ...NOTHING, running: running.id, outcome: `joins batch ${running.id}` };
    return withCopy(deps, workbook, async ({ path, version }) => {
      if (known?.seenHash === version.hash) {
        await markSeen(db, workbook, version);
        return { ...NOTHING, outcome: 'nothing new' };
      }
      const columns = deps.columnsOf(task);
      let content: WorkbookContent;
      try {
        content = await readWorkbookApart(path, { columns, name: basename(workbook), signal });
      } catch (error) {
        if (!isFinal(error)) throw error;
        await failedBatch(workbook, task, errorMessage(error));
        await markSeen(db, workbook, version);
        return { ...NOTHING, outcome: errorMessage(error) };
      }
      return db.transaction(async (tx): Promise<ExaminedSave> => {
        const picked = await pick(tx, { workbook, task: task.name }, content.rows);
        const again = await writeAgain(tx, picked.writeAgain);
        const rows = picked.lookUp.map(({ row }) => row);
        const started =
          rows.length === 0 ? null : await newBatch(tx, { workbook, task, columns }, { ...content, rows });
        if (rows.length > 0 && started === null) {
          const quicker = await runningBatch(tx, workbook, task.name);
          return { ...NOTHING, running: quicker?.id ?? null, outcome: 'a batch was started meanwhile' };
        }
        await markSeen(tx, workbook, version);
        const outcome = started === null ? 'nothing to look up' : `batch ${started}: ${rows.length} rows`;
        return { running: null, started, writeAgain: again, outcome };
      });
    });
  }

  return withFailures({
    /** Looks at what was saved, and writes down what is to be started. May be done again without harm. */
    async examineSave(input: { workbook: string }): Promise<ExaminedSave> {
      return withHeartbeat(async (signal) => {
        const upTo = await newestWaiting(db, input.workbook);
        let examined: ExaminedSave;
        try {
          examined = await examine(input.workbook, signal);
        } catch (error) {
          if (!isFinal(error)) throw error;
          examined = { ...NOTHING, outcome: errorMessage(error) };
        }
        if (examined.running === null) await markExamined(db, input.workbook, upTo, examined.outcome);
        return examined;
      });
    },

    /** Adds the rows of a save to a batch that runs; rows it has already are asked for again where they are due. */
    async joinRows(input: { batchId: string }): Promise<JoinedRows> {
      return withHeartbeat(async (signal) => {
        const batch = await findBatch(db, input.batchId);
        if (batch === null) throw new TypeError(`batch ${input.batchId} is unknown`);
        const upTo = await newestWaiting(db, batch.workbook);
        const task = taskByName(batch.task);
        return withCopy(deps, batch.workbook, async ({ workbook, path, version }) => {
          const options = { columns: batch.columns, name: basename(workbook), signal };
          const content = await readWorkbookApart(path, options);
          return db.transaction(async (tx) => {
            await lockBatch(tx, batch.id);
            const { lookUp, writeAgain: lost } = await pick(tx, { workbook, task: task.name }, content.rows);
            await writeAgain(tx, lost);
            const own = lookUp.flatMap(({ onRecord }) =>
              onRecord?.batchId === batch.id ? [onRecord.rowId] : [],
            );
            const others = lookUp.flatMap(({ row, onRecord }) =>
              onRecord?.batchId === batch.id ? [] : [row],
            );
            await askAgain(tx, batch.id, await rowsById(tx, own), planOf(task));
            if (others.length > 0) await addRows(tx, batch.id, { rows: others, warnings: [] }, planOf(task));
            await markSeen(tx, workbook, version);
            await markExamined(tx, workbook, upTo, `${lookUp.length} rows joined batch ${batch.id}`);
            const hold = await holdOf(tx, batch.id, lookUp.length);
            return { ...(await batchFigures(tx, batch.id)), joined: lookUp.length, hold };
          });
        });
      });
    },
  });
}
