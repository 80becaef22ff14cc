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

/** The same the other way round: 3, 7, 8, 9 to `3,7-9`. */
export function rowSelection(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const row of [...new Set(numbers)].sort((one, other) => one - other)) {
    const run = runs.at(-1);
    if (run !== undefined && row === run[1] + 1) run[1] = row;
    else runs.push([row, row]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}
