import { forEachToken } from '../../xml/elements.ts';
import { decodeCdata, decodeXml } from '../../xml/xml-text.ts';
import type { XmlToken, XmlTokenizer } from '../../xml/xml-tokenizer.ts';
import { digitsIn, referencedColumn } from '../sheet/attribute-values.ts';
import type { CellReader } from '../sheet/row-scanner.ts';
import type { StoredValue } from './formula-list.ts';

/** Element names, packed as XmlTokenizer.shortName packs them. */
const NAME_C = 0x63;
const NAME_F = 0x66;
const NAME_V = 0x76;
const NAME_IS = 0x6973;
const NAME_ROW = 0x726f77;
const SPACE = 0x20;

/** A cell with a formula, or one that an array reaches; reused for the next. Offsets in bytes of the part. */
export interface FormulaCell extends StoredValue {
  row: number;
  column: number;
  isFormula: boolean;
  text: string;
  /** `t` of the formula (ECMA-376 part 1, 18.18.6 ST_CellFormulaType); '' for a normal one. */
  kind: string;
  /** The cells that an array, a data table or a shared formula is for; '' without. */
  ref: string;
  group: string;
  /** Input cells of a data table. */
  inputs: readonly string[];
  metadataStart: number;
  metadataLength: number;
}

export interface FormulaVisitor {
  formula(cell: FormulaCell): void;
  /** Whether cells without a formula are asked for in this row: those that an array reaches. */
  wantsPlain(row: number): boolean;
}

/**
 * Streams a worksheet part past the scanner.
 *
 * @throws {XmlProblem}
 */
export async function scanFormulas(chunks: AsyncIterable<Buffer>, scanner: FormulaScanner): Promise<void> {
  await forEachToken(chunks, (token, xml) => {
    scanner.take(token, xml);
    if (scanner.passes) scanner.passed(xml.skipCells(scanner.column));
    xml.wantsText = scanner.wantsText;
  });
}

function emptyFormulaCell(): FormulaCell {
  return {
    row: 0,
    column: 0,
    isFormula: false,
    text: '',
    kind: '',
    ref: '',
    group: '',
    inputs: [],
    typeStart: 0,
    typeLength: 0,
    valueStart: 0,
    valueLength: 0,
    metadataStart: 0,
    metadataLength: 0,
  };
}

/**
 * Reads formulas (ECMA-376 part 1, 18.3.1.40) from the tokens of a worksheet part: by itself, or beside another reader of
 * its cells.
 */
export class FormulaScanner implements CellReader {
  /** Of the last cell of the row; 0 before the first. */
  column = 0;
  wantsText = false;
  readonly #visitor: FormulaVisitor;
  readonly #cell = emptyFormulaCell();
  #inRow = false;
  #inCell = false;
  #row = 0;

  constructor(visitor: FormulaVisitor) {
    this.#visitor = visitor;
  }

  take(token: XmlToken, xml: XmlTokenizer): void {
    if (token === 'open' || token === 'empty') this.#open(xml, token === 'empty');
    else if (token === 'close') this.#close(xml);
    else if (this.wantsText && token === 'text') this.#cell.text += decodeXml(xml.bytes, xml.start, xml.end);
    else if (this.wantsText && token === 'cdata')
      this.#cell.text += decodeCdata(xml.bytes, xml.valueStart, xml.valueEnd);
  }

  get passes(): boolean {
    return this.#inRow && !this.#inCell && !this.#visitor.wantsPlain(this.#row);
  }

  passed(column: number): void {
    this.column = column;
  }

  #open(xml: XmlTokenizer, empty: boolean): void {
    const name = xml.shortName;
    if (name === NAME_ROW) {
      this.#openRow(xml);
      this.#inRow = !empty;
    } else if (name === NAME_C) {
      this.#openCell(xml);
      this.#inCell = !empty;
    } else if (!this.#inCell) {
      return;
    } else if (name === NAME_F) {
      this.#openFormula(xml);
      this.wantsText = !empty;
    } else if (name === NAME_V || name === NAME_IS) {
      this.#cell.valueStart = xml.offset + xml.start;
      this.#cell.valueLength = empty ? xml.end - xml.start : 0;
    }
  }

  #close(xml: XmlTokenizer): void {
    const name = xml.shortName;
    if (name === NAME_ROW) this.#inRow = false;
    if (!this.#inCell) return;
    if (name === NAME_F) {
      this.wantsText = false;
    } else if (name === NAME_V || name === NAME_IS) {
      this.#cell.valueLength = xml.offset + xml.end - this.#cell.valueStart;
    } else if (name === NAME_C) {
      this.#inCell = false;
      const cell = this.#cell;
      if (cell.isFormula || this.#visitor.wantsPlain(cell.row)) this.#visitor.formula(cell);
    }
  }

  #openRow(xml: XmlTokenizer): void {
    let row = this.#row + 1;
    while (xml.nextAttribute()) {
      if (xml.attributeIs('r') && xml.valueEnd > xml.valueStart)
        row = digitsIn(xml.bytes, xml.valueStart, xml.valueEnd);
    }
    this.#row = row;
    this.column = 0;
  }

  #openCell(xml: XmlTokenizer): void {
    const cell = this.#cell;
    if (cell.isFormula) Object.assign(cell, EMPTY);
    cell.typeStart = cell.typeLength = 0;
    cell.valueStart = cell.valueLength = 0;
    cell.metadataStart = cell.metadataLength = 0;
    cell.row = this.#row;
    cell.column = 0;
    while (xml.nextAttribute()) {
      if (xml.attributeIs('r')) {
        cell.column = referencedColumn(xml.bytes, xml.valueStart, xml.valueEnd);
      } else if (xml.attributeIs('t')) {
        cell.typeStart = startOfAttribute(xml);
        cell.typeLength = xml.offset + xml.valueEnd + 1 - cell.typeStart;
      } else if (xml.attributeIs('vm')) {
        cell.metadataStart = startOfAttribute(xml);
        cell.metadataLength = xml.offset + xml.valueEnd + 1 - cell.metadataStart;
      }
    }
    if (cell.column === 0) cell.column = this.column + 1;
    this.column = cell.column;
  }

  #openFormula(xml: XmlTokenizer): void {
    const cell = this.#cell;
    cell.isFormula = true;
    while (xml.nextAttribute()) {
      const value = xml.bytes.toString('latin1', xml.valueStart, xml.valueEnd);
      if (xml.attributeIs('t')) cell.kind = value;
      else if (xml.attributeIs('ref')) cell.ref = value;
      else if (xml.attributeIs('si')) cell.group = value;
      else if (xml.attributeIs('r1') || xml.attributeIs('r2')) cell.inputs = [...cell.inputs, value];
    }
  }
}

const EMPTY: Readonly<FormulaCell> = emptyFormulaCell();

/** Of the white space before its name. */
function startOfAttribute(xml: XmlTokenizer): number {
  let at = xml.attributeNameStart;
  while (at > 0 && (xml.bytes[at - 1] ?? 0) > SPACE) at--;
  while (at > 0 && (xml.bytes[at - 1] ?? 0) <= SPACE) at--;
  return xml.offset + at;
}
