import { columnLetters, formatRange, rangeHolds } from './cell-reference.ts';
import type { CellRange } from './cell-reference.ts';
import type { SheetFacts } from './sheet-scanner.ts';

/** Cells that another part of the workbook says the content of. */
export interface FixedCells {
  /** Goes on "C5 is". */
  what: string;
  ranges: CellRange[];
}

/** Ranges of one column, looked up by row. Ranges of one kind never overlap in a sound sheet. */
class RangesByRow {
  readonly #ranges: readonly CellRange[];

  constructor(ranges: readonly CellRange[], column: number) {
    this.#ranges = ranges
      .filter((range) => column >= range.firstColumn && column <= range.lastColumn)
      .sort((a, b) => a.firstRow - b.firstRow);
  }

  at(row: number): CellRange | null {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle]?.firstRow ?? 0) <= row) low = middle + 1;
      else high = middle;
    }
    const range = this.#ranges[low - 1];
    return range !== undefined && row <= range.lastRow ? range : null;
  }
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
    const merged = this.#merged.at(row);
    if (merged !== null && (row !== merged.firstRow || this.#column !== merged.firstColumn)) {
      return `${cell} is covered by the merged cells ${formatRange(merged)}`;
    }
    for (const { what, ranges } of this.#fixed)
      if (ranges.some((range) => rangeHolds(range, row, this.#column))) return `${cell} is ${what}`;
    return null;
  }
}
