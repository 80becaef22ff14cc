import { plainNumber } from '../../carriers/tracking-number.ts';
import { fieldOf, lastWith } from '../fields.ts';
import type { CsvRecord } from '../result.ts';

const LINK_COLUMN = 'category-link-0';
const NUMBER_IN_TEXT = /(?<![A-Z\d])(?:\d{11,12}|[A-Z]{2}\d{9}[A-Z]{2})(?![A-Z\d])/;

/**
 * The tracking number an order page links to: of the last record with `category-link-0`. A text that holds no
 * number of a known shape is kept as it is. Null when no record has the link.
 */
export function linkedNumber(records: readonly CsvRecord[]): string | null {
  const record = lastWith(records, LINK_COLUMN);
  if (record === null) return null;
  const text = fieldOf(record, LINK_COLUMN);
  return NUMBER_IN_TEXT.exec(plainNumber(text))?.[0] ?? text;
}
