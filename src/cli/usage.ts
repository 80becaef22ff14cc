import { TsuisekiError } from '../errors.ts';

/** Wrong use of a command: exit status 2. */
export class UsageError extends TsuisekiError<'USAGE'> {}

/** `3,7-9` to 3, 7, 8, 9. Row 1 is never data. */
export function rowNumbers(text: string): number[] {
  const wrong = () => new UsageError('USAGE', `--rows ${text}: write row numbers from 2 on, such as 3,7-9`);
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const [, first, last] = /^\s*(\d{1,7})(?:\s*-\s*(\d{1,7}))?\s*$/.exec(part) ?? [];
    if (first === undefined) throw wrong();
    const [from, to] = [Number(first), Number(last ?? first)];
    if (from < 2 || to < from || to > 1_048_576) throw wrong();
    for (let row = from; row <= to; row += 1) numbers.add(row);
  }
  return [...numbers];
}
