import { basename } from 'node:path';
import { cancellationSignal, log } from '@temporalio/activity';
import { findBatch, hasWorkbook, lockBatch } from '../src/db/batches.ts';
import { batchFigures } from '../src/db/batch-figures.ts';
import type { BatchFigures } from '../src/db/batch-figures.ts';
import { importRows } from '../src/batches/import-rows.ts';
import type { ImportPlan } from '../src/batches/import-rows.ts';
import { newestWaiting } from '../src/db/saves.ts';
import { markSeen } from '../src/db/workbooks.ts';
import { taskByName } from '../src/tasks/registry.ts';
import type { TrackingTask } from '../src/tasks/types.ts';
import { readWorkbookApart } from '../src/workbook/apart/apart.ts';
import type { SignedWorkbooks } from '../src/workbook/types.ts';
import { asActivities, tellWait } from './as-activities.ts';
import { withCopy } from '../src/batches/workbook-copy.ts';
import type { WorkbookDeps } from '../src/batches/workbook-copy.ts';

export type ExcelActivities = ReturnType<typeof createExcelActivities>;

export interface ExcelDeps extends WorkbookDeps {
  signedWorkbooks: SignedWorkbooks;
  planOf(task: TrackingTask): ImportPlan;
}

/** By this text operators have always searched; see docs/logs.md. */
export function logRead(batchId: string, { counts }: BatchFigures, startedMs: number): void {
  const tookMs = Math.round(performance.now() - startedMs);
  log.info('Excel processing complete', { batchId, rows: counts.total, invalid: counts.invalid, tookMs });
}

/** Reading a workbook, on `tracking_excel_queue`: in a process of its own, replaced after each workbook. */
export function createExcelActivities({ database, files, signedWorkbooks, planOf }: ExcelDeps) {
  const { db } = database;
  return asActivities({
    /** Reads the batch's workbook, and writes its rows and jobs down, unless that was done. */
    async readWorkbook(input: { batchId: string }): Promise<BatchFigures> {
      const signal = cancellationSignal();
      const batch = await findBatch(db, input.batchId);
      if (!hasWorkbook(batch)) throw new TypeError(`no batch ${input.batchId} has a workbook`);
      if (batch.sheet !== null) return batchFigures(db, batch.id);
      const task = taskByName(batch.task);
      tellWait('the workbook to be read');
      const startedMs = performance.now();
      await withCopy({ database, files }, batch.workbook, 'file', async ({ workbook, path, version }) => {
        const options = { columns: batch.columns, name: basename(workbook), signedWorkbooks, signal };
        const content = await readWorkbookApart(path, options);
        await db.transaction(async (tx) => {
          // Whoever was thought dead may have done it meanwhile.
          if ((await lockBatch(tx, batch.id))?.sheet !== null) return;
          await importRows(tx, batch, content, planOf(task));
          // A save that waits is still to be examined, though its rows are all here.
          if ((await newestWaiting(tx, workbook)) === null) await markSeen(tx, workbook, version);
        });
      });
      const figures = await batchFigures(db, batch.id);
      logRead(batch.id, figures, startedMs);
      return figures;
    },
  });
}
