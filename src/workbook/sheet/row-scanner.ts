import { XmlProblem } from '../../xml/xml-problem.ts';
import { decodeCdata, decodeCellCdata, decodeCellText, decodeXml } from '../../xml/xml-text.ts';
import type { XmlToken, XmlTokenizer } from '../../xml/xml-tokenizer.ts';
import {
  cellType,
  digitsIn,
  isTrue,
  readSpans,
  referencedColumn,
  unsignedInteger,
} from './attribute-values.ts';
import { columnLetters, MAX_COLUMN, MAX_ROW } from './cell-reference.ts';
import { clearCellContent, emptyCell, emptySpans, resetCell } from './scanned-row.ts';
import type { ScannedCell, ScannedRow } from './scanned-row.ts';

/** Element names, packed as XmlTokenizer.shortName packs them. */
const NAME_C = 0x63;
const NAME_F = 0x66;
const NAME_T = 0x74;
const NAME_V = 0x76;
const NAME_IS = 0x6973;
const NAME_ROW = 0x726f77;
const NAME_RPH = 0x725068;

const BYTE_R = 0x72;
const BYTE_S = 0x73;
const BYTE_T = 0x74;

/** Of shared strings, styles and formula groups: more would need a part larger than any limit. */
const MAX_INDEX = 0x7fff_ffff;

export interface RowVisitor {
  /** The row is reused for the next one: keep its values, never the object. */
  row(row: ScannedRow): void;
  /**
   * Asked when the first wanted column's cell is read: true gives up the rest of the row, and `row` is not called. The
   * cell is valid only until it returns.
   */
  passesOver?(cell: ScannedCell): boolean;
  /**
   * Told of each formula, whichever column it stands in, with the `ref` of an array formula or data table, of which no
   * cell may be written alone; '' for any other.
   */
  formula(arrayRef: string): void;
}

/** Reads what stands inside `<sheetData>` (ECMA-376 part 1, 18.3.1.80): rows, and the cells of some columns. */
export class RowScanner {
  readonly #columns: readonly number[];
  readonly #visitor: RowVisitor;
  readonly #cells: readonly ScannedCell[];
  readonly #row: ScannedRow;
  /** 0 between rows, 1 in a row, 2 in a cell, 3 and deeper in its `<is>`. */
  #depth = 0;
  #skipped = 0;
  #column = 0;
  #cell: ScannedCell | null = null;
  #phoneticDepth = 0;
  #collect: 'value' | 'formula' | null = null;
  /** Nothing behind this point of the row is wanted but array formulas. */
  #rest = false;
  #passedOver = false;
  readonly #lastColumn: number;

  /** @param columns numbers of the columns wanted, no two the same */
  constructor(columns: readonly number[], visitor: RowVisitor) {
    this.#columns = columns;
    this.#visitor = visitor;
    this.#lastColumn = Math.max(...columns);
    this.#cells = columns.map(() => emptyCell());
    this.#row = { number: 0, style: -1, spans: emptySpans(), cells: this.#cells };
  }

  /** Takes the next token; false once `</sheetData>` was it. */
  take(token: XmlToken, xml: XmlTokenizer): boolean {
    if (token === 'open') {
      if (this.#skipped > 0) this.#skipped++;
      else this.#open(xml, false);
    } else if (token === 'empty') {
      if (this.#skipped === 0) this.#open(xml, true);
    } else if (token === 'close') {
      if (this.#skipped > 0) this.#skipped--;
      else if (!this.#close(xml)) return false;
    } else if (this.#collect !== null && this.#cell !== null && this.#skipped === 0) {
      this.#text(token, xml, this.#cell);
    }
    if (this.#rest && this.#depth === 1 && this.#skipped === 0) xml.skipCells();
    xml.wantsText = this.#collect !== null && this.#skipped === 0;
    return true;
  }

  #open(xml: XmlTokenizer, empty: boolean): void {
    const name = xml.shortName;
    if (this.#depth === 0 && name === NAME_ROW) this.#openRow(xml);
    else if (this.#depth === 1 && name === NAME_C) this.#openCell(xml);
    else if (this.#depth === 2 && name === NAME_F) this.#openFormula(xml);
    else if (this.#depth === 2 && name === NAME_V) this.#collect = this.#cell === null ? null : 'value';
    else if (this.#depth >= 3 && this.#phoneticDepth === 0 && name === NAME_T) this.#collect = 'value';
    else if (this.#depth >= 3 && name === NAME_RPH) this.#phoneticDepth ||= this.#depth;
    else if (!(this.#depth === 2 && name === NAME_IS && this.#cell !== null) && this.#depth < 3) {
      if (!empty) this.#skipped = 1;
      return;
    }
    this.#depth++;
    if (empty) this.#close(xml);
  }

  #close(xml: XmlTokenizer): boolean {
    this.#depth--;
    this.#collect = null;
    if (this.#depth < 0) return false;
    if (this.#depth === 0) this.#closeRow(xml);
    else if (this.#depth === 1) this.#closeCell(xml);
    else if (this.#depth === this.#phoneticDepth) this.#phoneticDepth = 0;
    return true;
  }

  #openRow(xml: XmlTokenizer): void {
    const row = this.#row;
    let number = row.number + 1;
    let style = -1;
    let ownStyle = false;
    row.spans.length = 0;
    while (xml.nextAttribute()) {
      if (xml.attributeIs('r')) number = unsignedInteger(xml, MAX_ROW);
      else if (xml.attributeIs('s')) style = unsignedInteger(xml, MAX_INDEX);
      else if (xml.attributeIs('customFormat')) ownStyle = isTrue(xml);
      else if (xml.attributeIs('spans')) readSpans(xml, row.spans);
    }
    if (number <= row.number) throw new XmlProblem(`row ${number} stands behind row ${row.number}`);
    row.number = number;
    row.style = ownStyle ? style : -1;
    this.#column = 0;
    this.#rest = false;
    this.#passedOver = false;
    for (const cell of this.#cells) resetCell(cell);
  }

  #closeRow(xml: XmlTokenizer): void {
    if (this.#passedOver) return;
    const end = xml.offset + xml.start;
    for (const cell of this.#cells) if (cell.insertAt < 0) cell.insertAt = end;
    this.#visitor.row(this.#row);
  }

  #openCell(xml: XmlTokenizer): void {
    this.#cell = null;
    if (this.#rest) return;
    const { bytes } = xml;
    let column = this.#column + 1;
    let hasReference = false;
    let style = -1;
    let typeStart = 0;
    let typeEnd = 0;
    while (xml.nextAttribute()) {
      if (xml.attributeNameEnd - xml.attributeNameStart !== 1) continue;
      const name = bytes[xml.attributeNameStart];
      if (name === BYTE_R) {
        column = referencedColumn(bytes, xml.valueStart, xml.valueEnd);
        hasReference = true;
      } else if (name === BYTE_S) {
        style = unsignedInteger(xml, MAX_INDEX);
      } else if (name === BYTE_T) {
        typeStart = xml.valueStart;
        typeEnd = xml.valueEnd;
      }
    }
    if (column < 1 || column > MAX_COLUMN) throw new XmlProblem('a cell stands in no column');
    if (column <= this.#column) {
      const [second, first] = [columnLetters(column), columnLetters(this.#column)];
      throw new XmlProblem(`in row ${this.#row.number} a cell of ${second} stands behind one of ${first}`);
    }
    this.#column = column;
    this.#rest = column > this.#lastColumn;
    const start = xml.offset + xml.start;
    for (let i = 0; i < this.#columns.length; i++) {
      const wanted = this.#columns[i] ?? 0;
      const cell = this.#cells[i];
      if (cell === undefined || column < wanted) continue;
      if (column > wanted) {
        if (cell.insertAt < 0) cell.insertAt = start;
        continue;
      }
      clearCellContent(cell);
      cell.present = true;
      cell.start = start;
      cell.hasReference = hasReference;
      cell.style = style;
      cell.type = cellType(bytes, typeStart, typeEnd);
      this.#cell = cell;
    }
  }

  #closeCell(xml: XmlTokenizer): void {
    const cell = this.#cell;
    if (cell === null) return;
    this.#cell = null;
    cell.end = xml.offset + xml.end;
    if (cell === this.#cells[0] && this.#visitor.passesOver?.(cell) === true) {
      this.#passedOver = true;
      this.#rest = true;
    }
  }

  #openFormula(xml: XmlTokenizer): void {
    const cell = this.#cell;
    let type = '';
    let ref = '';
    let group = -1;
    while (xml.nextAttribute()) {
      if (xml.attributeIs('t')) type = xml.bytes.toString('latin1', xml.valueStart, xml.valueEnd);
      else if (xml.attributeIs('ref')) ref = xml.bytes.toString('latin1', xml.valueStart, xml.valueEnd);
      else if (xml.attributeIs('si')) group = unsignedInteger(xml, MAX_INDEX);
    }
    this.#visitor.formula(type === 'array' || type === 'dataTable' ? ref : '');
    if (cell === null) return;
    cell.isFormula = true;
    cell.formulaGroup = type === 'shared' ? group : -1;
    this.#collect = 'formula';
  }

  #text(token: XmlToken, xml: XmlTokenizer, cell: ScannedCell): void {
    if (token === 'cdata') {
      const { bytes, valueStart, valueEnd } = xml;
      if (this.#collect === 'formula') cell.formula += decodeCdata(bytes, valueStart, valueEnd);
      else if (cell.type === 's') cell.sharedString = digitsIn(bytes, valueStart, valueEnd);
      else cell.value += decodeCellCdata(bytes, valueStart, valueEnd);
    } else if (this.#collect === 'formula') {
      cell.formula += decodeXml(xml.bytes, xml.start, xml.end);
    } else if (cell.type === 's') {
      cell.sharedString = digitsIn(xml.bytes, xml.start, xml.end);
    } else {
      cell.value += decodeCellText(xml.bytes, xml.start, xml.end);
    }
  }
}
