import { parseRange, rangeHolds } from '../sheet/cell-reference.ts';
import type { CellRange } from '../sheet/cell-reference.ts';
import type { DirtyCells } from './dirty-cells.ts';
import { FormulaList, member } from './formula-list.ts';
import { FormulaScanner } from './formula-scanner.ts';
import type { FormulaCell } from './formula-scanner.ts';
import type { FormulaWordings } from './formula-wordings.ts';
import { fixedReference } from './reference.ts';

/** The cells that an array formula or data table fills, and its first cell's place in the list. */
interface FilledRange extends CellRange {
  first: number;
}

/** The formulas of one sheet, and how its cells become dirty by them. */
export class SheetFormulas {
  readonly list = new FormulaList();
  readonly wordings: FormulaWordings;
  readonly #sheet: number;
  readonly #shared = new Map<string, number>();
  /** Of the rows being read. */
  #filling: FilledRange[] = [];
  readonly #filled = new Map<number, CellRange>();

  /** @param sheet its place in the workbook */
  constructor(sheet: number, wordings: FormulaWordings) {
    this.#sheet = sheet;
    this.wordings = wordings;
  }

  /** Takes the formulas that it reads. */
  scanner(): FormulaScanner {
    return new FormulaScanner({
      formula: (cell) => this.#take(cell),
      wantsPlain: (row) => this.#filling.some(({ lastRow }) => row <= lastRow),
    });
  }

  /** Adds the cells that the formula at this place of the list fills. */
  markDirty(at: number, dirty: DirtyCells): void {
    const [row, column] = [this.list.row(at), this.list.column(at)];
    const filled = this.#filled.get(at);
    if (filled !== undefined) dirty.addRange(filled);
    dirty.add(row, column);
  }

  #take(cell: FormulaCell): void {
    const { row, column } = cell;
    if (this.#filling.length > 0) this.#filling = this.#filling.filter(({ lastRow }) => row <= lastRow);
    const filling = this.#filling.find((range) => rangeHolds(range, row, column));
    if (filling !== undefined) this.#add(cell, member(filling.first));
    else if (cell.isFormula) this.#takeFormula(cell);
  }

  #takeFormula(cell: FormulaCell): void {
    const { kind, ref } = cell;
    const at = this.#add(cell, this.#wordingOf(cell));
    const range = kind === 'array' || kind === 'dataTable' ? parseRange(ref) : null;
    if (range === null || (range.firstRow === range.lastRow && range.firstColumn === range.lastColumn))
      return;
    this.#filled.set(at, range);
    this.#filling.push({ ...range, first: at });
  }

  #wordingOf(cell: FormulaCell): number {
    const { row, column, kind, group, text } = cell;
    if (kind === 'dataTable') return this.#dataTable(cell);
    if (kind === 'shared' && text === '') return this.#shared.get(group) ?? this.wordings.anything;
    const wording = this.wordings.of(text, { sheet: this.#sheet, row, column });
    if (kind === 'shared') this.#shared.set(group, wording);
    return wording;
  }

  /** It reads its input cells, and the formulas above and to the left of the cells it fills. */
  #dataTable({ row, column, ref, inputs }: FormulaCell): number {
    const range = parseRange(ref);
    if (range === null) return this.wordings.anything;
    const around: CellRange = {
      firstRow: Math.max(range.firstRow - 1, 1),
      lastRow: range.lastRow,
      firstColumn: Math.max(range.firstColumn - 1, 1),
      lastColumn: range.lastColumn,
    };
    const read = [around, ...inputs.map((input) => parseRange(input)).filter((each) => each !== null)];
    const references = read.map((each) => fixedReference(this.#sheet, each));
    return this.wordings.add({ row, column, references, anything: false });
  }

  #add(cell: FormulaCell, wording: number): number {
    const at = this.list.add(cell.row, cell.column, wording, cell);
    if (cell.metadataLength > 0) this.list.addMetadata(at, cell.metadataStart, cell.metadataLength);
    return at;
  }
}
