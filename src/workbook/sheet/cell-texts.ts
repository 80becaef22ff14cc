import { columnLetters } from './cell-reference.ts';
import { parseHyperlinkFormula } from './hyperlink-formula.ts';
import type { HyperlinkFormula } from './hyperlink-formula.ts';
import type { NumberFormats } from './number-formats.ts';
import { dateText, hasLostDigits, shownNumberText } from './number-text.ts';
import type { NumberLook } from './number-text.ts';
import type { ScannedCell } from './scanned-row.ts';

const PLAIN: NumberLook = { kind: 'plain' };

/** A cell's text, or the index of the shared string that is its text. */
export type CellText = string | number;

/** Turns cells into the texts people see, the same for reading and for finding a row again. One for a scan. */
export class CellTexts {
  readonly #formats: NumberFormats;
  readonly #date1904: boolean;
  readonly #formulaGroups = new Map<number, HyperlinkFormula | null>();

  constructor(formats: NumberFormats, date1904: boolean) {
    this.#formats = formats;
    this.#date1904 = date1904;
  }

  text(cell: ScannedCell): CellText {
    switch (cell.type) {
      case 's':
        return cell.sharedString < 0 ? '' : cell.sharedString;
      case 'str':
      case 'inlineStr':
      case 'e':
        return cell.value;
      case 'b':
        return cell.value === '' ? '' : booleanText(cell.value);
      case 'd':
        return isoDateText(cell.value);
      case 'n':
        return cell.value === '' ? '' : shownNumberText(cell.value, this.#look(cell), this.#date1904);
      default:
        return cell.type satisfies never;
    }
  }

  /** The input cell's text; a `HYPERLINK()` that was never calculated shows its friendly name. */
  inputText(cell: ScannedCell, link: HyperlinkFormula | null): CellText {
    const text = this.text(cell);
    return text === '' && link !== null ? (link.text ?? '') : text;
  }

  /** What a `HYPERLINK()` in the cell says; null without one. Must see every cell of the scan, in order. */
  link(cell: ScannedCell): HyperlinkFormula | null {
    if (!cell.isFormula) return null;
    const { formula, formulaGroup } = cell;
    if (formulaGroup >= 0 && formula === '') return this.#formulaGroups.get(formulaGroup) ?? null;
    const link = parseHyperlinkFormula(formula);
    // Literals stay as they are in every cell of a shared formula (ECMA-376 part 1, 18.3.1.40); references do not.
    if (formulaGroup >= 0) this.#formulaGroups.set(formulaGroup, link);
    return link;
  }

  /** Whether the cell holds a formula that no program has calculated yet; one whose result is an empty text has been. */
  isUncalculated(cell: ScannedCell): boolean {
    return cell.isFormula && cell.type === 'n' && cell.value === '';
  }

  /** What people should know about how the cell was understood. */
  warnings(cell: ScannedCell, column: number, row: number, link: HyperlinkFormula | null): string[] {
    if (!cell.present) return [];
    const place = `${columnLetters(column)}${row}`;
    const warnings: string[] = [];
    if (cell.type === 'e') warnings.push(`${place} holds the error ${cell.value}`);
    if (cell.type === 'd') warnings.push(`${place} holds a date`);
    if (cell.type === 'n' && cell.value !== '') {
      if (hasLostDigits(cell.value)) {
        warnings.push(
          `${place} holds a number of more than 15 digits: spreadsheet programs keep 15, the rest are lost`,
        );
      }
      const look = this.#look(cell);
      if (look.kind === 'date' && dateText(Number(cell.value), false, this.#date1904) !== null) {
        warnings.push(`${place} is formatted as a date: the number itself is ${cell.value}`);
      }
    }
    if (this.isUncalculated(cell) && link?.url == null && link?.text == null) {
      warnings.push(`${place} holds a formula without a stored result: open the workbook and save it`);
    }
    if (link !== null && link.url === null && !this.isUncalculated(cell)) {
      warnings.push(`${place} holds a HYPERLINK() with a computed address: only what it shows was read`);
    }
    return warnings;
  }

  #look(cell: ScannedCell): NumberLook {
    return this.#formats[Math.max(cell.style, 0)] ?? PLAIN;
  }
}

function booleanText(value: string): string {
  return value === '1' || value === 'true' ? 'TRUE' : 'FALSE';
}

/** `2025-12-17T10:34:00` of strict workbooks, written as dates stored as numbers are. */
function isoDateText(value: string): string {
  const [, date, time] = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}))?/.exec(value) ?? [];
  if (date === undefined) return value;
  const shown = date.replaceAll('-', '/');
  return time === undefined || time === '00:00' ? shown : `${shown} ${time}`;
}
