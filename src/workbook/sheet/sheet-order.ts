import type { ElementVisitor } from '../../xml/well-formed.ts';
import { XmlProblem } from '../../xml/xml-problem.ts';
import { digitsIn, referencedColumn } from './attribute-values.ts';

const COLON = 0x3a;

/** Sees that the rows and cells of a worksheet stand in order, no cell twice; of any other part it knows nothing. */
export class SheetOrder implements ElementVisitor {
  #isSheet = false;
  #inRows = false;
  #inRow = false;
  #row = 0;
  /** Of the last cell of the row, and of one without a reference. */
  #column = 0;
  #nextColumn = 1;

  /** @throws {XmlProblem} */
  open(depth: number, bytes: Buffer, nameStart: number, nameEnd: number, rStart: number, rEnd: number): void {
    if (depth > 3) return;
    const is = (name: string): boolean => isNamed(bytes, nameStart, nameEnd, name);
    if (depth === 0) {
      this.#isSheet = is('worksheet');
    } else if (depth === 1) {
      this.#inRows = this.#isSheet && is('sheetData');
    } else if (depth === 2) {
      this.#inRow = this.#inRows && is('row');
      if (this.#inRow) this.#openRow(bytes, rStart, rEnd);
    } else if (this.#inRow && is('c')) {
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
