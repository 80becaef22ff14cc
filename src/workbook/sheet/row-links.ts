import { lineFeeds } from '../../text.ts';
import type { CellRange } from './cell-reference.ts';

/** Links as they come out of the scan, and the rows of one column that they cover. Holds no object a link. */
export class RowLinks {
  readonly #column: number;
  readonly #rowNumbers: readonly number[];
  readonly #firstRows: number[] = [];
  readonly #lastRows: number[] = [];
  readonly #relationshipIds: (string | null)[] = [];
  readonly #locations: (string | null)[] = [];
  #linkOfRow: readonly number[] = [];

  /** @param rowNumbers the rows whose links are wanted, ascending; may be filled until the first link comes */
  constructor(column: number, rowNumbers: readonly number[]) {
    this.#column = column;
    this.#rowNumbers = rowNumbers;
  }

  /** Whether a link of this range is that of a row wanted. */
  covers({ firstRow, lastRow, firstColumn, lastColumn }: CellRange): boolean {
    if (this.#column < firstColumn || this.#column > lastColumn) return false;
    const rowNumbers = this.#rowNumbers;
    return (rowNumbers[firstAtLeast(rowNumbers, firstRow)] ?? Infinity) <= lastRow;
  }

  add(range: CellRange, relationshipId: string | null, location: string | null): void {
    this.#firstRows.push(range.firstRow);
    this.#lastRows.push(range.lastRow);
    this.#relationshipIds.push(relationshipId);
    this.#locations.push(location);
  }

  /** Gives each row its link and names, as keys of `targets`, the relationships to be read. */
  assign(targets: Map<string, string>): void {
    this.#linkOfRow = this.#linksOfRows();
    for (const link of this.#linkOfRow) {
      const id = this.#relationshipIds[link];
      if (id != null) targets.set(id, '');
    }
  }

  /**
   * The target of a row's link: a URL, its fragment joined on, or `#'Sheet 2'!A1` inside the workbook; null without a
   * link. The first link that covers a cell is the one it has.
   *
   * @param index the row's place in `rowNumbers`
   */
  target(index: number, targets: ReadonlyMap<string, string>): string | null {
    const link = this.#linkOfRow[index] ?? -1;
    if (link < 0) return null;
    const id = this.#relationshipIds[link] ?? null;
    const location = this.#locations[link] ?? '';
    const target = id === null ? '' : (targets.get(id) ?? '');
    const url = location === '' ? target : `${target}#${location}`;
    return url === '' ? null : lineFeeds(url);
  }

  /**
   * The link of each row by its place in the scan; -1 for none. Rows that have theirs are jumped over, since links of a
   * forgery may all cover every row.
   */
  #linksOfRows(): number[] {
    const rowNumbers = this.#rowNumbers;
    const linkOfRow = rowNumbers.map(() => -1);
    /** By a row's place: a place at or before the next row without a link. */
    const nextFree = rowNumbers.map((_, index) => index);
    nextFree.push(rowNumbers.length);
    for (const [link, firstRow] of this.#firstRows.entries()) {
      const lastRow = this.#lastRows[link] ?? 0;
      let index = follow(nextFree, firstAtLeast(rowNumbers, firstRow));
      while ((rowNumbers[index] ?? Infinity) <= lastRow) {
        linkOfRow[index] = link;
        nextFree[index] = index + 1;
        index = follow(nextFree, index + 1);
      }
    }
    return linkOfRow;
  }
}

/** The end of the chain that begins at `from`; halves the chain on the way. */
function follow(next: number[], from: number): number {
  let at = from;
  for (;;) {
    const step = next[at] ?? at;
    if (step === at) return at;
    const behind = next[step] ?? step;
    next[at] = behind;
    at = behind;
  }
}

/** The index of the first of ascending numbers that is at least `least`. */
function firstAtLeast(numbers: readonly number[], least: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
