import { join } from 'node:path';

import { patchWorkbook } from '../../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../../src/workbook/read-workbook.ts';
import type { CellEdit, PatchReport, WorkbookContent } from '../../../src/workbook/types.ts';
import { COLUMNS } from './folder.ts';
import { editsOf } from './patch-raw.ts';
import { SHEET_PART } from './raw-workbook.ts';
import { unzip } from './zip-file.ts';

/** A workbook that is kept with the tests, each with one oddity met in people's files. */
export function casePath(name: string): string {
  return `test/fixtures/workbooks/${name}.xlsx`;
}

export function readCase(name: string): Promise<WorkbookContent> {
  return readWorkbook(casePath(name), { columns: COLUMNS });
}

/** Reads a workbook, patches it with the texts by row number, and gives the sheet's XML as it is then. */
export async function patchFile(
  source: string,
  folder: string,
  texts: Readonly<Record<number, string>>,
  more: Partial<CellEdit> = {},
): Promise<PatchReport & { path: string; after: string }> {
  const path = join(folder, 'patched-file.xlsx');
  const { rows } = await readWorkbook(source, { columns: COLUMNS });
  const edits = editsOf(rows, texts).map((edit) => ({ ...edit, ...more }));
  const report = await patchWorkbook(source, path, { columns: COLUMNS, edits });
  return { ...report, path, after: (await unzip(path)).get(SHEET_PART)!.toString() };
}
