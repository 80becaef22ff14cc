import type { ColumnRoles } from './sheet/columns.ts';
import { tooLarge } from './failure.ts';
import type { OpenSheet } from './open-sheet.ts';
import type { CellText } from './sheet/cell-texts.ts';
import type { ScannedRow } from './sheet/scanned-row.ts';
import type { WorkbookRow } from './types.ts';

/** Stands for a shared string in a row's list of them where the text was there already. */
const NONE = -1;

/**
 * Keeps the rows of a scan that hold something, and of the shared strings only those that these rows name: they are
 * read after the sheet.
 */
export class RowCollector {
  readonly #sheet: OpenSheet;
  readonly #roles: ColumnRoles;
  /** Of the rows kept, ascending. */
  readonly rowNumbers: number[] = [];
  readonly #rows: WorkbookRow[] = [];
  /** The shared strings of each row's input, e-mail and result, and of its status where there is such a column. */
  readonly #indices: number[] = [];
  readonly #needed = new Set<number>();
  /** Numbers of the rows whose input, or e-mail, is still to be calculated. */
  readonly uncalculated = { input: new Set<number>(), email: new Set<number>() };
  #length = 0;

  constructor(sheet: OpenSheet, roles: ColumnRoles) {
    this.#sheet = sheet;
    this.#roles = roles;
  }

  take(row: ScannedRow): void {
    const { texts } = this.#sheet;
    const roles = this.#roles;
    const inputCell = row.cells[roles.inputAt];
    const emailCell = row.cells[roles.emailAt];
    const resultCell = row.cells[roles.resultAt];
    if (inputCell === undefined || emailCell === undefined || resultCell === undefined) return;
    const link = texts.link(inputCell);
    const input = texts.inputText(inputCell, link);
    const email = texts.text(emailCell);
    const noInput = texts.isUncalculated(inputCell);
    const noEmail = texts.isUncalculated(emailCell);
    if (input === '' && email === '' && !noInput && !noEmail) return;
    if (noInput) this.uncalculated.input.add(row.number);
    if (noEmail) this.uncalculated.email.add(row.number);

    const warnings = texts.warnings(inputCell, roles.input, row.number, link);
    if (roles.emailAt !== roles.inputAt) {
      warnings.push(...texts.warnings(emailCell, roles.email, row.number, null));
    }
    this.rowNumbers.push(row.number);
    const collected: WorkbookRow = {
      row: row.number,
      occurrence: 0,
      input: this.#hold(input),
      inputUrl: link?.url ?? null,
      email: this.#hold(email),
      result: this.#hold(texts.text(resultCell)),
      resultIsFormula: resultCell.isFormula,
      warnings,
    };
    const statusCell = row.cells[roles.statusAt];
    if (statusCell !== undefined) {
      const status = this.#hold(statusCell.isFormula ? '' : texts.text(statusCell));
      if (status !== '') collected.status = status;
    }
    this.#rows.push(collected);
    if (this.#length > this.#sheet.archive.limits.maxTextLength) {
      throw tooLarge(this.#sheet.archive.name, 'its texts do not fit into memory');
    }
  }

  /**
   * All rows taken, row 1 too, their texts filled in. Occurrences and link targets are the caller's.
   *
   * @throws {WorkbookError}
   */
  async finish(): Promise<WorkbookRow[]> {
    if (this.#needed.size === 0) return this.#rows;
    const strings = await this.#sheet.sharedStrings(this.#needed);
    const text = (index: number, otherwise: string): string =>
      index === NONE ? otherwise : this.#sheet.textOf(index, strings);
    const perRow = this.#roles.status === null ? 3 : 4;
    for (const [at, row] of this.#rows.entries()) {
      const first = perRow * at;
      row.input = text(this.#indices[first] ?? NONE, row.input);
      row.email = text(this.#indices[first + 1] ?? NONE, row.email);
      row.result = text(this.#indices[first + 2] ?? NONE, row.result);
      const status = perRow === 4 ? text(this.#indices[first + 3] ?? NONE, '') : '';
      if (status !== '') row.status = status;
    }
    return this.#rows;
  }

  #hold(text: CellText): string {
    if (typeof text === 'string') {
      this.#indices.push(NONE);
      this.#length += text.length;
      return text;
    }
    this.#indices.push(text);
    this.#needed.add(text);
    return '';
  }
}
