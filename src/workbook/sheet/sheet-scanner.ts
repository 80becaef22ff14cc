import { attributes, forEachToken } from '../../xml/elements.ts';
import { XmlProblem } from '../../xml/xml-problem.ts';
import { decodeAttribute } from '../../xml/xml-text.ts';
import type { XmlToken, XmlTokenizer } from '../../xml/xml-tokenizer.ts';
import { parseRange, rangeInBytes } from './cell-reference.ts';
import type { CellRange } from './cell-reference.ts';
import { RowScanner } from './row-scanner.ts';
import type { CellReader, RowVisitor } from './row-scanner.ts';
import type { RowLinks } from './row-links.ts';
import type { ScannedCell, ScannedRow } from './scanned-row.ts';

/** More ranges than a sheet has rows serve no one; each takes memory. */
const MAX_RANGES = 1_048_576;
const MAX_TABLES = 10_000;
/** Children of the worksheet whose own children are read. */
const LISTS: ReadonlySet<string> = new Set(['cols', 'mergeCells', 'hyperlinks', 'tableParts']);

/** Where the sheet says how far it goes; `offset` is the value's first byte. */
export interface Dimension {
  ref: string;
  offset: number;
}

/** What stands around the rows. Ranges are those that touch a column asked for. */
export interface SheetFacts {
  /** The prefix of the sheet's elements with its colon; '' for most. */
  prefix: string;
  dimension: Dimension | null;
  columnStyles: { first: number; last: number; style: number }[];
  merged: CellRange[];
  arrayFormulas: CellRange[];
  /** Relationship ids of the sheet's tables. */
  tableIds: string[];
}

export interface SheetVisitor {
  /** The row is reused for the next one: keep its values, never the object. */
  row(row: ScannedRow): void;
  /** As RowVisitor.passesOver. */
  passesOver?(cell: ScannedCell): boolean;
  /** Takes the links (ECMA-376 part 1, 18.3.1.47), which stand behind all rows. */
  links: RowLinks;
  /** Reads all cells besides. */
  beside?: CellReader | null;
}

/** The root is not a worksheet's: a chart sheet, a dialog sheet, a macro sheet. */
export class NotAWorksheet extends Error {
  override readonly name = 'NotAWorksheet';
}

/**
 * Reads a worksheet part chunk by chunk, for reading and for patching alike, so that both mean the same row.
 * Knows elements by their local name: prefixes and the strict namespace make no difference.
 *
 * @param columns numbers of the columns wanted, no two the same
 * @throws {XmlProblem} what is no XML or no sheet
 * @throws {NotAWorksheet}
 */
export async function scanSheet(
  chunks: AsyncIterable<Buffer>,
  columns: readonly number[],
  visitor: SheetVisitor,
): Promise<SheetFacts> {
  const scanner = new SheetScanner(columns, visitor);
  await forEachToken(chunks, (token, xml) => scanner.take(token, xml));
  return scanner.finish();
}

class SheetScanner {
  readonly #facts: SheetFacts = {
    prefix: '',
    dimension: null,
    columnStyles: [],
    merged: [],
    arrayFormulas: [],
    tableIds: [],
  };
  readonly #columns: readonly number[];
  readonly #visitor: SheetVisitor;
  readonly #rows: RowScanner;
  #state: 'before' | 'worksheet' | 'rows' | 'list' | 'after' = 'before';
  #skipped = 0;

  constructor(columns: readonly number[], visitor: SheetVisitor) {
    this.#columns = columns;
    this.#visitor = visitor;
    const rows: RowVisitor = {
      row: (row) => visitor.row(row),
      passesOver: (cell) => visitor.passesOver?.(cell) === true,
      arrayFormula: (ref) => this.#keepRange(this.#facts.arrayFormulas, ref),
    };
    this.#rows = new RowScanner(columns, rows, visitor.beside ?? null);
  }

  take(token: XmlToken, xml: XmlTokenizer): void {
    if (this.#state === 'rows') {
      if (!this.#rows.take(token, xml)) this.#state = 'worksheet';
      return;
    }
    if (token === 'close') {
      if (this.#skipped > 0) this.#skipped--;
      else this.#state = this.#state === 'list' ? 'worksheet' : 'after';
    } else if (token === 'open' || token === 'empty') {
      if (this.#skipped > 0) this.#skipped += token === 'open' ? 1 : 0;
      else this.#open(xml, token === 'open');
    }
  }

  finish(): SheetFacts {
    if (this.#state !== 'after') throw new XmlProblem('the XML ends in the middle');
    return this.#facts;
  }

  #open(xml: XmlTokenizer, hasContent: boolean): void {
    if (this.#state === 'list' && xml.nameIs('hyperlink')) {
      this.#readHyperlink(xml);
      if (hasContent) this.#skipped = 1;
      return;
    }
    const { name } = xml;
    if (this.#state === 'before') {
      if (name !== 'worksheet') throw new NotAWorksheet(name);
      this.#facts.prefix = xml.prefix;
      this.#state = hasContent ? 'worksheet' : 'after';
      return;
    }
    if (this.#state === 'after') throw new XmlProblem('the XML has a second root');
    if (this.#state === 'worksheet' && hasContent) {
      if (name === 'sheetData') {
        this.#state = 'rows';
        return;
      }
      if (LISTS.has(name)) {
        this.#state = 'list';
        return;
      }
    }
    this.#read(name, xml);
    if (hasContent) this.#skipped = 1;
  }

  #read(name: string, xml: XmlTokenizer): void {
    const inList = this.#state === 'list';
    if (!inList && name === 'dimension') {
      while (xml.nextAttribute()) {
        if (xml.attributeName !== 'ref') continue;
        const ref = xml.bytes.toString('latin1', xml.valueStart, xml.valueEnd);
        this.#facts.dimension = { ref, offset: xml.offset + xml.valueStart };
      }
    } else if (inList && name === 'col') {
      const { min, max, style } = attributes(xml);
      const [first, last] = [Number(min), Number(max)];
      if (/^\d+$/.test(style ?? '') && this.#columns.some((column) => column >= first && column <= last)) {
        this.#facts.columnStyles.push({ first, last, style: Number(style) });
      }
    } else if (inList && name === 'mergeCell') {
      this.#keepRange(this.#facts.merged, attributes(xml)['ref'] ?? '');
    } else if (inList && name === 'tablePart') {
      const { id } = attributes(xml);
      if (id !== undefined && this.#facts.tableIds.length < MAX_TABLES) this.#facts.tableIds.push(id);
    }
  }

  #readHyperlink(xml: XmlTokenizer): void {
    const { bytes } = xml;
    const { links } = this.#visitor;
    let range: CellRange | null = null;
    let id: string | null = null;
    let location: string | null = null;
    while (xml.nextAttribute()) {
      if (xml.attributeIs('ref')) {
        range = rangeInBytes(bytes, xml.valueStart, xml.valueEnd);
        if (range !== null && !links.covers(range)) return;
      } else if (xml.attributeIs('id')) {
        id = decodeAttribute(bytes, xml.valueStart, xml.valueEnd);
      } else if (xml.attributeIs('location')) {
        location = decodeAttribute(bytes, xml.valueStart, xml.valueEnd);
      }
    }
    if (range !== null) links.add(range, id, location);
  }

  #keepRange(ranges: CellRange[], ref: string): void {
    const range = this.#wantedRange(ref);
    if (range === null) return;
    if (ranges.length >= MAX_RANGES) throw new XmlProblem('the sheet has over a million merged ranges');
    ranges.push(range);
  }

  #wantedRange(ref: string): CellRange | null {
    const range = parseRange(ref);
    if (range === null) return null;
    const { firstColumn, lastColumn } = range;
    return this.#columns.some((column) => column >= firstColumn && column <= lastColumn) ? range : null;
  }
}
