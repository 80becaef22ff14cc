/** Excel's own bounds (ECMA-376 part 1, 18.3.1.73 `row` and 18.18.7 `ST_CellRef`): XFD1048576. */
export const MAX_ROW = 1_048_576;
export const MAX_COLUMN = 16_384;

/** A rectangle of cells, bounds included; rows and columns count from 1. */
export interface CellRange {
  firstRow: number;
  lastRow: number;
  firstColumn: number;
  lastColumn: number;
}

const COLON = 0x3a;
const DOLLAR = 0x24;

/** `A` → 1, `XFD` → 16384; 0 when it is no column. */
export function columnNumber(letters: string): number {
  if (!/^[A-Z]{1,3}$/i.test(letters)) return 0;
  let column = 0;
  for (const letter of letters.toUpperCase()) column = column * 26 + letter.charCodeAt(0) - 64;
  return column <= MAX_COLUMN ? column : 0;
}

/** 1 → `A`. */
export function columnLetters(column: number): string {
  let rest = column;
  let letters = '';
  while (rest > 0) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
    rest = Math.floor((rest - 1) / 26);
  }
  return letters;
}

/** `B2:C9`, `B2`, `$A:$A` and `3:5` alike; null when it is none of these. */
export function parseRange(text: string): CellRange | null {
  return rangeInBytes(Buffer.from(text, 'latin1'), 0, text.length);
}

/** As `parseRange`, without a string: a sheet may hold a reference a row. */
export function rangeInBytes(bytes: Buffer, start: number, end: number): CellRange | null {
  const corners = [0, 0, 0, 0];
  let corner = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    const letter = byte & 0xdf;
    if (byte >= 0x30 && byte <= 0x39) corners[corner + 1] = (corners[corner + 1] ?? 0) * 10 + byte - 0x30;
    else if (letter >= 0x41 && letter <= 0x5a) corners[corner] = (corners[corner] ?? 0) * 26 + letter - 0x40;
    else if (byte === COLON && corner === 0) corner = 2;
    else if (byte !== DOLLAR) return null;
  }
  const [firstColumn = 0, firstRow = 0] = corners;
  const [, , lastColumn = 0, lastRow = 0] = corner === 0 ? [0, 0, firstColumn, firstRow] : corners;
  if (firstColumn + firstRow === 0 || lastColumn + lastRow === 0) return null;
  return {
    firstRow: Math.min(firstRow || 1, lastRow || MAX_ROW),
    lastRow: Math.max(firstRow || 1, lastRow || MAX_ROW),
    firstColumn: Math.min(firstColumn || 1, lastColumn || MAX_COLUMN),
    lastColumn: Math.max(firstColumn || 1, lastColumn || MAX_COLUMN),
  };
}

export function formatRange(range: CellRange): string {
  const first = `${columnLetters(range.firstColumn)}${range.firstRow}`;
  const last = `${columnLetters(range.lastColumn)}${range.lastRow}`;
  return first === last ? first : `${first}:${last}`;
}

export function rangeHolds(range: CellRange, row: number, column: number): boolean {
  return (
    row >= range.firstRow && row <= range.lastRow && column >= range.firstColumn && column <= range.lastColumn
  );
}
