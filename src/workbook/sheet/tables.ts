import { readingPart } from '../failure.ts';
import { resolveTarget } from '../relationships.ts';
import { attributes, forEachElement } from '../../xml/elements.ts';
import type { Archive } from '../zip/archive.ts';
import { parseRange } from './cell-reference.ts';
import type { CellRange } from './cell-reference.ts';
import type { FixedCells } from './write-obstacles.ts';

/** A table of the sheet. */
export interface SheetTable {
  name: string;
  range: CellRange;
  /** Names, in the order of the range's columns. */
  columns: string[];
  /** Its header and totals rows: their cells must stay what the table part says, or Excel repairs the file. */
  fixed: FixedCells;
}

/**
 * The tables on a sheet (ECMA-376 part 1, 18.5.1.2).
 *
 * @param targets of the sheet's relationships, tables' among them
 * @throws {WorkbookError} `WORKBOOK_DAMAGED`
 */
export async function readTables(
  archive: Archive,
  sheetPart: string,
  tableIds: readonly string[],
  targets: ReadonlyMap<string, string>,
): Promise<SheetTable[]> {
  const tables: SheetTable[] = [];
  for (const id of tableIds) {
    const tablePart = resolveTarget(sheetPart, targets.get(id) ?? '');
    if (!archive.has(tablePart)) continue;
    const table = await readTable(archive, tablePart);
    if (table !== null) tables.push(table);
  }
  return tables;
}

/**
 * The table of a part; null where it says no range.
 *
 * @throws {WorkbookError} `WORKBOOK_DAMAGED`
 */
export async function readTable(archive: Archive, part: string): Promise<SheetTable | null> {
  const columns: string[] = [];
  let table: SheetTable | null = null;
  await readingPart(archive.name, part, () =>
    forEachElement(archive.chunks(part), (element, parent, xml) => {
      if (parent === 'tableColumns') columns.push(attributes(xml)['name'] ?? '');
      if (parent !== '' || element !== 'table') return;
      const {
        displayName: name = '',
        ref = '',
        headerRowCount = '1',
        totalsRowCount = '0',
      } = attributes(xml);
      const range = parseRange(ref);
      if (range === null) return;
      const fixedRows: CellRange[] = [];
      if (headerRowCount !== '0') fixedRows.push({ ...range, lastRow: range.firstRow });
      if (totalsRowCount !== '0') fixedRows.push({ ...range, firstRow: range.lastRow });
      table = {
        name,
        range,
        columns,
        fixed: { what: `a header or totals cell of the table ${name}`, ranges: fixedRows },
      };
    }),
  );
  return table;
}
