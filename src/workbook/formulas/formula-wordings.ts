import { READS_ANYTHING } from './formula-reads.ts';
import type { FormulaReads } from './formula-reads.ts';
import { parseFormula } from './parse-formula.ts';
import type { FormulaPlace } from './parse-formula.ts';
import type { WorkbookNames } from './workbook-names.ts';

/** Longer than Excel lets a formula be (8,192): not worth the time. */
const MAX_FORMULA_LENGTH = 32_768;
/** More would not fit into memory: formulas beyond them are taken to depend. */
const MAX_WORDINGS = 200_000;
/**
 * Names in quotes or brackets stay as they are, and texts, of which nothing is read, go; a cell's row number stands behind
 * a letter or two, without a `$`.
 */
const ROW_NUMBERS =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|\[[^\]]*\]|(?<![\p{L}\p{N}_.$\\])(\$?[A-Za-z]{1,3})(\d+)(?![\p{L}\p{N}_.!(])/gu;
/** Rows that go with the formula although no letter stands before them: `2:3`, `C2.:.C9`. */
const OTHER_ROWS = /\d\s*:\s*\$?\d|\.:|:\./;

/** One that was not asked for yet, or that must be read once for each table that it stands in. */
interface Wording {
  text: string;
  /** Where it was met first. */
  place: FormulaPlace;
  byTable: Map<string, FormulaReads> | null;
}

/**
 * Formulas by their wording. A column filled downwards says the same in each row, so that a hundred thousand of them are
 * parsed once and kept once.
 */
export class FormulaWordings {
  readonly #byKey = new Map<string, number>();
  readonly #met: (FormulaReads | Wording)[] = [READS_ANYTHING];

  /** The wording of a formula whose reads cannot be known. */
  readonly anything = 0;

  /** The number of the formula's wording. */
  of(text: string, place: FormulaPlace): number {
    if (text.length > MAX_FORMULA_LENGTH) return this.anything;
    const key = this.#key(text, place);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    if (this.#met.length >= MAX_WORDINGS) return this.anything;
    const { sheet, row, column } = place;
    const wording = this.#met.push({ text, place: { sheet, row, column }, byTable: null }) - 1;
    this.#byKey.set(key, wording);
    return wording;
  }

  add(reads: FormulaReads): number {
    return this.#met.push(reads) - 1;
  }

  /**
   * What a formula of this wording reads at this place.
   *
   * @param names always the same ones
   */
  reads(wording: number, row: number, column: number, names: WorkbookNames): FormulaReads {
    const met = this.#met[wording] ?? READS_ANYTHING;
    if ('references' in met) return met;
    const { text, place } = met;
    if (!text.includes('[')) return (this.#met[wording] = parseFormula(text, place, names));
    // `[@Price]` means another column in each table.
    const table = names.tableAt(place.sheet, row, column)?.name ?? '';
    met.byTable ??= new Map();
    let reads = met.byTable.get(table);
    if (reads === undefined) {
      reads = parseFormula(text, { sheet: place.sheet, row, column }, names);
      met.byTable.set(table, reads);
    }
    return reads;
  }

  /** The same for two formulas of a column only if they read the same, seen from their own rows. */
  #key(text: string, { sheet, row, column }: FormulaPlace): string {
    const relative = text.replaceAll(ROW_NUMBERS, (match, letters?: string, digits?: string) => {
      if (letters !== undefined) return `${letters}{${Number(digits) - row}}`;
      return match.startsWith('"') ? '""' : match;
    });
    return `${sheet} ${column} ${OTHER_ROWS.test(text) ? row : ''} ${relative}`;
  }
}
