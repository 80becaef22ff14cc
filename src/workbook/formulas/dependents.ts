import type { CellRange } from '../sheet/cell-reference.ts';
import { DirtyCells } from './dirty-cells.ts';
import { firstOf } from './formula-list.ts';
import type { FormulaReads } from './formula-reads.ts';
import { moved } from './reference.ts';
import type { SheetFormulas } from './sheet-formulas.ts';
import type { WorkbookFormulas } from './workbook-formulas.ts';
import type { WorkbookNames } from './workbook-names.ts';

/** Chains that go down and up by turns take a round each; whatever takes more is taken to depend. */
const MAX_ROUNDS = 200;

/** Finds what depends on dirty cells, to its end: formulas, and cells of which they are made dirty. */
export class Dependents {
  readonly dirty: readonly DirtyCells[];
  /** By sheet and place in its list: 1 for a formula that depends. */
  readonly marks: readonly Uint8Array[];
  readonly #sheets: WorkbookFormulas['sheets'];
  readonly #names: WorkbookNames;
  readonly #range: CellRange = { firstRow: 0, lastRow: 0, firstColumn: 0, lastColumn: 0 };

  constructor({ sheets, names }: Pick<WorkbookFormulas, 'sheets' | 'names'>) {
    this.#sheets = sheets;
    this.#names = names;
    this.dirty = sheets.map(() => new DirtyCells());
    this.marks = sheets.map((sheet) => new Uint8Array(sheet?.formulas.list.length ?? 0));
  }

  /** Marks all that depends on what is dirty by now. Downwards and upwards by turns, as chains go. */
  follow(): void {
    let rounds = 0;
    while (this.#round(rounds % 2 === 1, rounds >= MAX_ROUNDS)) rounds++;
  }

  #round(upwards: boolean, all: boolean): boolean {
    let found = false;
    const places = this.#sheets.map((_, sheet) => sheet);
    for (const sheet of upwards ? places.toReversed() : places) {
      const formulas = this.#sheets[sheet]?.formulas;
      const marks = this.marks[sheet];
      const dirty = this.dirty[sheet];
      if (formulas === undefined || marks === undefined || dirty === undefined) continue;
      const { length } = formulas.list;
      for (let step = 0; step < length; step++) {
        const at = upwards ? length - 1 - step : step;
        if (marks[at] === 1 || (!all && !this.#depends(formulas, marks, at))) continue;
        marks[at] = 1;
        formulas.markDirty(at, dirty);
        found = true;
      }
    }
    return found;
  }

  #depends({ list, wordings }: SheetFormulas, marks: Uint8Array, at: number): boolean {
    const wording = list.wording(at);
    if (wording < 0) return marks[firstOf(wording)] === 1;
    const [row, column] = [list.row(at), list.column(at)];
    const reads = wordings.reads(wording, row, column, this.#names);
    return this.readsDirty(reads, row - reads.row, column - reads.column);
  }

  /** Whether what is read, from so many rows and columns further on, is dirty in part. */
  readsDirty({ references, anything }: FormulaReads, rows: number, columns: number): boolean {
    if (anything) return true;
    for (const reference of references) {
      const range = moved(reference, rows, columns, this.#range);
      for (let sheet = reference.firstSheet; sheet <= reference.lastSheet; sheet++)
        if (this.dirty[sheet]?.touches(range) === true) return true;
    }
    return false;
  }
}
