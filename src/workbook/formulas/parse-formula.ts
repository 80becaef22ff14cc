import { isOperator, parseA1Ref, parseStructRef, tokenize, tokenTypes } from '@borgar/fx/xlsx';
import type { RangeA1, Token } from '@borgar/fx/xlsx';

import { MAX_COLUMN, MAX_ROW } from '../sheet/cell-reference.ts';
import type { CellRange } from '../sheet/cell-reference.ts';
import type { FormulaReads } from './formula-reads.ts';
import { fixedReference, fromAnywhere } from './reference.ts';
import type { Reference } from './reference.ts';
import type { NamedTable, WorkbookNames } from './workbook-names.ts';

/** Where a formula stands: references without a sheet mean its own. */
export interface FormulaPlace {
  sheet: number;
  row: number;
  column: number;
}

/** Functions that make a reference of what they are given. */
const MAKE_REFERENCES: ReadonlySet<string> = new Set(['INDIRECT', 'OFFSET']);
/** Names that stand for names: more of them than any person writes, so that a circle of them ends. */
const MAX_NAMES = 100;

/**
 * What a formula reads, its text as the file holds it (ECMA-376 part 1, 18.17). Where this cannot be told for certain
 * it is more rather than less.
 */
export function parseFormula(text: string, place: FormulaPlace, names: WorkbookNames): FormulaReads {
  const parser = new FormulaParser(place, names);
  parser.read(text);
  return { row: place.row, column: place.column, references: parser.references, anything: parser.anything };
}

class FormulaParser {
  readonly references: Reference[] = [];
  anything = false;
  readonly #place: FormulaPlace;
  readonly #names: WorkbookNames;
  #namesRead = 0;

  constructor(place: FormulaPlace, names: WorkbookNames) {
    this.#place = place;
    this.#names = names;
  }

  read(text: string): void {
    for (const token of tokenize(text, { withLocation: false, mergeRefs: true })) this.#take(token);
  }

  #take(token: Token): void {
    const { type, value } = token;
    if (type === tokenTypes.FUNCTION) {
      this.anything ||= MAKE_REFERENCES.has(value.toUpperCase().replace(/^_XLFN\./, ''));
    } else if (type === tokenTypes.UNKNOWN || (isOperator(token) && value === ':')) {
      this.anything = true;
    } else if (type === tokenTypes.REF_STRUCT) {
      this.#takeStructured(value);
    } else if (
      type === tokenTypes.REF_RANGE ||
      type === tokenTypes.REF_BEAM ||
      type === tokenTypes.REF_TERNARY ||
      type === tokenTypes.REF_NAMED
    ) {
      this.#takeReference(value);
    }
  }

  #takeReference(text: string): void {
    const parsed = parseA1Ref(text);
    if (parsed === undefined) {
      this.anything = true;
      return;
    }
    const { workbookName = '', sheetName = '' } = parsed;
    // `[0]` is the workbook itself, any other number another one (ECMA-376 part 1, 18.14).
    if (workbookName !== '' && workbookName !== '0') return;
    const sheets = sheetName === '' ? null : this.#names.sheets(sheetName);
    if (sheetName !== '' && sheets === null) return;
    const { sheet } = this.#place;
    if ('name' in parsed) {
      this.#takeName(parsed.name, sheets?.first ?? sheet);
      return;
    }
    const { first, last } = sheets ?? { first: sheet, last: sheet };
    this.references.push({ ...rangeReference(parsed.range), firstSheet: first, lastSheet: last });
  }

  #takeName(name: string, sheet: number): void {
    const table = this.#names.table(name);
    if (table !== undefined) {
      this.references.push(fixedReference(table.sheet, table.range));
      return;
    }
    const defined = this.#names.defined(name, sheet);
    if (defined === undefined) return;
    if (++this.#namesRead > MAX_NAMES) {
      this.anything = true;
      return;
    }
    const before = this.references.length;
    this.read(defined.formula);
    const meant = this.references.splice(before);
    this.references.push(...meant.map((each) => fromAnywhere(each)));
  }

  #takeStructured(text: string): void {
    const { sheet, row, column } = this.#place;
    const parsed = parseStructRef(text);
    const named = parsed?.table ?? '';
    const table = named === '' ? this.#names.tableAt(sheet, row, column) : this.#names.table(named);
    if (parsed === undefined || table === undefined) {
      this.anything = true;
      return;
    }
    const reference = fixedReference(table.sheet, columnsOf(table, parsed.columns ?? []));
    const thisRow = parsed.sections?.some((section) => section.toLowerCase().includes('this row')) === true;
    if (!thisRow) this.references.push(reference);
    else
      this.references.push({
        ...reference,
        firstRow: row,
        lastRow: row,
        firstRowMoves: true,
        lastRowMoves: true,
      });
  }
}

/** All of the table for a column that it has not: it may be named in a way of its own. */
function columnsOf(table: NamedTable, columns: readonly string[]): CellRange {
  const places = columns.map((name) =>
    table.columns.findIndex((each) => each.toLowerCase() === name.toLowerCase()),
  );
  if (places.length === 0 || places.includes(-1)) return table.range;
  return {
    ...table.range,
    firstColumn: table.range.firstColumn + Math.min(...places),
    lastColumn: table.range.firstColumn + Math.max(...places),
  };
}

/** fx counts from 0, and gives no number to a bound that is open. */
function rangeReference(range: RangeA1): Omit<Reference, 'firstSheet' | 'lastSheet'> {
  const { top, left, bottom, right } = range;
  return {
    firstRow: top == null ? 1 : top + 1,
    lastRow: bottom == null ? MAX_ROW : bottom + 1,
    firstColumn: left == null ? 1 : left + 1,
    lastColumn: right == null ? MAX_COLUMN : right + 1,
    firstRowMoves: top != null && range.$top !== true,
    lastRowMoves: bottom != null && range.$bottom !== true,
    firstColumnMoves: left != null && range.$left !== true,
    lastColumnMoves: right != null && range.$right !== true,
  };
}
