import { parseScrapeTime } from '../carriers/japan-time.ts';
import { FIELD_SEPARATOR } from '../workbook/our-texts.ts';
import type { CsvRecord } from './result.ts';

/** A field longer than this is cut: five of them stay far below a cell's 32,767 characters. */
const MAX_FIELD_LENGTH = 4000;

const NOTHING: ReadonlySet<string> = new Set(['nan', 'None', 'null']);

/** Bars that would read as a separator, or grow one of a neighbour's. */
const FALSE_BARS = /^｜+|｜+$|｜{2,}/gu;
/** Characters that XML 1.0 cannot hold, so no cell can. */
// oxlint-disable-next-line no-control-regex -- they are what is removed
const NOT_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/gu;

/** The text of a CSV cell, trimmed; `nan`, `None` and `null`, as data frames write nothing, are ''. */
export function cellText(cell: string): string {
  const text = cell.trim();
  return NOTHING.has(text) ? '' : text;
}

/** One column of a record as a workbook cell can hold it; '' when the column is empty or missing. */
export function fieldOf(record: CsvRecord, column: string): string {
  if (!Object.hasOwn(record, column)) return '';
  return fieldText(record[column] ?? '');
}

/** A text of others as one field of a result: what a workbook cell can hold of it, trimmed and cut. */
export function fieldText(value: string): string {
  const text = cellText(value.replaceAll(/\r\n?/g, '\n').replaceAll(NOT_XML, ''));
  return text.length > MAX_FIELD_LENGTH ? `${text.slice(0, MAX_FIELD_LENGTH - 1)}…` : text;
}

/** The result text of some fields, an empty one keeping its place; it always splits into as many again. */
export function joinFields(fields: readonly string[]): string {
  return fields
    .map((field) => field.replaceAll(FALSE_BARS, (bars) => '|'.repeat(bars.length)))
    .join(FIELD_SEPARATOR);
}

/** The last record that holds something in one of the columns. */
export function lastWith(records: readonly CsvRecord[], ...columns: string[]): CsvRecord | null {
  return records.findLast((record) => columns.some((column) => fieldOf(record, column) !== '')) ?? null;
}

/** When a record was scraped: its own `time-scraped` (or `time_scraped`), else the given time. */
export function scrapeTimeOf(record: CsvRecord, otherwise: Date): Date {
  return parseScrapeTime(fieldOf(record, 'time-scraped') || fieldOf(record, 'time_scraped')) ?? otherwise;
}
