import { readWorkbook } from '../../../src/workbook/read-workbook.ts';
import type { WorkbookContent, WorkbookRow } from '../../../src/workbook/types.ts';
import { COLUMNS } from './folder.ts';
import type { RawWorkbook } from './raw-workbook.ts';
import { writeRawWorkbook } from './raw-workbook.ts';

/** Reads a workbook of which the test writes the XML itself. */
export async function readRaw(
  folder: string,
  book: RawWorkbook,
  columns = COLUMNS,
): Promise<WorkbookContent> {
  return readWorkbook(await writeRawWorkbook(folder, book), { columns });
}

/** The one row of a workbook whose second row holds these cells. */
export async function readRow(folder: string, cells: string, book: RawWorkbook = {}): Promise<WorkbookRow> {
  const { rows } = await readRaw(folder, { rows: `<row r="2">${cells}</row>`, ...book });
  if (rows.length !== 1) throw new Error(`${rows.length} rows were read, where one is expected`);
  return rows[0]!;
}
