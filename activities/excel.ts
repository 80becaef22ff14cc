import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { eq } from 'drizzle-orm';
import { findBatch } from '../src/db/batches.ts';
import { batchFigures, type BatchFigures } from '../src/db/counts.ts';
import type { Database } from '../src/db/database.ts';
import { importRows } from '../src/db/import-rows.ts';
import { batches } from '../src/db/schema.ts';
import type { FileStore } from '../src/files/types.ts';
import { taskByName } from '../src/tasks/registry.ts';
import type { TrackingTask } from '../src/tasks/types.ts';
import { readWorkbookApart } from '../src/workbook/index.ts';
import { withFailures } from './failures.ts';
import { withHeartbeat } from './heartbeat.ts';

export type ExcelActivities = ReturnType<typeof createExcelActivities>;

export interface ExcelDeps {
  database: Database;
  files: FileStore;
  sitemapIdOf(task: TrackingTask): number;
  urlsPerJobOf(task: TrackingTask): number;
}

/** Reading a workbook, on `tracking_excel_queue`: in a process of its own, replaced after each workbook. */
export function createExcelActivities({ database, files, sitemapIdOf, urlsPerJobOf }: ExcelDeps) {
  const { db } = database;
  return withFailures({
    /** Reads the batch's workbook, and writes its rows and jobs down. */
    async readWorkbook(input: { batchId: string }): Promise<BatchFigures> {
      return withHeartbeat(async (signal) => {
        const batch = await findBatch(db, input.batchId);
        if (batch === null) throw new TypeError(`batch ${input.batchId} is unknown`);
        const task = taskByName(batch.task);
        const folder = await mkdtemp(join(tmpdir(), 'tsuiseki-'));
        try {
          const copy = join(folder, 'workbook');
          await files.download(batch.workbook, copy);
          const content = await readWorkbookApart(copy, {
            columns: batch.columns,
            name: basename(batch.workbook),
            signal,
          });
          await db.transaction(async (tx) => {
            const plan = { task, sitemapId: sitemapIdOf(task), urlsPerJob: urlsPerJobOf(task) };
            await importRows(tx, batch, content, plan);
            await tx.update(batches).set({ sheet: content.sheet }).where(eq(batches.id, batch.id));
          });
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
        return batchFigures(db, batch.id);
      });
    },
  });
}
