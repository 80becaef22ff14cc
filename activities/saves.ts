import { basename } from 'node:path';
import { activityInfo, cancellationSignal, log } from '@temporalio/activity';
import { findBatch, hasWorkbook, lockBatchesOf, runningBatch } from '../src/db/batches.ts';
import type { Batch } from '../src/db/batches.ts';
import { batchFigures } from '../src/db/batch-figures.ts';
import type { BatchFigures } from '../src/db/batch-figures.ts';
import { addRows } from '../src/batches/import-rows.ts';
import type { ImportPlan } from '../src/batches/import-rows.ts';
import { rowsById } from '../src/db/rows.ts';
import { holdBatch } from '../src/batches/orders.ts';
import { askAgain } from '../src/batches/retry-rows.ts';
import { markExamined, newestWaiting, whoSaved } from '../src/db/saves.ts';
import { hasUnanswered } from '../src/db/sheet-words.ts';
import { knownWorkbook, markSeen } from '../src/db/workbooks.ts';
import { writeAgain } from '../src/db/written-rows.ts';
import { errorMessage, TsuisekiError } from '../src/errors.ts';
import type { FileInfo } from '../src/files/types.ts';
import { obeyWords } from '../src/saves/obey-words.ts';
import { pickRows } from '../src/saves/pick-rows.ts';
import type { SaveAges } from '../src/saves/pick-rows.ts';
import { holdReason, savedAnswers, writeFailedBatch, writeSavedBatch } from '../src/saves/saved-batch.ts';
import type { HoldLimits, SavedWorkbook } from '../src/saves/saved-batch.ts';
import { taskByName, taskForPath } from '../src/tasks/registry.ts';
import type { TrackingTask } from '../src/tasks/types.ts';
import { readWorkbookApart } from '../src/workbook/apart/apart.ts';
import type { SignedWorkbooks, WorkbookColumns, WorkbookContent } from '../src/workbook/types.ts';
import { asActivities, tellWait } from './as-activities.ts';
import { logRead } from './excel.ts';
import { isFinal } from './failures.ts';
import { findWorkbook, withCopy } from '../src/batches/workbook-copy.ts';
import type { WorkbookCopy, WorkbookDeps } from '../src/batches/workbook-copy.ts';

export type SaveActivities = ReturnType<typeof createSaveActivities>;

export interface SaveDeps extends WorkbookDeps, SaveAges, HoldLimits {
  signedWorkbooks: SignedWorkbooks;
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
  /** The workbook, where words typed into its status cells wait for their answers. */
  answers?: string;
}

/**
 * Tried again in a moment. `BATCH_UNREAD`: rows that join a batch before its own reading would be written down twice,
 * and paid for twice; `BATCH_ENDING`: it was in the way, and is no longer there to be joined.
 */
class SaveError extends TsuisekiError<'BATCH_UNREAD' | 'BATCH_ENDING'> {}

const NOTHING = { running: null, started: null, writeAgain: [] };
const joins = (batchId: string): ExaminedSave => ({
  ...NOTHING,
  running: batchId,
  outcome: `joins batch ${batchId}`,
});

/** What saves start, on `tracking_excel_queue`: each save is read, and decided on row by row. */
export function createSaveActivities(deps: SaveDeps) {
  const { db } = deps.database;

  async function examine(named: string, upTo: number | null, signal: AbortSignal): Promise<ExaminedSave> {
    const task = taskForPath(named);
    tellWait('the workbook to be read');
    const found = await findWorkbook(deps, named, 'path');
    const examined = await examineFound(found, task, await whoSaved(db, named, upTo), signal);
    return (await hasUnanswered(db, found.path)) ? { ...examined, answers: found.path } : examined;
  }

  async function examineFound(
    { path: workbook, etag }: FileInfo,
    task: TrackingTask,
    savedBy: string | null,
    signal: AbortSignal,
  ): Promise<ExaminedSave> {
    const known = await knownWorkbook(db, workbook);
    if (known?.seenEtag === etag) return { ...NOTHING, outcome: 'nothing new' };
    const running = await runningBatch(db, workbook, task.name);
    if (running !== null) return joins(running.id);
    return withCopy(deps, workbook, 'path', async (copy) => {
      if (known?.seenHash === copy.version.hash) {
        await markSeen(db, workbook, copy.version);
        return { ...NOTHING, outcome: 'nothing new' };
      }
      const saved = { workbook, columns: deps.columnsOf(task), plan: deps.planOf(task) };
      try {
        const content = await read(copy, saved.columns, signal);
        return await start(saved, copy, content, savedBy);
      } catch (error) {
        if (!isFinal(error, activityInfo().attempt)) throw error;
        const outcome = errorMessage(error);
        await db.transaction(async (tx) => {
          await writeFailedBatch(tx, saved, outcome);
          await markSeen(tx, workbook, copy.version);
        });
        return { ...NOTHING, outcome };
      }
    });
  }

  function read(copy: WorkbookCopy, columns: WorkbookColumns, signal: AbortSignal): Promise<WorkbookContent> {
    const { signedWorkbooks } = deps;
    return readWorkbookApart(copy.path, { columns, name: basename(copy.workbook), signedWorkbooks, signal });
  }

  /** Writes down what is to be started, together with the version that it was decided on. */
  function start(
    saved: SavedWorkbook,
    copy: WorkbookCopy,
    content: WorkbookContent,
    savedBy: string | null,
  ): Promise<ExaminedSave> {
    const { workbook, columns, plan } = saved;
    const target = { workbook, columns, task: plan.task.name, copiedAt: copy.copiedAt };
    return db.transaction(async (tx) => {
      await lockBatchesOf(tx, workbook);
      const picked = await pickRows(tx, target, content.rows, deps);
      const { lookUp: rows } = picked;
      const started = rows.length === 0 ? null : await writeSavedBatch(tx, saved, content, rows, deps);
      const quicker =
        rows.length > 0 && started === null ? await runningBatch(tx, workbook, target.task) : null;
      if (quicker !== null) return joins(quicker.id);
      if (rows.length > 0 && started === null)
        throw new SaveError(
          'BATCH_ENDING',
          `a batch for ${workbook} has just ended; the save is examined again`,
        );
      await obeyWords(tx, { workbook, columns, savedBy, batchId: started }, picked);
      await markSeen(tx, workbook, copy.version);
      const outcome = started === null ? 'nothing to look up' : `batch ${started}: ${rows.length} rows`;
      return { running: null, started, writeAgain: await writeAgain(tx, picked.writeAgain), outcome };
    });
  }

  /** Adds the rows of a save to a batch; those it has already are asked for again. */
  function join(
    batch: Batch,
    copy: WorkbookCopy,
    content: WorkbookContent,
    upTo: number | null,
  ): Promise<BatchFigures> {
    const plan = deps.planOf(taskByName(batch.task));
    const { workbook } = copy;
    return db.transaction(async (tx) => {
      await lockBatchesOf(tx, workbook);
      const { task, columns } = batch;
      const target = { workbook, task, columns, copiedAt: copy.copiedAt };
      const picked = await pickRows(tx, target, content.rows, deps);
      const { lookUp, writeAgain: lost } = picked;
      await writeAgain(tx, lost);
      const own = lookUp.flatMap(({ onRecord }) => (onRecord?.batchId === batch.id ? [onRecord.rowId] : []));
      const others = lookUp.filter(({ onRecord }) => onRecord?.batchId !== batch.id);
      const known = await savedAnswers(tx, plan.task, others);
      await askAgain(tx, batch.id, await rowsById(tx, own), plan);
      if (others.length > 0)
        await addRows(tx, batch.id, { rows: others.map(({ row }) => row), warnings: [] }, plan, known);
      const savedBy = await whoSaved(tx, workbook, upTo);
      await obeyWords(tx, { workbook, columns, savedBy, batchId: batch.id }, picked);
      await markSeen(tx, workbook, copy.version);
      await markExamined(tx, workbook, upTo, `${lookUp.length} rows joined batch ${batch.id}`);
      const asked = lookUp.length - known.filter((each) => each !== null).length;
      const hold = await holdReason(tx, batch.id, asked, deps);
      if (hold !== null) await holdBatch(tx, batch.id, hold);
      return batchFigures(tx, batch.id);
    });
  }

  return asActivities({
    /** Looks at what was saved, and writes down what is to be started. May be done again without harm. */
    async examineSave(input: { workbook: string }): Promise<ExaminedSave> {
      const signal = cancellationSignal();
      const upTo = await newestWaiting(db, input.workbook);
      const startedMs = performance.now();
      let examined: ExaminedSave;
      try {
        examined = await examine(input.workbook, upTo, signal);
      } catch (error) {
        if (!isFinal(error, activityInfo().attempt)) throw error;
        examined = { ...NOTHING, outcome: errorMessage(error) };
      }
      if (examined.running === null) await markExamined(db, input.workbook, upTo, examined.outcome);
      const { outcome, started } = examined;
      log.info('Save examined', { workbook: input.workbook, outcome });
      if (started !== null) logRead(started, await batchFigures(db, started), startedMs);
      return examined;
    },

    /** Adds the rows of a save to a batch that runs; rows it has already are asked for again where they are due. */
    async joinRows(input: { batchId: string }): Promise<BatchFigures> {
      const signal = cancellationSignal();
      const batch = await findBatch(db, input.batchId);
      if (!hasWorkbook(batch)) throw new TypeError(`no batch ${input.batchId} has a workbook`);
      if (batch.sheet === null)
        throw new SaveError('BATCH_UNREAD', `batch ${batch.id} is still to be read; its rows come with that`);
      tellWait('the workbook to be read');
      const upTo = await newestWaiting(db, batch.workbook);
      try {
        return await withCopy(deps, batch.workbook, 'file', async (copy) =>
          join(batch, copy, await read(copy, batch.columns, signal), upTo),
        );
      } catch (error) {
        if (!isFinal(error, activityInfo().attempt)) throw error;
        // The batch has its rows all the same; once it has ended the sweep finds this save again.
        await markExamined(db, batch.workbook, upTo, errorMessage(error));
        return batchFigures(db, batch.id);
      }
    },
  });
}
