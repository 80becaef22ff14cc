import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import { afterEach } from 'vitest';

export type Cell = string | number | { formula: string; result: string | number };

const folders: string[] = [];

/** To be called once a test file: removes what its tests wrote. */
export function removeWorkbooksAfterEach(): void {
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  });
}

/** The path of a workbook that is not there yet, in a folder of its own. */
export async function newWorkbookPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tsuiseki-test-'));
  folders.push(folder);
  return join(folder, 'list.xlsx');
}

/** Saves a sheet as a person would: a header, then rows of A, B, C. Gives its path. */
export async function saveWorkbook(rows: readonly (readonly Cell[])[], path?: string): Promise<string> {
  const workbook = new ExcelJS.Workbook();
  const sheet = workbook.addWorksheet('発送一覧');
  sheet.addRows([['番号', 'メール', '状況'], ...rows]);
  const target = path ?? (await newWorkbookPath());
  await workbook.xlsx.writeFile(target);
  return target;
}

/** Column C, or another, from row 2 on, as a person sees it; '' where a cell is empty. */
export async function columnC(path: string, column = 'C'): Promise<string[]> {
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.readFile(path);
  const sheet = workbook.worksheets[0];
  return Array.from(
    { length: (sheet?.rowCount ?? 1) - 1 },
    (_, index) => sheet?.getCell(`${column}${index + 2}`).text ?? '',
  );
}
