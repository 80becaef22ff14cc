import { basename, join } from 'node:path';
import { lockBatchesOf, setNotes } from '../db/batches.ts';
import type { WorkbookBatch } from '../db/batches.ts';
import { endSession, FORGOTTEN_AFTER_MS, sessionsUnderWay } from '../db/editing-sessions.ts';
import { markAnswered, wordsOnRecord } from '../db/sheet-words.ts';
import { statusText } from '../db/status-column.ts';
import { markWrittenOver } from '../db/workbooks.ts';
import { markWritten, rowsToWrite, setAsideOlder, warningsFor } from '../db/written-rows.ts';
import { errorMessage } from '../errors.ts';
import { sha256OfFile } from '../files/sha256.ts';
import { FileError } from '../files/types.ts';
import type { LastLook } from '../files/types.ts';
import type { CommandService } from '../onlyoffice/command-service.ts';
import { patchWorkbookApart } from '../workbook/apart/apart.ts';
import type {
  CellEdit,
  CellOutcome,
  PatchReport,
  Recalculate,
  SignedWorkbooks,
  WorkbookColumns,
} from '../workbook/types.ts';
import { SheetAnswers } from './answer-words.ts';
import { withCopy } from './workbook-copy.ts';
import type { WorkbookDeps } from './workbook-copy.ts';
import { withLease } from './workbook-lease.ts';

export interface WritebackDeps extends WorkbookDeps {
  recalculate: Recalculate;
  signedWorkbooks: SignedWorkbooks;
  /** Asks the document server whether a session is open; null where it cannot be asked, or is not to be. */
  editors: Pick<CommandService, 'isOpen'> | null;
  /** Told each time the workbook was changed by somebody else between reading and writing. */
  onConflict?: () => void;
}

/** One attempt: it ends early with the signal, and looks once more whether the lease is held just before it writes. */
interface Attempt {
  workbook: string;
  columns: WorkbookColumns;
  signal: AbortSignal;
  stillHeld: LastLook;
}

/** By the numbers of rows: whose results the workbook holds now, whose status it shows anew, which were left alone. */
export interface Written {
  written: number[];
  shown: number[];
  left: { row: number; why: string }[];
}

/** A person who saves every few seconds: after so many lost races the activity's own retry goes on, with pauses. */
const MAX_RACES = 5;

type ToWrite = Awaited<ReturnType<typeof rowsToWrite>>[number];

function editOf({ row, unwritten, recorded }: ToWrite, batch: WorkbookBatch, now: Date): CellEdit {
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

/**
 * Brings the workbook up to date with every result of a batch not yet written, and its status column where there is one.
 *
 * @throws {FileError} it cannot be read or written now, or is open in an editor
 * @throws {WorkbookBusy} somebody else writes it at this moment
 */
export function writeBack(deps: WritebackDeps, batch: WorkbookBatch, signal: AbortSignal): Promise<Written> {
  const { workbook, columns } = batch;
  return withLease(deps.database, workbook, (stillHeld) =>
    writeRows(deps, batch, { workbook, columns, signal, stillHeld }),
  );
}

/**
 * Answers the words that people typed into the workbook's status cells. Throws as {@link writeBack}.
 */
export function answerWords(deps: WritebackDeps, workbook: string, signal: AbortSignal): Promise<void> {
  return withLease(deps.database, workbook, async (stillHeld) => {
    const { db } = deps.database;
    const words = await wordsOnRecord(db, workbook);
    const columns = words.all().find(({ answerTo }) => answerTo !== null)?.answerTo?.columns;
    if (columns === undefined) return;
    const answers = new SheetAnswers(words);
    const attempt = { workbook, columns, signal, stillHeld };
    const report = await patchAgainstRaces(deps, attempt, answers.rest());
    await markAnswered(db, workbook, answers.answered(outcomesOf(report)));
  });
}

const outcomesOf = ({ outcomes }: PatchReport) => new Map(outcomes.map((each) => [each.id, each]));

async function writeRows(deps: WritebackDeps, batch: WorkbookBatch, attempt: Attempt): Promise<Written> {
  const { db } = deps.database;
  const now = new Date();
  await setAsideOlder(db, batch);
  const behind = await rowsToWrite(db, batch);
  if (behind.length === 0) return { written: [], shown: [], left: [] };
  const answers =
    batch.columns.status === null ? null : new SheetAnswers(await wordsOnRecord(db, batch.workbook));
  const edits = behind.map((row) => {
    const edit = editOf(row, batch, now);
    return answers?.heed(edit) ?? edit;
  });
  const report = await patchAgainstRaces(deps, attempt, [...edits, ...(answers?.rest() ?? [])]);
  const outcomes = outcomesOf(report);
  const written = behind.flatMap(({ row }, index) => {
    const outcome = outcomes.get(String(row.id));
    return outcome === undefined ? [] : [{ ...outcome, text: edits[index]?.text ?? null, shown: row.toShow }];
  });
  await db.transaction(async (tx) => {
    await lockBatchesOf(tx, batch.workbook);
    await markWritten(tx, batch.columns.result, written);
    if (answers !== null) await markAnswered(tx, batch.workbook, answers.answered(outcomes));
    if (hasWritten(report)) await setNotes(tx, batch.id, report.notes);
  });
  return inShort(batch, behind, outcomes);
}

function inShort(
  { columns }: WorkbookBatch,
  behind: readonly ToWrite[],
  outcomes: ReadonlyMap<string, CellOutcome>,
): Written {
  const warnings = warningsFor(columns.result);
  const written: Written = { written: [], shown: [], left: [] };
  for (const { row, unwritten } of behind) {
    const outcome = outcomes.get(String(row.id));
    if (outcome === undefined) continue;
    const number = outcome.row ?? row.row;
    const why = warnings[outcome.outcome];
    if (outcome.status === 'written') written.shown.push(number);
    if (!unwritten) continue;
    if (why === undefined) written.written.push(number);
    else written.left.push({ row: number, why });
  }
  return written;
}

async function patchAgainstRaces(
  deps: WritebackDeps,
  attempt: Attempt,
  edits: CellEdit[],
): Promise<PatchReport> {
  for (let race = 1; ; race += 1) {
    try {
      return await patch(deps, attempt, edits);
    } catch (error) {
      if (!(error instanceof FileError) || error.code !== 'FILE_CHANGED') throw error;
      deps.onConflict?.();
      if (race === MAX_RACES) throw error;
    }
  }
}

async function patch(
  deps: WritebackDeps,
  { workbook: named, columns, signal, stillHeld }: Attempt,
  edits: CellEdit[],
): Promise<PatchReport> {
  await awaitEditors(deps, named);
  return withCopy(deps, named, 'file', async ({ workbook, path, folder, version }) => {
    const target = join(folder, 'target');
    const report = await patchWorkbookApart(path, target, {
      columns,
      recalculate: deps.recalculate,
      edits,
      name: basename(workbook),
      signedWorkbooks: deps.signedWorkbooks,
      signal,
    });
    if (hasWritten(report)) {
      const hash = await sha256OfFile(target);
      const { etag } = await deps.files.replace(workbook, target, version, stillHeld);
      await markWrittenOver(deps.database.db, workbook, version.etag, { etag, hash });
    }
    return report;
  });
}

function hasWritten({ outcomes }: PatchReport): boolean {
  return outcomes.some(({ outcome, status }) => outcome === 'written' || status === 'written');
}

/** An editor that holds the workbook open would take what is written now out again with its next save. */
async function awaitEditors({ database: { db }, editors }: WritebackDeps, workbook: string): Promise<void> {
  if (editors === null) return;
  const [session] = await sessionsUnderWay(db, workbook);
  if (session === undefined) return;
  const open = session.endedAt === null && (await isOpen(editors, workbook, session));
  if (session.endedAt === null && !open) await endSession(db, session.key);
  const how = open ? 'is open in an editor' : 'was closed in an editor, whose last save is to come';
  throw new FileError('FILE_BEING_EDITED', `${workbook} ${how}`);
}

async function isOpen(
  editors: Pick<CommandService, 'isOpen'>,
  workbook: string,
  { key, beganAt }: { key: string; beganAt: Date },
): Promise<boolean> {
  try {
    return await editors.isOpen(key);
  } catch (cause) {
    // A dead document server never tells of an end.
    if (Date.now() - beganAt.getTime() > FORGOTTEN_AFTER_MS) return false;
    const why = `whether ${workbook} is open in an editor cannot be told: ${errorMessage(cause, 200)}`;
    throw new FileError('FILE_BEING_EDITED', why, { cause });
  }
}
