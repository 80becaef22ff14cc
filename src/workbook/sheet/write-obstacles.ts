import { columnLetters, formatRange, rangeHolds } from './cell-reference.ts';
import type { CellRange } from './cell-reference.ts';
import { RangesByRow } from './ranges-by-row.ts';
import type { SheetFacts } from './sheet-scanner.ts';

/** Cells that another part of the workbook says the content of. */
export interface FixedCells {
  /** Goes on "C5 is". */
  what: string;
  ranges: CellRange[];
}

/** Cells of one column that must not be written one by one, although they look like any other. */
export class WriteObstacles {
  readonly #column: number;
  readonly #merged: RangesByRow;
  readonly #arrays: RangesByRow;
  readonly #fixed: readonly FixedCells[];

  constructor(column: number, facts: SheetFacts, fixed: readonly FixedCells[]) {
    this.#column = column;
    this.#merged = new RangesByRow(facts.merged, column);
    this.#arrays = new RangesByRow(facts.arrayFormulas, column);
    this.#fixed = fixed;
  }

  /** Whether the cell is part of an array formula or data table, though its own XML may not say so. */
  isFormula(row: number): boolean {
    return this.#arrays.at(row) !== null;
  }

  /** Why a text in the cell would not be seen, or make Excel repair the file; null when it may be written. */
  at(row: number): string | null {
    const cell = `${columnLetters(this.#column)}${row}`;
    const merged = this.#merged.hiding(row);
    if (merged !== null) return `${cell} is covered by the merged cells ${formatRange(merged)}`;
    for (const { what, ranges } of this.#fixed)
      if (ranges.some((range) => rangeHolds(range, row, this.#column))) return `${cell} is ${what}`;
    return null;
  }
}
