import type { ElementVisitor } from '../../xml/well-formed.ts';
import { XmlProblem } from '../../xml/xml-problem.ts';
import { digitsIn, referencedColumn } from './attribute-values.ts';
import { PlainCell } from './plain-cell.ts';

const COLON = 0x3a;
/** worksheet, sheetData, row, c. */
const CELL_DEPTH = 3;

/** Sees that the rows and cells of a worksheet stand in order, no cell twice; of any other part it knows nothing. */
export class SheetOrder implements ElementVisitor {
  #isSheet = false;
  #inRows = false;
  #inRow = false;
  #row = 0;
  /** Of the last cell of the row, and of one without a reference. */
  #column = 0;
  #nextColumn = 1;
  readonly #plain = new PlainCell();

  /** Cells in order, as nearly all are: two thirds of the time of a check go into them otherwise. */
  passOver(depth: number, bytes: Buffer, start: number): number {
    if (depth !== CELL_DEPTH || !this.#inRow) return start;
    const plain = this.#plain;
    let at = start;
    for (;;) {
      const end = plain.read(bytes, at);
      if (end < 0 || plain.column <= this.#column) return at;
      this.#column = plain.column;
      this.#nextColumn = plain.column + 1;
      at = end;
    }
  }

  /** @throws {XmlProblem} */
  open(depth: number, bytes: Buffer, nameStart: number, nameEnd: number, rStart: number, rEnd: number): void {
    if (depth > CELL_DEPTH) return;
    if (depth === 0) {
      this.#isSheet = isNamed(bytes, nameStart, nameEnd, 'worksheet');
    } else if (depth === 1) {
      this.#inRows = this.#isSheet && isNamed(bytes, nameStart, nameEnd, 'sheetData');
    } else if (depth === 2) {
      this.#inRow = this.#inRows && isNamed(bytes, nameStart, nameEnd, 'row');
      if (this.#inRow) this.#openRow(bytes, rStart, rEnd);
    } else if (this.#inRow && isNamed(bytes, nameStart, nameEnd, 'c')) {
      this.#openCell(bytes, rStart, rEnd);
    }
  }

  #openRow(bytes: Buffer, start: number, end: number): void {
    const row = end > start ? digitsIn(bytes, start, end) : this.#row + 1;
    if (row < this.#row || row === 0) throw new XmlProblem(`row ${row} stands behind row ${this.#row}`);
    this.#nextColumn = 1;
    if (row === this.#row) return;
    this.#row = row;
    this.#column = 0;
  }

  #openCell(bytes: Buffer, start: number, end: number): void {
    const column = end > start ? referencedColumn(bytes, start, end) : this.#nextColumn;
    if (column <= this.#column) throw new XmlProblem(`in row ${this.#row} the cells are out of order`);
    this.#column = column;
    this.#nextColumn = column + 1;
  }
}

/** Whether the name is this one, whatever its prefix. */
function isNamed(bytes: Buffer, start: number, end: number, name: string): boolean {
  const from = end - name.length;
  if (from < start || (from > start && bytes[from - 1] !== COLON)) return false;
  for (let i = 0; i < name.length; i++) if (bytes[from + i] !== name.charCodeAt(i)) return false;
  return true;
}
