import { fieldsOf } from '../../json-fields.ts';
import { REASONS } from '../../batches/reasons.ts';
import type { Meant } from '../../batches/choose-rows.ts';
import type { RowFilter } from '../../batches/row-reports.ts';
import { BATCH_STATES, ROW_STATES } from '../../db/states.ts';
import { LAST_ROW } from '../../tasks/row-selection.ts';
import { ApiProblem } from './api-error.ts';

type Fields = Readonly<Record<string, unknown>>;

const LONGEST_TEXT = 200;

const bad = (text: string) => new ApiProblem('BAD_REQUEST', text);

/** A field that is one of some texts; absent or empty: null. */
export function oneOf<T extends string>(fields: Fields, name: string, allowed: readonly T[]): T | null {
  const value = textOf(fields, name);
  if (value === null) return null;
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw bad(`${name} is one of ${allowed.join(', ')}`);
  return found;
}

export function textOf(fields: Fields, name: string, longest = LONGEST_TEXT): string | null {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string' || value.length > longest || /\p{Cc}/u.test(value))
    throw bad(`${name} is a text of at most ${longest} characters`);
  return value;
}

export function wholeNumberOf(fields: Fields, name: string, most: number, otherwise: number): number {
  const text = textOf(fields, name);
  if (text === null) return otherwise;
  if (!/^\d{1,9}$/.test(text) || Number(text) > most)
    throw bad(`${name} is a whole number of at most ${most}`);
  return Number(text);
}

export const batchStateOf = (fields: Fields) => oneOf(fields, 'state', BATCH_STATES);

export function rowFilterOf(fields: Fields): RowFilter {
  return {
    state: oneOf(fields, 'state', ROW_STATES),
    reason: oneOf(fields, 'reason', REASONS),
    q: textOf(fields, 'q'),
  };
}

/** The rows that a body means; {@link Meant}. */
export function meantOf(body: Fields): Meant {
  const { rows, filter } = body;
  if (rows !== undefined && rows !== null) {
    const isNumber = (each: unknown): each is number =>
      typeof each === 'number' && Number.isInteger(each) && each >= 1 && each <= LAST_ROW;
    if (!Array.isArray(rows) || !rows.every((each) => isNumber(each)))
      throw bad('rows is a list of row numbers');
    return { rows };
  }
  return { filter: rowFilterOf(fieldsOf(filter)) };
}
