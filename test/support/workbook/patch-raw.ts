import { join } from 'node:path';

import { patchWorkbook } from '../../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../../src/workbook/read-workbook.ts';
import type { CellEdit, CellOutcome, Recalculate, WorkbookRow } from '../../../src/workbook/types.ts';
import { COLUMNS, editOf } from './folder.ts';
import { SHEET_PART, writeRawWorkbook } from './raw-workbook.ts';
import type { RawWorkbook } from './raw-workbook.ts';
import { unzip } from './zip-file.ts';

/** Edits for the rows that `texts` names by their row numbers. */
export function editsOf(rows: readonly WorkbookRow[], texts: Readonly<Record<number, string>>): CellEdit[] {
  return Object.entries(texts).map(([number, text]) => {
    const row = rows.find((each) => each.row === Number(number));
    if (row === undefined) throw new Error(`row ${number} was not read`);
    return editOf(row, text);
  });
}

export interface RawPatch {
  outcomes: CellOutcome[];
  notes: string[];
  /** The sheet's XML before and after. */
  before: string;
  after: string;
  path: string;
}

/** Reads a workbook of raw XML and patches it with the texts by row number. */
export async function patchRaw(
  folder: string,
  book: RawWorkbook,
  texts: Readonly<Record<number, string>>,
  more: Partial<CellEdit> & { recalculate?: Recalculate } = {},
): Promise<RawPatch> {
  const { recalculate = 'auto', ...ofEdits } = more;
  const source = await writeRawWorkbook(folder, book);
  const path = join(folder, 'patched.xlsx');
  const { rows } = await readWorkbook(source, { columns: COLUMNS });
  const edits = editsOf(rows, texts).map((edit) => ({ ...edit, ...ofEdits }));
  const { outcomes, notes } = await patchWorkbook(source, path, { columns: COLUMNS, edits, recalculate });
  const [before, after] = [await sheetOf(source), await sheetOf(path)];
  return { outcomes, notes, before, after, path };
}

async function sheetOf(path: string): Promise<string> {
  return (await unzip(path)).get(SHEET_PART)!.toString();
}

/** Replaces each text once; one that stands there twice or never is an error. */
export function replacedOnce(text: string, replacements: readonly (readonly [string, string])[]): string {
  return replacements.reduce((all, [from, to]) => {
    const [head, tail, ...others] = all.split(from);
    if (tail === undefined || others.length > 0) throw new Error(`not there exactly once: ${from}`);
    return head! + to + tail;
  }, text);
}
