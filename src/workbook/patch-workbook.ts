import { constants } from 'node:fs';
import { copyFile, rm, stat } from 'node:fs/promises';

import { FormulaWordings } from './formulas/formula-wordings.ts';
import { recalculation } from './formulas/recalculation.ts';
import { SheetFormulas } from './formulas/sheet-formulas.ts';
import { columnRoles } from './sheet/columns.ts';
import type { ColumnRoles } from './sheet/columns.ts';
import { heldText, outcomeOf } from './edit-outcome.ts';
import type { ColumnObstacles } from './edit-outcome.ts';
import { matchEdits } from './match-edits.ts';
import type { MatchedRow } from './match-edits.ts';
import { writingNotes } from './notices.ts';
import { OpenSheet } from './open-sheet.ts';
import type { OpenOptions } from './open-sheet.ts';
import { rowSplices, widenDimension } from './sheet/row-splices.ts';
import type { RowWrite } from './sheet/row-splices.ts';
import type { SheetFacts } from './sheet/sheet-scanner.ts';
import { inOrder, splicesMadeBy } from './zip/splices.ts';
import type { Splice } from './zip/splices.ts';
import { WriteObstacles } from './sheet/write-obstacles.ts';
import { WorkbookError } from './types.ts';
import type { CellEdit, CellOutcome, PatchReport, Recalculate, WorkbookColumns } from './types.ts';
import { writePatched } from './zip/write-patched.ts';

export interface PatchWorkbookOptions extends OpenOptions {
  columns: WorkbookColumns;
  edits: readonly CellEdit[];
  /** Whether formulas that depend on a written cell are calculated on opening; unless `never`. */
  recalculate?: Recalculate;
}

/**
 * Writes texts into the result and status columns of a copy of the workbook. The source is only read. In the copy every
 * part but the active sheet holds the same bytes; the sheet's XML differs in those cells alone, and in `dimension` and
 * `spans` where a cell is new. Formulas that depend on a written cell lose their stored values besides, see
 * `recalculation`. With nothing to write the copy equals the source.
 *
 * @param targetPath replaced if it is there; not left behind on failure. Moving it into place is the caller's
 * @throws {WorkbookError} as `readWorkbook`
 * @throws {RangeError} the target is the source
 */
export async function patchWorkbook(
  sourcePath: string,
  targetPath: string,
  options: PatchWorkbookOptions,
): Promise<PatchReport> {
  const roles = columnRoles(options.columns);
  await checkTarget(sourcePath, targetPath);
  const { edits } = options;
  const sheet = await OpenSheet.open(sourcePath, options);
  try {
    const formulas =
      options.recalculate === 'never' ? null : new SheetFormulas(sheet.parts.sheetAt, new FormulaWordings());
    const { rows, facts, fixed } = await matchEdits(sheet, roles, edits, formulas?.scanner() ?? null);
    const obstacles: ColumnObstacles = {
      result: new WriteObstacles(roles.result, facts, fixed),
      status: roles.status === null ? null : new WriteObstacles(roles.status, facts, fixed),
    };
    const outcomes = edits.map((edit, index) => outcomeOf(edit, rows[index] ?? null, obstacles));

    const writes = writesOf(edits, rows, outcomes);
    const notes: string[] = [];
    if (writes.length === 0) {
      await copyWhole(sourcePath, targetPath);
    } else {
      const written = await writeCells(sheet, roles, facts, formulas, writes, targetPath);
      notes.push(...written.notes, ...writingNotes(sheet, written.parts));
    }
    return { sheet: sheet.parts.sheet, outcomes, notes };
  } finally {
    await sheet.close();
  }
}

/**
 * Writing the target would destroy the source, and clean-up after a failure remove it.
 *
 * @throws {RangeError} both are one file
 */
export async function checkTarget(sourcePath: string, targetPath: string): Promise<void> {
  const [source, target] = await Promise.all(
    [sourcePath, targetPath].map((path) => stat(path, { bigint: true }).catch(() => null)),
  );
  if (source != null && target != null && source.ino === target.ino && source.dev === target.dev)
    throw new RangeError('a workbook cannot be patched onto itself');
}

async function copyWhole(sourcePath: string, targetPath: string): Promise<void> {
  try {
    await copyFile(sourcePath, targetPath, constants.COPYFILE_FICLONE);
  } catch (error) {
    await rm(targetPath, { force: true });
    throw error;
  }
}

/** By row; of two edits of one row the later one stands. */
function writesOf(
  edits: readonly CellEdit[],
  rows: readonly (MatchedRow | null)[],
  outcomes: readonly CellOutcome[],
): RowWrite[] {
  const writes = new Map<number, RowWrite>();
  for (const [index, { text, status }] of edits.entries()) {
    const place = rows[index]?.place;
    const outcome = outcomes[index];
    if (place === undefined || (outcome?.outcome !== 'written' && outcome?.status !== 'written')) continue;
    const write = writes.get(place.row) ?? { place, result: null, status: null };
    if (outcome.outcome === 'written' && text !== null) write.result = heldText(text);
    if (outcome.status === 'written' && status !== null) write.status = heldText(status);
    writes.set(place.row, write);
  }
  return [...writes.values()].sort((a, b) => a.place.row - b.place.row);
}

function* cellsOf(writes: readonly RowWrite[]): Generator<{ row: number; column: number }> {
  for (const { place, result, status } of writes) {
    if (result !== null) yield { row: place.row, column: place.result.column };
    if (status !== null && place.status !== null) yield { row: place.row, column: place.status.column };
  }
}

/**
 * Writes the cells, and drops what formulas have stored that depend on them; tells which parts it wrote anew.
 *
 * @param formulas of the sheet; null: all keep what they have stored
 */
async function writeCells(
  { archive, parts }: OpenSheet,
  roles: ColumnRoles,
  facts: SheetFacts,
  formulas: SheetFormulas | null,
  writes: readonly RowWrite[],
  targetPath: string,
): Promise<{ parts: string[]; notes: string[] }> {
  const { sheetPart, workbookPart } = parts;
  const cells = splicesMadeBy(() => splicesOf(writes, facts));
  const { splices, notes } =
    formulas === null
      ? { splices: new Map<string, Iterable<Splice>>(), notes: [] }
      : await recalculation({
          archive,
          workbookPart,
          sheet: { part: sheetPart, formulas, hasTables: facts.tableIds.length > 0 },
          cells: cellsOf(writes),
          readColumns: [roles.input, roles.email],
        });
  const all = new Map([...splices, [sheetPart, inOrder(cells, splices.get(sheetPart) ?? [])]]);
  try {
    await writePatched(archive, all, targetPath);
    return { parts: [...all.keys()], notes };
  } catch (error) {
    if (!(error instanceof WorkbookError) || all.size === 1) throw error;
    // Another part is odd in a way that reading it for its formulas passed over: no reason to keep results back.
    await writePatched(archive, new Map([[sheetPart, cells]]), targetPath);
    return { parts: [sheetPart], notes: [`formulas keep their stored values: ${error.message}`] };
  }
}

function* splicesOf(writes: readonly RowWrite[], facts: SheetFacts): Generator<Splice> {
  const dimension = widenDimension(facts, writes);
  // Before the rows, or behind them, against the schema.
  const isFirst = dimension !== null && dimension.offset < (writes[0]?.place.result.offset ?? 0);
  if (isFirst) yield dimension;
  for (const write of writes) yield* rowSplices(write, facts);
  if (dimension !== null && !isFirst) yield dimension;
}
