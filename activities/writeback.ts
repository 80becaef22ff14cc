import { basename, join } from 'node:path';
import { cancellationSignal } from '@temporalio/activity';
import { findBatch, lockBatchesOf } from '../src/db/batches.ts';
import type { Batch } from '../src/db/batches.ts';
import { batchFigures } from '../src/db/batch-figures.ts';
import type { BatchFigures } from '../src/db/batch-figures.ts';
import { endSession, sessionsUnderWay } from '../src/db/editing-sessions.ts';
import { statusText } from '../src/db/status-column.ts';
import { markWrittenOver } from '../src/db/workbooks.ts';
import { markWritten, rowsToWrite } from '../src/db/written-rows.ts';
import { errorMessage } from '../src/errors.ts';
import { sha256OfFile } from '../src/files/sha256.ts';
import { FileError } from '../src/files/types.ts';
import type { LastLook } from '../src/files/types.ts';
import type { CommandService } from '../src/onlyoffice/command-service.ts';
import { patchWorkbookApart } from '../src/workbook/apart/apart.ts';
import type { CellEdit, CellOutcome } from '../src/workbook/types.ts';
import { asActivities } from './as-activities.ts';
import { withCopy } from '../src/batches/workbook-copy.ts';
import type { WorkbookDeps } from '../src/batches/workbook-copy.ts';
import { withLease } from '../src/batches/workbook-lease.ts';

export type WritebackActivities = ReturnType<typeof createWritebackActivities>;

export interface WritebackDeps extends WorkbookDeps {
  /** Asks the document server whether a session is open; null where it cannot be asked. */
  editors: Pick<CommandService, 'isOpen'> | null;
}

/** A person who saves every few seconds: after so many lost races the activity's own retry goes on, with pauses. */
const MAX_RACES = 5;

type ToWrite = Awaited<ReturnType<typeof rowsToWrite>>[number];

function editOf({ row, unwritten, recorded }: ToWrite, batch: Batch, now: Date): CellEdit {
  return {
    id: String(row.id),
    input: row.input,
    inputUrl: row.inputUrl,
    email: row.email,
    occurrence: row.occurrence,
    text: unwritten ? (row.result ?? '') : null,
    status: batch.columns.status === null || row.toShow === row.shown ? null : statusText(row.toShow, now),
    recorded,
    fresh: batch.fresh,
  };
}

/** Writing results into the result column, one writeback at a time for a workbook. */
export function createWritebackActivities(deps: WritebackDeps) {
  const { files, editors } = deps;
  const { db } = deps.database;

  /** An editor that holds the workbook open would take what is written now out again with its next save. */
  async function awaitEditors(workbook: string): Promise<void> {
    const [session] = editors === null ? [] : await sessionsUnderWay(db, workbook);
    if (session === undefined) return;
    const open = session.endedAt === null && (await isOpen(workbook, session.key));
    if (session.endedAt === null && !open) await endSession(db, session.key);
    const how = open ? 'is open in an editor' : 'was closed in an editor, whose last save is to come';
    throw new FileError('FILE_BEING_EDITED', `${workbook} ${how}`);
  }

  async function isOpen(workbook: string, key: string): Promise<boolean> {
    return (
      editors?.isOpen(key).catch((cause: unknown) => {
        const why = `whether ${workbook} is open in an editor cannot be told: ${errorMessage(cause, 200)}`;
        throw new FileError('FILE_BEING_EDITED', why, { cause });
      }) ?? false
    );
  }

  async function patch(
    batch: Batch,
    edits: CellEdit[],
    signal: AbortSignal,
    stillHeld: LastLook,
  ): Promise<CellOutcome[]> {
    await awaitEditors(batch.workbook);
    return withCopy(deps, batch.workbook, 'file', async ({ workbook, path, folder, version }) => {
      const target = join(folder, 'target');
      const { outcomes } = await patchWorkbookApart(path, target, {
        columns: batch.columns,
        edits,
        name: basename(workbook),
        signal,
      });
      if (outcomes.some(({ outcome, status }) => outcome === 'written' || status === 'written')) {
        const hash = await sha256OfFile(target);
        const { etag } = await files.replace(workbook, target, version, stillHeld);
        await markWrittenOver(db, workbook, version.etag, { etag, hash });
      }
      return outcomes;
    });
  }

  async function patchAgainstRaces(
    batch: Batch,
    edits: CellEdit[],
    signal: AbortSignal,
    stillHeld: LastLook,
  ): Promise<CellOutcome[]> {
    for (let race = 1; ; race += 1) {
      try {
        return await patch(batch, edits, signal, stillHeld);
      } catch (error) {
        if (!(error instanceof FileError) || error.code !== 'FILE_CHANGED' || race === MAX_RACES) throw error;
      }
    }
  }

  async function writeRows(batch: Batch, signal: AbortSignal, stillHeld: LastLook): Promise<void> {
    const now = new Date();
    const behind = await rowsToWrite(db, batch);
    if (behind.length === 0) return;
    const edits = behind.map((row) => editOf(row, batch, now));
    const outcomes = new Map(
      (await patchAgainstRaces(batch, edits, signal, stillHeld)).map((each) => [each.id, each]),
    );
    const written = behind.flatMap(({ row }, index) => {
      const outcome = outcomes.get(String(row.id));
      return outcome === undefined
        ? []
        : [{ ...outcome, text: edits[index]?.text ?? null, shown: row.toShow }];
    });
    await db.transaction(async (tx) => {
      await lockBatchesOf(tx, batch.workbook);
      await markWritten(tx, batch.columns.result, written);
    });
  }

  return asActivities({
    /** Brings the workbook up to date with every result not yet written, and its status column where there is one. */
    async writeBack(input: { batchId: string }): Promise<BatchFigures> {
      const signal = cancellationSignal();
      const batch = await findBatch(db, input.batchId);
      if (batch === null) throw new TypeError(`batch ${input.batchId} is unknown`);
      await withLease(deps.database, batch.workbook, (stillHeld) => writeRows(batch, signal, stillHeld));
      return batchFigures(db, batch.id);
    },
  });
}
