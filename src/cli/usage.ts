import { InvalidArgumentError } from 'commander';
import { errorMessage, TsuisekiError } from '../errors.ts';
import type { Parser } from '../settings/parse.ts';
import { rowNumbers } from '../tasks/row-selection.ts';

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

/** The rows that `--rows` names; null: all that the command means. */
export function chosenRows(text: string | undefined): number[] | null {
  if (text === undefined) return null;
  try {
    return rowNumbers(text);
  } catch (error) {
    throw new UsageError('USAGE', `--rows ${text}: write ${errorMessage(error)}`, { cause: error });
  }
}
