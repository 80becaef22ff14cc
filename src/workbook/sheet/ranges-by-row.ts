import type { CellRange } from './cell-reference.ts';

/** Ranges of one column, looked up by row. Ranges of one kind never overlap in a sound sheet. */
export class RangesByRow {
  readonly #column: number;
  readonly #ranges: readonly CellRange[];

  constructor(ranges: readonly CellRange[], column: number) {
    this.#column = column;
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

  /** Of merged cells, the range that hides the column's cell in this row: it shows its first cell alone. */
  hiding(row: number): CellRange | null {
    const range = this.at(row);
    return range !== null && (row !== range.firstRow || this.#column !== range.firstColumn) ? range : null;
  }
}
