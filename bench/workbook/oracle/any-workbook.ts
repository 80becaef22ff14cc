import { Dice } from './dice.ts';
import { formulaText, quoted, referenceOf } from './formula-text.ts';
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
  const sheets = Array.from(
    { length: 1 + dice.below(4) },
    (_, at) => SHEET_NAMES[(from + at * 3) % SHEET_NAMES.length] ?? '',
  );
  const rowsSheet = dice.below(sheets.length);
  const rows = Array.from({ length: 2 + dice.below(9) }, (_, at) => ({
    input: 390_000_000_000 + at * 7 + dice.below(7),
    email: dice.chance(20) ? 'a@example.jp' : '',
    result: dice.chance(30) ? '1月2日｜｜｜輸送中｜｜｜' : '',
    quantity: dice.below(9),
  }));
  const table = dice.chance(40);
  const definedNames = Array.from({ length: dice.below(3) }, (_, at) => ({
    name: `名前${at}`,
    formula: `${quoted(sheets[rowsSheet] ?? '')}$${dice.of(['C', 'C', 'A'])}$2:$${dice.of(['C', 'D'])}$${rows.length + 1}`,
  }));
  const written = rows.map((_, at) => at + 2).filter(() => dice.chance(40));
  const book = { sheets, rowsSheet, rows, table, definedNames, written: written.length > 0 ? written : [2] };
  return { ...book, formulas: makeFormulas(dice, book) };
}

function makeFormulas(dice: Dice, book: Omit<MadeWorkbook, 'formulas'>): MadeFormula[] {
  const { sheets, rowsSheet, rows, table } = book;
  const formulas = new Map<string, MadeFormula>();
  const earlier: { sheet: string; reference: string }[] = [];
  const readable: Readable = {
    sheet: sheets[rowsSheet] ?? '',
    lastRow: rows.length + 1,
    sheets,
    earlier,
    table,
    names: book.definedNames.map(({ name }) => name),
  };
  const add = (made: MadeFormula): boolean => {
    const place = `${made.sheet} ${referenceOf(made.row, made.column)}`;
    if (formulas.has(place)) return false;
    formulas.set(place, made);
    return true;
  };
  for (let left = 2 + dice.below(14); left > 0; left--) {
    const sheet = dice.below(sheets.length);
    const own = sheets[sheet] ?? '';
    const [row, column] = [1 + dice.below(10), FIRST_COLUMN + dice.below(4)];
    const kind = dice.below(10);
    if (kind === 0) {
      const prefix = sheet === rowsSheet ? '' : quoted(readable.sheet);
      for (const made of fill(dice, sheet, column, rows.length, prefix)) add(made);
      continue;
    }
    const ofTable = kind === 1 && table && sheet === rowsSheet && row > 1 && row <= rows.length + 1;
    const text = ofTable ? 'LEN(表1[[#This Row],[状態]])' : formulaText(dice, own, readable);
    if (add({ sheet, row, column, text, attributes: '' }))
      earlier.push({ sheet: own, reference: referenceOf(row, column) });
  }
  return [...formulas.values()];
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
