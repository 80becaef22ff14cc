import { parse } from 'csv-parse/sync';

import { TsuisekiError, errorMessage } from '../errors.ts';
import { cellText } from '../tasks/fields.ts';
import type { CsvRecord } from '../tasks/result.ts';

/** 20,000 start URLs with a dozen rows of 200 bytes each: more is no result of one job of ours. */
export const MAX_CSV_BYTES = 64 * 1024 * 1024;

/** Characters of one record; csv-parse's own limit (128,000) is less than a cell of pasted HTML may hold. */
const MAX_RECORD_LENGTH = 1_000_000;

/** How much of an answer a message shows, and how much is looked at for it. */
const SHOWN_LENGTH = 60;
const SNIFF_LENGTH = 1024;

const EMAIL = /[^\s@<>"',;=/]+@[^\s@<>"',;=/]*/gu;

/** `{timestamp}-{counter}`, both numbers. */
const ORDER = /^(\d+)(?:-(\d+))?$/;
const ORDER_COLUMNS = ['web-scraper-order', 'web_scraper_order'] as const;
const SCRAPER_COLUMN = /^(?:web[-_]scraper[-_]|web_start_url$|time[-_]scraped$)/;

export type CsvErrorCode =
  | 'CSV_IS_HTML'
  | 'CSV_IS_JSON'
  | 'CSV_NO_HEADER'
  | 'CSV_NO_TASK_COLUMNS'
  | 'CSV_MALFORMED';

/** An answer that is no result CSV. The message names what was got, e-mail addresses masked. */
export class CsvError extends TsuisekiError<CsvErrorCode> {}

export interface ParseCsvOptions {
  /** Refuse a CSV that has none of this task's columns. */
  task?: { name: string; resultColumns: readonly string[] };
}

/**
 * The records of a result CSV as Web Scraper Cloud gives it (RFC 4180, BOM, CRLF, newlines in quoted fields), in the
 * order of `web-scraper-order`, as the page had them. Headers are trimmed; cells too, and `nan`, `None`, `null` are
 * ''; a short record's missing cells are ''. A CSV of nothing but its header is an empty list. At once, since most have a
 * dozen lines: 20 MB take a second.
 *
 * @throws {CsvError} by code: HTML or JSON instead, no header, none of the task's columns, malformed (also one cut
 * off inside a quoted field)
 */
export function parseResultCsv(input: string | Buffer, options: ParseCsvOptions = {}): CsvRecord[] {
  const text = checkedStart(typeof input === 'string' ? input : new TextDecoder().decode(input));
  const [head, ...rows] = parsed(text);
  if (head === undefined) throw new CsvError('CSV_NO_HEADER', 'expected a CSV, got an empty answer');
  const header = head.map((name) => name.trim());
  checkHeader(header, text, options.task);
  return inPageOrder(rows.map((row) => recordOf(header, row)));
}

function parsed(text: string): string[][] {
  try {
    return parse(text, {
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      record_delimiter: ['\r\n', '\n'],
      max_record_size: MAX_RECORD_LENGTH,
    });
  } catch (error) {
    throw asCsvError(error, text);
  }
}

function checkedStart(start: string): string {
  const text = start.replace(/^\uFEFF/, '');
  const first = text.trimStart().charAt(0);
  if (first === '<') throw new CsvError('CSV_IS_HTML', `expected a CSV, got HTML: ${shown(text)}`);
  if (first === '{' || first === '[')
    throw new CsvError('CSV_IS_JSON', `expected a CSV, got JSON: ${shown(text)}`);
  return text;
}

function checkHeader(header: readonly string[], text: string, task: ParseCsvOptions['task']): void {
  const ofTask = task?.resultColumns.some((column) => header.includes(column)) ?? false;
  if (ofTask) return;
  const ofScraper = header.some((name) => SCRAPER_COLUMN.test(name));
  if (header.length === 1 && !ofScraper) {
    throw new CsvError('CSV_NO_HEADER', `expected a CSV, got text without a known column: ${shown(text)}`);
  }
  if (task === undefined) return;
  const wanted = task.resultColumns.join(', ');
  throw new CsvError(
    'CSV_NO_TASK_COLUMNS',
    `the CSV has none of the columns of ${task.name} (${wanted}); its header: ${shown(header.join(', '))}`,
  );
}

function recordOf(header: readonly string[], row: readonly string[]): CsvRecord {
  return Object.fromEntries(header.map((name, index) => [name, cellText(row[index] ?? '')]));
}

/** Left as it came when a record has no order that can be read: half an order is none. */
function inPageOrder(records: CsvRecord[]): CsvRecord[] {
  const keyed = records.map((record) => {
    const order = ORDER_COLUMNS.map((column) => record[column] ?? '').find((text) => text !== '') ?? '';
    const [, first, second] = ORDER.exec(order) ?? [];
    return { record, first: Number(first ?? Number.NaN), second: Number(second ?? 0) };
  });
  if (keyed.some(({ first }) => Number.isNaN(first))) return records;
  return keyed.sort((a, b) => a.first - b.first || a.second - b.second).map(({ record }) => record);
}

function asCsvError(error: unknown, text: string): unknown {
  if (!isParserError(error)) return error;
  const what = errorMessage(error, 200).replaceAll(EMAIL, '…@…');
  return new CsvError('CSV_MALFORMED', `the CSV cannot be read (${what}); it begins: ${shown(text)}`, {
    cause: error,
  });
}

/** csv-parse's errors carry codes of its own, `CSV_QUOTE_NOT_CLOSED` and the like. */
function isParserError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_');
}

/** The first characters of a text on one line, no e-mail address among them. */
function shown(text: string): string {
  const line = text.slice(0, SNIFF_LENGTH).replaceAll(/\s+/gu, ' ').trim().replaceAll(EMAIL, '…@…');
  return line.length > SHOWN_LENGTH ? `${line.slice(0, SHOWN_LENGTH)}…` : line;
}
