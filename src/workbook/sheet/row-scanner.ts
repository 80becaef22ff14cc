import { XmlProblem } from '../../xml/xml-problem.ts';
import { decodeCdata, decodeCellCdata, decodeCellText, decodeXml } from '../../xml/xml-text.ts';
import type { XmlToken, XmlTokenizer } from '../../xml/xml-tokenizer.ts';
import {
  cellType,
  digitsIn,
  isTrue,
  readableInteger,
  readSpans,
  referencedColumn,
  unsignedInteger,
} from './attribute-values.ts';
import { columnLetters, MAX_COLUMN, MAX_ROW } from './cell-reference.ts';
import { PlainCell } from './plain-cell.ts';
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
  /** Told the `ref` of each array formula or data table, of which no cell may be written alone. */
  arrayFormula(ref: string): void;
}

/** Reads along: it takes each token first, its attributes rewound behind it. */
export interface CellReader {
  take(token: XmlToken, xml: XmlTokenizer): void;
  /** Whether cells that hold nothing but a value may be passed over from here. */
  readonly passes: boolean;
  /** Told that they were: the column of the last one. */
  passed(column: number): void;
  readonly wantsText: boolean;
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
  /** Of the last cell of the row; 0 before the first. */
  #column = 0;
  /** Of a cell without a reference. */
  #nextColumn = 1;
  /** Where the row's cells end, which may be in the second of two elements; -1 where it has no room for one. */
  #rowEnd = -1;
  /** Of the row element that is being read; the row's own may still have to be given out. */
  #spans = emptySpans();
  #cell: ScannedCell | null = null;
  #phoneticDepth = 0;
  #collect: 'value' | 'formula' | null = null;
  /** Nothing behind this point of the row is wanted but array formulas. */
  #rest = false;
  #passedOver = false;
  readonly #lastColumn: number;
  readonly #beside: CellReader | null;
  readonly #plain = new PlainCell();

  /**
   * @param columns numbers of the columns wanted, no two the same
   * @param beside reads all cells, of whatever column
   */
  constructor(columns: readonly number[], visitor: RowVisitor, beside: CellReader | null) {
    this.#beside = beside;
    this.#columns = columns;
    this.#visitor = visitor;
    this.#lastColumn = Math.max(...columns);
    this.#cells = columns.map(() => emptyCell());
    this.#row = { number: 0, style: -1, spans: emptySpans(), cells: this.#cells };
  }

  /** Takes the next token; false once `</sheetData>` was it. */
  take(token: XmlToken, xml: XmlTokenizer): boolean {
    const beside = this.#beside;
    if (beside !== null) {
      beside.take(token, xml);
      xml.rewindAttributes();
    }
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
    if (this.#depth === 1 && this.#skipped === 0 && beside?.passes !== false) {
      this.#plainCells(xml);
      if (this.#rest) this.#passed(xml.skipCells(this.#column));
      beside?.passed(this.#column);
    }
    xml.wantsText = (this.#collect !== null && this.#skipped === 0) || beside?.wantsText === true;
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
      // No cell may stand behind it (ECMA-376 part 1, 18.3.1.73: `extLst` is last).
      if (this.#depth === 1) this.#placeCells(xml.offset + xml.start);
      if (!empty) this.#skipped = 1;
      return;
    }
    this.#depth++;
    if (empty) this.#close(xml, true);
  }

  #close(xml: XmlTokenizer, empty = false): boolean {
    this.#depth--;
    this.#collect = null;
    if (this.#depth < 0) {
      this.#giveOut();
      return false;
    }
    if (this.#depth === 0 && !empty) this.#rowEnd = xml.offset + xml.start;
    else if (this.#depth === 1) this.#closeCell(xml);
    else if (this.#depth === this.#phoneticDepth) this.#phoneticDepth = 0;
    return true;
  }

  #openRow(xml: XmlTokenizer): void {
    const row = this.#row;
    const spans = this.#spans;
    let number = row.number + 1;
    let style = -1;
    let ownStyle = false;
    spans.length = 0;
    while (xml.nextAttribute()) {
      if (xml.attributeIs('r')) {
        if (xml.valueEnd > xml.valueStart) number = unsignedInteger(xml, MAX_ROW);
      } else if (xml.attributeIs('s')) style = readableInteger(xml, MAX_INDEX);
      else if (xml.attributeIs('customFormat')) ownStyle = isTrue(xml);
      else if (xml.attributeIs('spans')) readSpans(xml, spans);
    }
    this.#nextColumn = 1;
    if (number === row.number && number > 0) {
      // One row in two elements, whose spans nobody need make right.
      row.spans.length = 0;
      return;
    }
    if (number <= row.number) throw new XmlProblem(`row ${number} stands behind row ${row.number}`);
    this.#giveOut();
    row.number = number;
    row.style = ownStyle ? Math.max(style, 0) : -1;
    this.#spans = row.spans;
    row.spans = spans;
    this.#column = 0;
    this.#rowEnd = -1;
    this.#rest = false;
    this.#passedOver = false;
    for (const cell of this.#cells) resetCell(cell);
  }

  /** Once the next row begins: until then more of this one may come. */
  #giveOut(): void {
    if (this.#row.number === 0 || this.#passedOver) return;
    this.#placeCells(this.#rowEnd);
    this.#visitor.row(this.#row);
  }

  /** A cell that is not there, and has no place yet, would go here. */
  #placeCells(at: number): void {
    for (const cell of this.#cells) if (cell.insertAt < 0) cell.insertAt = at;
  }

  #passed(column: number): void {
    this.#column = column;
    this.#nextColumn = column + 1;
  }

  #openCell(xml: XmlTokenizer): void {
    this.#cell = null;
    const { bytes } = xml;
    let column = this.#nextColumn;
    let hasReference = false;
    let style = -1;
    let typeStart = 0;
    let typeEnd = 0;
    while (xml.nextAttribute()) {
      if (xml.attributeNameEnd - xml.attributeNameStart !== 1) continue;
      const name = bytes[xml.attributeNameStart];
      if (name === BYTE_R && xml.valueEnd > xml.valueStart) {
        column = referencedColumn(bytes, xml.valueStart, xml.valueEnd);
        hasReference = true;
        if (this.#rest) break;
      } else if (name === BYTE_S) {
        style = readableInteger(xml, MAX_INDEX);
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
    this.#passed(column);
    if (this.#rest) return;
    const cell = this.#cellAt(column, xml.offset + xml.start);
    if (cell === null) return;
    cell.hasReference = hasReference;
    cell.style = style;
    cell.type = cellType(bytes, typeStart, typeEnd);
    this.#cell = cell;
  }

  /** The cells that follow, up to the last column wanted, as far as they are plain: half the time of tokens. */
  #plainCells(xml: XmlTokenizer): void {
    const { bytes } = xml;
    const plain = this.#plain;
    while (!this.#rest) {
      const start = xml.end;
      const end = plain.read(bytes, start);
      const { column, style, valueStart, valueEnd } = plain;
      if (end < 0 || column <= this.#column || column > MAX_COLUMN) return;
      this.#passed(column);
      xml.end = end;
      const cell = this.#cellAt(column, xml.offset + start);
      if (cell === null) continue;
      cell.hasReference = true;
      cell.style = style <= MAX_INDEX ? style : -1;
      cell.type = cellType(bytes, plain.typeStart, plain.typeEnd);
      if (valueEnd > valueStart) takeValue(cell, bytes, valueStart, valueEnd);
      this.#endCell(cell, xml.offset + end);
    }
  }

  /** The wanted cell that begins here, as good as new; null where the column is none of those wanted. */
  #cellAt(column: number, start: number): ScannedCell | null {
    this.#rest = column > this.#lastColumn;
    let found: ScannedCell | null = null;
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
      found = cell;
    }
    return found;
  }

  #closeCell(xml: XmlTokenizer): void {
    const cell = this.#cell;
    if (cell === null) return;
    this.#cell = null;
    this.#endCell(cell, xml.offset + xml.end);
  }

  #endCell(cell: ScannedCell, end: number): void {
    cell.end = end;
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
      else if (xml.attributeIs('si')) group = readableInteger(xml, MAX_INDEX);
    }
    if (type === 'array' || type === 'dataTable') this.#visitor.arrayFormula(ref);
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
    } else {
      takeValue(cell, xml.bytes, xml.start, xml.end);
    }
  }
}

function takeValue(cell: ScannedCell, bytes: Buffer, start: number, end: number): void {
  if (cell.type === 's') cell.sharedString = digitsIn(bytes, start, end);
  else cell.value += decodeCellText(bytes, start, end);
}
