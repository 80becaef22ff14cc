import { errorMessage, TsuisekiError } from '../errors.ts';
import { rowNumbers } from '../workbook/row-numbers.ts';

/** Wrong use of a command: exit status 2. */
export class UsageError extends TsuisekiError<'USAGE'> {}

/** The rows that `--rows` names; null: all that the command means. */
export function chosenRows(text: string | undefined): number[] | null {
  if (text === undefined) return null;
  try {
    return rowNumbers(text);
  } catch (error) {
    throw new UsageError('USAGE', `--rows ${text}: allowed are ${errorMessage(error)}`, { cause: error });
  }
}
