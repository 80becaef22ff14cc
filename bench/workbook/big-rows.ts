import type { CellEdit, RowContent } from '../../src/workbook/types.ts';

/** Rows of the big workbook, from row 2 on. */
export const BIG_ROWS = 100_000;

/** Every second row has a relationship hyperlink; the others hold a number, or an order and an e-mail address. */
export type BigRowKind = 'link' | 'number' | 'order';

export interface BigRow extends RowContent {
  row: number;
  kind: BigRowKind;
  /** The result cell: '' one that is formatted and empty, null none at all. */
  result: string | null;
}

/** Coprime to 10: no two rows have the same digits, which come in no order, as in life. */
const STEP = 376_543_217;

/** @param row from 2 to `BIG_ROWS` + 1 */
export function bigRow(row: number): BigRow {
  const digits = String((row * STEP) % 1_000_000_000).padStart(9, '0');
  const order = `W${digits}`;
  const email = `customer${row}@example.jp`;
  const result = formerResult(row);
  if (row % 2 === 0) {
    const inputUrl = `https://store.apple.com/go/jp/vieworder/${order}/${email}`;
    return { row, kind: 'link', input: order, inputUrl, email: '', result };
  }
  if (row % 4 === 1) {
    return { row, kind: 'number', input: `480${digits}`, inputUrl: null, email: '', result };
  }
  return { row, kind: 'order', input: order, inputUrl: null, email, result };
}

/** Of three rows one has a result of an earlier batch, and one a cell that was only formatted. */
function formerResult(row: number): string | null {
  if (row % 3 === 0) return `輸送中｜｜｜1月${1 + (row % 28)}日 10:15｜｜｜厚木センター`;
  return row % 3 === 1 ? '' : null;
}

/** So many rows, evenly spread over the sheet, the first and the last among them. */
export function spreadRows(count: number): number[] {
  return Array.from({ length: count }, (_, index) => 2 + Math.round((index * (BIG_ROWS - 1)) / (count - 1)));
}

/** What a batch writes back to that row. */
export function bigEdit(row: number): CellEdit {
  const { input, inputUrl, email } = bigRow(row);
  const text = resultText(row);
  return {
    id: String(row),
    input,
    inputUrl,
    email,
    occurrence: 0,
    text,
    status: null,
    recorded: null,
    fresh: false,
  };
}

export function resultText(row: number): string {
  return `配達完了｜｜｜2月${1 + (row % 28)}日 14:${String(row % 60).padStart(2, '0')}｜｜｜海老名センター`;
}
