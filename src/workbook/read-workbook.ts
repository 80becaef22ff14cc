import { columnRoles } from './sheet/columns.ts';
import type { ColumnRoles } from './sheet/columns.ts';
import { readingWarnings } from './notices.ts';
import { OpenSheet } from './open-sheet.ts';
import type { OpenOptions } from './open-sheet.ts';
import { RowCollector } from './row-collector.ts';
import { CoveredCells } from './sheet/covered-cells.ts';
import { layoutWarnings } from './sheet/layout-warnings.ts';
import { isBlank, Occurrences } from './sheet/row-identity.ts';
import { RowLinks } from './sheet/row-links.ts';

import { HEADER_LOOKS_LIKE_DATA, looksLikeData } from './sheet/header-row.ts';
import type { WorkbookColumns, WorkbookContent, WorkbookRow } from './types.ts';

export interface ReadWorkbookOptions extends OpenOptions {
  columns: WorkbookColumns;
}

/**
 * Reads the rows of the active sheet, from row 2 on, that hold something in their input or e-mail cell, with their
 * hyperlink targets. Streams: memory grows with what is returned, not with the file.
 *
 * @throws {WorkbookError} what is no workbook, encrypted, damaged, too large, without a worksheet in view, or signed
 *   where that is refused
 */
export async function readWorkbook(path: string, options: ReadWorkbookOptions): Promise<WorkbookContent> {
  const roles = columnRoles(options.columns);
  const sheet = await OpenSheet.open(path, options);
  try {
    return await readRows(sheet, roles);
  } finally {
    await sheet.close();
  }
}

async function readRows(sheet: OpenSheet, roles: ColumnRoles): Promise<WorkbookContent> {
  const collector = new RowCollector(sheet, roles);
  const links = new RowLinks(roles.input, collector.rowNumbers);
  const facts = await sheet.scan(roles.wanted, { row: (row) => collector.take(row), links });
  const read = await collector.finish();
  const { targets, fixed } = await sheet.surroundings(facts, links);

  const covered = new CoveredCells(facts.merged, roles);
  const { uncalculated } = collector;
  const isUncalculated = (row: number): boolean =>
    (uncalculated.input.has(row) && !covered.coversInput(row)) ||
    (uncalculated.email.has(row) && !covered.coversEmail(row));
  const occurrences = new Occurrences();
  const rows: WorkbookRow[] = [];
  const warnings = readingWarnings(sheet);
  for (const [index, row] of read.entries()) {
    row.inputUrl = links.target(index, targets) ?? row.inputUrl;
    if (row.row === 1) {
      if (looksLikeData(row)) warnings.push(HEADER_LOOKS_LIKE_DATA);
      continue;
    }
    covered.clear(row, row.row);
    if (!isBlank(row.input, row.email, isUncalculated(row.row))) {
      row.occurrence = occurrences.next(row);
      rows.push(row);
    }
  }
  const hidden = covered.warning();
  if (hidden !== null) warnings.push(hidden);
  layoutWarnings(rows, facts, fixed, roles);
  return { sheet: sheet.parts.sheet, rows, warnings };
}
