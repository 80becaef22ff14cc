import { InvalidArgumentError } from 'commander';
import { errorMessage, TsuisekiError } from '../errors.ts';
import type { Parser } from '../settings/parse.ts';

/** Wrong use of a command: exit status 2. */
export class UsageError extends TsuisekiError<'USAGE'> {}

/** A parser of settings as one of an option: what is wrong is told with what is allowed. */
export function option<T>(parse: Parser<T>): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError(`Allowed: ${errorMessage(error)}.`);
    }
  };
}

/** `2026-01-31`, a day in Japan, or a moment with its zone, `2026-01-31T09:00:00Z`. */
export function moment(text: string): Date {
  const wrong = () =>
    new UsageError(
      'USAGE',
      `${text}: write a day such as 2026-01-31, or a moment such as 2026-01-31T09:00:00Z`,
    );
  const [, day, time] =
    /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/.exec(text) ?? [];
  if (day === undefined) throw wrong();
  // 31 February is taken for 3 March otherwise.
  const real = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(real.getTime()) || !real.toISOString().startsWith(day)) throw wrong();
  const date = new Date(`${day}${time ?? 'T00:00:00+09:00'}`);
  if (Number.isNaN(date.getTime())) throw wrong();
  return date;
}

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
