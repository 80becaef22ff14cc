import { rangeHolds } from '../sheet/cell-reference.ts';
import type { CellRange } from '../sheet/cell-reference.ts';

/** A table as formulas name it; its range has its header and totals in it. */
export interface NamedTable {
  name: string;
  sheet: number;
  range: CellRange;
  /** In the order of the range's columns. */
  columns: readonly string[];
}

export interface DefinedName {
  name: string;
  /** The sheet it holds for, by its place in the workbook; null: all. */
  sheet: number | null;
  formula: string;
}

/** What words in formulas stand for: sheets, tables and defined names, in any case of letters. */
export class WorkbookNames {
  readonly sheetCount: number;
  readonly #sheets: ReadonlyMap<string, number>;
  readonly #tables: ReadonlyMap<string, NamedTable>;
  readonly #tableList: readonly NamedTable[];
  readonly #names: ReadonlyMap<string, DefinedName>;

  constructor(
    sheets: readonly string[],
    tables: readonly NamedTable[],
    definedNames: readonly DefinedName[],
  ) {
    this.sheetCount = sheets.length;
    this.#sheets = new Map(sheets.map((name, at) => [key(name), at]));
    this.#tables = new Map(tables.map((table) => [key(table.name), table]));
    this.#tableList = tables;
    this.#names = new Map(definedNames.map((each) => [nameKey(each.name, each.sheet), each]));
  }

  /** The places of `Sheet1`, or of `Sheet1:Sheet3` and all between them; null where one is not there. */
  sheets(text: string): { first: number; last: number } | null {
    const places = text.split(':').map((name) => this.#sheets.get(key(name)));
    const [first, last = first] = places;
    if (first === undefined || last === undefined) return null;
    return { first: Math.min(first, last), last: Math.max(first, last) };
  }

  table(name: string): NamedTable | undefined {
    return this.#tables.get(key(name));
  }

  /** The table that a cell is in, which `[@Column]` means without naming it. */
  tableAt(sheet: number, row: number, column: number): NamedTable | undefined {
    return this.#tableList.find((table) => table.sheet === sheet && rangeHolds(table.range, row, column));
  }

  /** A sheet's own name goes before the workbook's. */
  defined(name: string, sheet: number): DefinedName | undefined {
    return this.#names.get(nameKey(name, sheet)) ?? this.#names.get(nameKey(name, null));
  }
}

function key(name: string): string {
  return name.toLowerCase();
}

function nameKey(name: string, sheet: number | null): string {
  return `${sheet ?? ''}!${key(name)}`;
}
