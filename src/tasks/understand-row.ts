import { toHalfWidth } from '../carriers/tracking-number.ts';
import type { RowContent } from '../workbook/types.ts';
import { readTrackingNumber } from './read-tracking-number.ts';
import { emailIn, isWebAddress, orderNumberIn, orderUrl, urlProblem } from './row-url.ts';
import type { NumberShape } from './task-entry.ts';
import type { RowReading, TrackingTask } from './types.ts';
import { fillUrlTemplate, numberInUrl } from './url-template.ts';

/**
 * Reads one row for a task (domain section 2, "URL of a row"; the first that matches wins): the input cell's
 * hyperlink, a web address typed into it, an order number with an e-mail address beside it, a tracking number where
 * the task has a URL template. Tasks that ask for ten numbers at once take tracking numbers only.
 *
 * Never throws. `url` is null where many rows share one. A row that cannot be looked up is invalid with a reason
 * for people, in which no e-mail address and no order URL occurs.
 */
export function understandRow(task: TrackingTask, row: RowContent): RowReading {
  const { lookup, numberShape } = task;
  if (lookup.by === 'carrier' || lookup.numbersPerUrl > 1) return readSharedNumber(numberShape, row);
  const { urlTemplate } = lookup;

  const link = row.inputUrl?.trim() ?? '';
  if (isWebAddress(link)) return readUrl(numberShape, urlTemplate, link, row.input);
  const text = row.input.trim();
  if (isWebAddress(text)) return readUrl(numberShape, urlTemplate, text, '');

  const number = numberShape === null ? null : readTrackingNumber(numberShape, row.input);
  if (number?.valid !== true && toHalfWidth(row.email).includes('@')) {
    const order = readOrder(row);
    if (order.valid || number === null) return order;
  }
  if (number === null || urlTemplate === null) return invalid(missingReason(row, link));
  if (!number.valid) return number;
  const { trackingNumber, warnings } = number;
  return { valid: true, url: fillUrlTemplate(urlTemplate, [trackingNumber]), trackingNumber, warnings };
}

function readSharedNumber(numberShape: NumberShape | null, row: RowContent): RowReading {
  const number = readTrackingNumber(numberShape ?? 'twelve_digits', row.input);
  return number.valid ? { ...number, url: null } : number;
}

/** A linked or typed URL; its tracking number is the cell's text or the template's place in the URL, if either. */
function readUrl(
  numberShape: NumberShape | null,
  urlTemplate: string | null,
  url: string,
  text: string,
): RowReading {
  const problem = urlProblem(url);
  if (problem !== null) return invalid(problem);
  if (numberShape === null) return { valid: true, url, trackingNumber: null, warnings: [] };
  const inUrl = urlTemplate === null ? null : numberInUrl(urlTemplate, url);
  const number = [text, inUrl ?? '']
    .map((candidate) => readTrackingNumber(numberShape, candidate))
    .find((reading) => reading.valid);
  return number?.valid === true
    ? { ...number, url }
    : { valid: true, url, trackingNumber: null, warnings: [] };
}

function readOrder(row: RowContent): RowReading {
  if (row.input.trim() === '') return invalid('the input cell is empty');
  const order = orderNumberIn(row.input);
  if (order === null) return invalid('the input cell holds no order number (4–40 letters and digits)');
  const email = emailIn(row.email);
  if (email === null) return invalid('the e-mail cell holds no e-mail address');
  return { valid: true, url: orderUrl(order, email), trackingNumber: null, warnings: [] };
}

function missingReason(row: RowContent, link: string): string {
  if (link !== '') return 'the link of the input cell is no web address (http:// or https://)';
  if (row.input.trim() === '') return 'the input cell is empty';
  return 'the input cell holds no URL, and no order number with an e-mail address beside it';
}

function invalid(error: string): RowReading {
  return { valid: false, error, warnings: [] };
}
