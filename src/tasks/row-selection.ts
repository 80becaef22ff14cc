/** The last row that a sheet can have. */
export const LAST_ROW = 1_048_576;

/**
 * `3,7-9` to 3, 7, 8, 9. Row 1 is never data.
 *
 * @throws {RangeError} what is allowed
 */
export function rowNumbers(text: string): number[] {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const [, first, last] = /^\s*(\d{1,7})(?:\s*-\s*(\d{1,7}))?\s*$/.exec(part) ?? [];
    const [from, to] = [Number(first), Number(last ?? first)];
    if (!(from >= 2 && to >= from && to <= LAST_ROW))
      throw new RangeError('row numbers from 2 on, such as 3,7-9');
    for (let row = from; row <= to; row += 1) numbers.add(row);
  }
  return [...numbers];
}
