import type { CellRange } from '../sheet/cell-reference.ts';

const BLOCK_BITS = 12;
const BLOCK_ROWS = 1 << BLOCK_BITS;
const WORDS = BLOCK_ROWS / 32;
/** Larger ranges are held as ranges: a forged array may be as large as a sheet. */
const MAX_SINGLE_CELLS = 4096;

/** Cells of one sheet whose values are no longer what is stored. They only ever become more. */
export class DirtyCells {
  readonly #columns = new Map<number, DirtyColumn>();
  readonly #ranges: CellRange[] = [];

  get isEmpty(): boolean {
    return this.#columns.size === 0 && this.#ranges.length === 0;
  }

  add(row: number, column: number): void {
    let rows = this.#columns.get(column);
    if (rows === undefined) this.#columns.set(column, (rows = new DirtyColumn()));
    rows.add(row);
  }

  addRange(range: CellRange): void {
    const { firstRow, lastRow, firstColumn, lastColumn } = range;
    if ((lastRow - firstRow + 1) * (lastColumn - firstColumn + 1) > MAX_SINGLE_CELLS) {
      this.#ranges.push({ ...range });
      return;
    }
    for (let column = firstColumn; column <= lastColumn; column++)
      for (let row = firstRow; row <= lastRow; row++) this.add(row, column);
  }

  /** Whether any cell of the range is dirty. */
  touches({ firstRow, lastRow, firstColumn, lastColumn }: CellRange): boolean {
    if (lastColumn - firstColumn < this.#columns.size) {
      for (let column = firstColumn; column <= lastColumn; column++)
        if (this.#columns.get(column)?.touches(firstRow, lastRow) === true) return true;
    } else {
      for (const [column, rows] of this.#columns)
        if (column >= firstColumn && column <= lastColumn && rows.touches(firstRow, lastRow)) return true;
    }
    return this.#ranges.some(
      (range) =>
        range.firstRow <= lastRow &&
        range.lastRow >= firstRow &&
        range.firstColumn <= lastColumn &&
        range.lastColumn >= firstColumn,
    );
  }
}

/** Rows of one column, a bit each, in blocks that are made as they are needed. */
class DirtyColumn {
  readonly #blocks = new Map<number, Uint32Array>();
  #first = Infinity;
  #last = 0;

  add(row: number): void {
    const block = row >> BLOCK_BITS;
    let words = this.#blocks.get(block);
    if (words === undefined) this.#blocks.set(block, (words = new Uint32Array(WORDS)));
    const at = row & (BLOCK_ROWS - 1);
    words[at >> 5] = (words[at >> 5] ?? 0) | (1 << (at & 31));
    this.#first = Math.min(this.#first, row);
    this.#last = Math.max(this.#last, row);
  }

  touches(firstRow: number, lastRow: number): boolean {
    const [first, last] = [Math.max(firstRow, this.#first), Math.min(lastRow, this.#last)];
    for (let block = first >> BLOCK_BITS; block <= last >> BLOCK_BITS; block++) {
      const words = this.#blocks.get(block);
      if (words === undefined) continue;
      const from = Math.max(first - block * BLOCK_ROWS, 0);
      const to = Math.min(last - block * BLOCK_ROWS, BLOCK_ROWS - 1);
      if (anyBit(words, from, to)) return true;
    }
    return false;
  }
}

function anyBit(words: Uint32Array, from: number, to: number): boolean {
  for (let word = from >> 5; word <= to >> 5; word++) {
    let bits = words[word] ?? 0;
    if (word === from >> 5) bits &= -1 << (from & 31);
    if (word === to >> 5) bits &= -1 >>> (31 - (to & 31));
    if (bits !== 0) return true;
  }
  return false;
}
