import { Dice } from './dice.ts';
import { formulaText, referenceOf } from './formula-text.ts';
import type { Readable } from './formula-text.ts';

export interface MadeFormula {
  sheet: number;
  row: number;
  column: number;
  /** The inside of `<f>`; null for a cell that an array formula fills. */
  text: string | null;
  /** Of `<f>`: '' or e.g. ` t="array" ref="E2:E4"`. */
  attributes: string;
}

/** A workbook with formulas as people have them, made up by dice. */
export interface MadeWorkbook {
  sheets: readonly string[];
  /** The one with the rows, which is the active one. */
  rowsSheet: number;
  /** From row 2 on: number, e-mail, result, quantity. */
  rows: readonly { input: number; email: string; result: string; quantity: number }[];
  table: boolean;
  definedNames: readonly { name: string; formula: string }[];
  formulas: readonly MadeFormula[];
  /** Rows that a result is written to. */
  written: readonly number[];
}

const SHEET_NAMES = ['発送', "It's 2", '集計', 'a b', 'A1', 'Sheet1', '2月(中)', 'x-y'] as const;
/** Behind the table's four columns and a gap. */
const FIRST_COLUMN = 6;

export function makeWorkbook(numbers: readonly number[]): MadeWorkbook {
  const dice = new Dice(numbers);
  const from = dice.below(SHEET_NAMES.length);
  const count = 1 + dice.below(4);
  const sheets = Array.from(
    { length: count },
    (_, at) => SHEET_NAMES[(from + at * 3) % SHEET_NAMES.length] ?? '',
  );
  const rowsSheet = dice.below(count);
  const sheet = sheets[rowsSheet] ?? '';
  const rows = Array.from({ length: 2 + dice.below(9) }, (_, at) => ({
    input: 390_000_000_000 + at * 7 + dice.below(7),
    email: dice.chance(20) ? 'a@example.jp' : '',
    result: dice.chance(30) ? '1月2日｜｜｜輸送中｜｜｜' : '',
    quantity: dice.below(9),
  }));
  const table = dice.chance(40);
  const readable: Readable = {
    sheet,
    lastRow: rows.length + 1,
    sheets: [sheet, ...sheets.filter((each) => each !== sheet)],
    earlier: [],
    table,
    names: [],
  };
  // In the order of the tabs: a 3-D reference from the last to the first means the same.
  const readableNow = (earlier: Readable['earlier'], names: readonly string[]): Readable => ({
    ...readable,
    sheets: [sheets[0] ?? '', ...sheets.slice(1)],
    earlier,
    names,
  });
  const definedNames = Array.from({ length: dice.below(3) }, (_, at) => ({
    name: `名前${at}`,
    formula: `'${sheet.replaceAll("'", "''")}'!$${dice.of(['C', 'C', 'A'])}$2:$${dice.of(['C', 'D'])}$${rows.length + 1}`,
  }));
  const formulas: MadeFormula[] = [];
  const earlier: { sheet: string; reference: string }[] = [];
  const taken = new Set<string>();
  const add = (made: MadeFormula): boolean => {
    const key = `${made.sheet} ${made.row} ${made.column}`;
    if (taken.has(key)) return false;
    taken.add(key);
    formulas.push(made);
    return true;
  };
  const names = definedNames.map(({ name }) => name);
  for (let left = 2 + dice.below(14); left > 0; left--) {
    const on = dice.below(count);
    const [row, column] = [1 + dice.below(10), FIRST_COLUMN + dice.below(4)];
    const own = sheets[on] ?? '';
    const kind = dice.below(10);
    if (kind === 0) {
      fill(dice, on, column, rows.length, sheet === own ? '' : `'${sheet.replaceAll("'", "''")}'!`).forEach(
        add,
      );
    } else if (kind === 1 && table && on === rowsSheet && row > 1 && row <= rows.length + 1) {
      if (add({ sheet: on, row, column, text: 'LEN(表1[[#This Row],[状態]])', attributes: '' }))
        earlier.push({ sheet: own, reference: referenceOf(row, column) });
    } else {
      const text = formulaText(dice, own, readableNow(earlier, names));
      if (add({ sheet: on, row, column, text, attributes: '' }))
        earlier.push({ sheet: own, reference: referenceOf(row, column) });
    }
  }
  const written = rows.map((_, at) => at + 2).filter(() => dice.chance(40));
  return {
    sheets,
    rowsSheet,
    rows,
    table,
    definedNames,
    formulas,
    written: written.length > 0 ? written : [2],
  };
}

/** A column of its own filled by an array formula or a shared one. */
function fill(dice: Dice, sheet: number, column: number, rows: number, prefix: string): MadeFormula[] {
  const own = column + 5;
  const range = `${referenceOf(2, own)}:${referenceOf(rows + 1, own)}`;
  const array = dice.chance(50);
  return Array.from({ length: rows }, (_, at) => {
    const place = { sheet, row: at + 2, column: own };
    if (array)
      return at === 0
        ? { ...place, text: `LEN(${prefix}C2:C${rows + 1})`, attributes: ` t="array" ref="${range}"` }
        : { ...place, text: null, attributes: '' };
    return at === 0
      ? { ...place, text: `LEN(${prefix}C2)+1`, attributes: ` t="shared" ref="${range}" si="${own}"` }
      : { ...place, text: '', attributes: ` t="shared" si="${own}"` };
  });
}
