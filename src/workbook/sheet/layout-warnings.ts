import type { ColumnRoles } from './columns.ts';
import type { WorkbookRow } from '../types.ts';
import { formatRange } from './cell-reference.ts';
import type { SheetFacts } from './sheet-scanner.ts';
import { WriteObstacles } from './write-obstacles.ts';
import type { FixedCells } from './write-obstacles.ts';

/** Adds to each row what merged cells, tables, pivot tables and array formulas mean for it. */
export function layoutWarnings(
  rows: readonly WorkbookRow[],
  facts: SheetFacts,
  fixed: readonly FixedCells[],
  roles: ColumnRoles,
): void {
  const { merged, arrayFormulas } = facts;
  if (merged.length === 0 && fixed.length === 0 && arrayFormulas.length === 0) return;
  const obstacles = new WriteObstacles(roles.result, facts, fixed);
  const inputMerges = new Map(
    merged
      .filter((range) => range.lastRow > range.firstRow && range.firstColumn === roles.input)
      .map((range) => [range.firstRow, range]),
  );
  for (const row of rows) {
    const range = inputMerges.get(row.row);
    if (range !== undefined) {
      row.warnings.push(`${formatRange(range)} are merged: they count for row ${row.row} alone`);
    }
    const obstacle = obstacles.at(row.row);
    if (obstacle !== null) row.warnings.push(`${obstacle}: no result can be written there`);
    if (obstacles.isFormula(row.row)) row.resultIsFormula = true;
  }
}
