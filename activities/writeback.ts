import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Batch, findBatch } from '../src/db/batches.ts';
import { batchFigures, type BatchFigures } from '../src/db/counts.ts';
import type { Database } from '../src/db/database.ts';
import { markWritten, unwrittenRows } from '../src/db/written-rows.ts';
import { FileError, type FileStore } from '../src/files/types.ts';
import { type CellEdit, patchWorkbookApart } from '../src/workbook/index.ts';
import { withFailures } from './failures.ts';
import { withHeartbeat } from './heartbeat.ts';

export type WritebackActivities = ReturnType<typeof createWritebackActivities>;

/** A person who saves every few seconds: after so many lost races the activity's own retry goes on, with pauses. */
const MAX_RACES = 5;

function editOf(
  { row, recorded }: Awaited<ReturnType<typeof unwrittenRows>>[number],
  batch: Batch,
): CellEdit {
  return {
    id: String(row.id),
    input: row.input,
    inputUrl: row.inputUrl,
    email: row.email,
    occurrence: row.occurrence,
    rowHint: row.row,
    text: row.result ?? '',
    status: null,
    recorded,
    fresh: batch.fresh,
  };
}

/** Writing results into the result column, one writeback at a time for a workbook. */
export function createWritebackActivities({ database, files }: { database: Database; files: FileStore }) {
  const { db, sql } = database;

  async function patch(batch: Batch, edits: CellEdit[], signal: AbortSignal) {
    const folder = await mkdtemp(join(tmpdir(), 'tsuiseki-'));
    try {
      const [source, target] = [join(folder, 'source'), join(folder, 'target')];
      const version = await files.download(batch.workbook, source);
      const { outcomes } = await patchWorkbookApart(source, target, {
        columns: batch.columns,
        edits,
        name: basename(batch.workbook),
        signal,
      });
      if (outcomes.some((outcome) => outcome.outcome === 'written'))
        await files.replace(batch.workbook, target, version);
      return outcomes;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async function patchAgainstRaces(batch: Batch, edits: CellEdit[], signal: AbortSignal) {
    for (let race = 1; ; race += 1) {
      try {
        return await patch(batch, edits, signal);
      } catch (error) {
        if (!(error instanceof FileError) || error.code !== 'FILE_CHANGED' || race === MAX_RACES) throw error;
      }
    }
  }

  async function writeUnwritten(batch: Batch, signal: AbortSignal): Promise<void> {
    const edits = (await unwrittenRows(db, batch)).map((unwritten) => editOf(unwritten, batch));
    if (edits.length === 0) return;
    const outcomes = await patchAgainstRaces(batch, edits, signal);
    const textOf = new Map(edits.map((edit) => [edit.id, edit.text]));
    const dealtWith = outcomes.map((outcome) => ({ ...outcome, text: textOf.get(outcome.id) ?? '' }));
    await db.transaction((tx) => markWritten(tx, batch.columns.result, dealtWith));
  }

  /** The lock is the connection's: a worker that dies gives it up. */
  async function oneAtATime(workbook: string, work: () => Promise<void>): Promise<void> {
    const connection = await sql.reserve();
    try {
      await connection`select pg_advisory_lock(hashtextextended(${workbook}, 0))`;
      try {
        await work();
      } finally {
        await connection`select pg_advisory_unlock(hashtextextended(${workbook}, 0))`;
      }
    } finally {
      connection.release();
    }
  }

  return withFailures({
    /** Brings the workbook up to date with every result not yet written. */
    async writeBack(input: { batchId: string }): Promise<BatchFigures> {
      return withHeartbeat(async (signal) => {
        const batch = await findBatch(db, input.batchId);
        if (batch === null) throw new TypeError(`batch ${input.batchId} is unknown`);
        await oneAtATime(batch.workbook, () => writeUnwritten(batch, signal));
        return batchFigures(db, batch.id);
      });
    },
  });
}
