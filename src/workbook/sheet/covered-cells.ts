import type { RowContent, WorkbookRow } from '../types.ts';
import { columnLetters } from './cell-reference.ts';
import type { CellRange } from './cell-reference.ts';
import type { ColumnRoles } from './columns.ts';
import { RangesByRow } from './ranges-by-row.ts';

/** So many are named in a warning. */
const NAMED_CELLS = 10;

/**
 * Input, e-mail and status cells that merged cells cover. Nobody sees what an editor left in them: it counts as not there, for
 * reading and for finding again alike.
 */
export class CoveredCells {
  readonly #roles: ColumnRoles;
  readonly #input: RangesByRow;
  readonly #email: RangesByRow;
  readonly #status: RangesByRow | null;
  readonly #held: string[] = [];
  #heldCount = 0;

  constructor(merged: readonly CellRange[], roles: ColumnRoles) {
    this.#roles = roles;
    this.#input = new RangesByRow(merged, roles.input);
    this.#email = new RangesByRow(merged, roles.email);
    this.#status = roles.status === null ? null : new RangesByRow(merged, roles.status);
  }

  coversInput(row: number): boolean {
    return this.#input.hiding(row) !== null;
  }

  coversEmail(row: number): boolean {
    return this.#email.hiding(row) !== null;
  }

  /** Takes out of a row what its covered cells hold. */
  clear(content: RowContent & Pick<WorkbookRow, 'status'>, row: number): void {
    if (this.#status !== null && this.#status.hiding(row) !== null) delete content.status;
    if (this.coversInput(row)) {
      if (content.input !== '') this.#hold(this.#roles.input, row);
      content.input = '';
      content.inputUrl = null;
    }
    if (this.coversEmail(row)) {
      if (content.email !== '' && this.#roles.email !== this.#roles.input) this.#hold(this.#roles.email, row);
      content.email = '';
    }
  }

  /** Names the cells that held something; null when none did. */
  warning(): string | null {
    if (this.#heldCount === 0) return null;
    const others = this.#heldCount - this.#held.length;
    const cells = this.#held.join(', ') + (others > 0 ? ` and ${others} more` : '');
    return `merged cells hide what is left in ${cells}: it is not read`;
  }

  #hold(column: number, row: number): void {
    this.#heldCount++;
    if (this.#held.length < NAMED_CELLS) this.#held.push(`${columnLetters(column)}${row}`);
  }
}
