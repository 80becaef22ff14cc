import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { basename } from 'node:path';

import { columnRoles } from './columns.ts';
import type { WorkbookLimits } from './limits.ts';
import { matchEdits } from './match-edits.ts';
import type { MatchedRow } from './match-edits.ts';
import { OpenSheet } from './open-sheet.ts';
import { MAX_CELL_LENGTH, widenDimension, writeCell } from './sheet/result-cell.ts';
import type { Splice } from './sheet/splices.ts';
import { WriteObstacles } from './sheet/write-obstacles.ts';
import type { CellEdit, CellOutcome, PatchReport, WorkbookColumns } from './types.ts';
import { writePatched } from './zip/write-patched.ts';

/** What every text of ours in more than one field holds (interface section 5). */
const FIELD_SEPARATOR = '｜｜｜';

export interface PatchWorkbookOptions {
  columns: WorkbookColumns;
  edits: readonly CellEdit[];
  /** The workbook's name in messages; the source's base name unless given. */
  name?: string;
  limits?: Partial<WorkbookLimits>;
}

/**
 * Writes texts into the result column of a copy of the workbook. The source is only read. In the copy every part but
 * the active sheet holds the same bytes; the sheet's XML differs in those cells alone, and in `dimension` and `spans`
 * where a cell is new. With nothing to write the copy equals the source.
 *
 * @param targetPath replaced if it is there; not left behind on failure. Moving it into place is the caller's
 * @throws {WorkbookError} as `readWorkbook`
 */
export async function patchWorkbook(
  sourcePath: string,
  targetPath: string,
  options: PatchWorkbookOptions,
): Promise<PatchReport> {
  const roles = columnRoles(options.columns);
  const edits = options.edits.map((edit) => ({ ...edit, text: edit.text.slice(0, MAX_CELL_LENGTH) }));
  const sheet = await OpenSheet.open(sourcePath, options.name ?? basename(sourcePath), options.limits);
  try {
    const { rows, facts, tables } = await matchEdits(sheet, roles, edits);
    const obstacles = new WriteObstacles(roles.result, facts, tables);
    const outcomes = edits.map((edit, index) => outcomeOf(edit, rows[index] ?? null, obstacles));

    // Two edits of one row: the later one stands.
    const splicesOfRow = new Map<number, Splice[]>();
    const newRows: number[] = [];
    for (const [index, { outcome }] of outcomes.entries()) {
      const edit = edits[index];
      const place = rows[index]?.place;
      if (outcome !== 'written' || edit === undefined || place === undefined) continue;
      splicesOfRow.set(place.row, writeCell(place, roles.result, facts, edit.text));
      if (!place.present) newRows.push(place.row);
    }
    if (splicesOfRow.size === 0) {
      await copyFile(sourcePath, targetPath, constants.COPYFILE_FICLONE);
    } else {
      const dimension = widenDimension(facts, roles.result, newRows);
      const splices = [...splicesOfRow.values()].flat();
      if (dimension !== null) splices.push(dimension);
      await writePatched(sheet.archive, sheet.parts.sheetPart, splices, targetPath);
    }
    return { sheet: sheet.parts.sheet, outcomes };
  } finally {
    await sheet.close();
  }
}

/** What is to be done with one edit: a formula and a person's own text are left alone, and so are obstacles. */
function outcomeOf(edit: CellEdit, row: MatchedRow | null, obstacles: WriteObstacles): CellOutcome {
  if (row === null) return { id: edit.id, outcome: 'gone', row: null };
  const number = row.place.row;
  const found = { id: edit.id, row: number };
  if (row.resultIsFormula || obstacles.isFormula(number)) return { ...found, outcome: 'formula' };
  const obstacle = obstacles.at(number);
  if (obstacle !== null) return { ...found, outcome: 'person', note: obstacle };
  if (row.result === edit.text) return { ...found, outcome: 'same' };
  const ours =
    row.result.trim() === '' || row.result.includes(FIELD_SEPARATOR) || row.result === edit.recorded;
  return { ...found, outcome: ours || edit.fresh ? 'written' : 'person' };
}
