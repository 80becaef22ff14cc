import { fieldsOf } from '../../json-fields.ts';
import { givenContent } from './given-content.ts';
import type { GivenContent } from './given-content.ts';
import { RowsError } from './rows-error.ts';

const FORM = 'an array of rows such as {"a":"…","b":"…"} is meant';

/** The rows of a JSON text, see {@link objectRows}. Throws {@link RowsError}. */
export function jsonRows(text: string, name: string): GivenContent {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own words quote the text.
    throw new RowsError('ROWS_MALFORMED', `${name} is no valid JSON; ${FORM}`);
  }
  return objectRows(value, name);
}

/**
 * Rows given as an array of objects with `a` and `b`, texts or whole numbers, either of which may be missing; the first is
 * row 2, as below a sheet's header. Throws {@link RowsError}.
 */
export function objectRows(value: unknown, name: string): GivenContent {
  if (!Array.isArray(value)) throw new RowsError('ROWS_MALFORMED', `${name} is no array; ${FORM}`);
  let named = value.length === 0;
  const cells = value.map((each: unknown, index) => {
    const row = index + 2;
    if (typeof each !== 'object' || each === null || Array.isArray(each))
      throw new RowsError('ROWS_MALFORMED', `${name}: row ${row} is no object; ${FORM}`);
    const { a, b } = fieldsOf(each);
    named ||= a !== undefined || b !== undefined;
    return { row, a: cellOf(a, 'a', row, name), b: cellOf(b, 'b', row, name) };
  });
  if (!named) throw new RowsError('ROWS_EMPTY', `${name}: no row has an "a" or a "b"; ${FORM}`);
  return { rows: givenContent(cells, name), warnings: [] };
}

function cellOf(value: unknown, column: string, row: number, name: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  // A longer number has lost its last digits already.
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  throw new RowsError(
    'ROWS_MALFORMED',
    `${name}: row ${row}: "${column}" is neither a text nor a whole number of at most 15 digits; write it as a text`,
  );
}
