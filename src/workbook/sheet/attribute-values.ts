import { XmlProblem } from '../../xml/xml-problem.ts';
import type { XmlTokenizer } from '../../xml/xml-tokenizer.ts';
import { MAX_COLUMN } from './cell-reference.ts';
import type { CellType, Spans } from './scanned-row.ts';

const BYTE_S = 0x73;

/**
 * The value of the attribute that the tokenizer stands on, as a number.
 *
 * @throws {XmlProblem} no digits, or a number above `max`
 */
export function unsignedInteger(xml: XmlTokenizer, max: number): number {
  const number = digitsIn(xml.bytes, xml.valueStart, xml.valueEnd);
  if (number > max) throw new XmlProblem(`the attribute ${xml.attributeName} is too large`);
  return number;
}

/** As `unsignedInteger`; -1 for what is none, where Excel passes over such an attribute. */
export function readableInteger(xml: XmlTokenizer, max: number): number {
  const number = digitsOrNaN(xml.bytes, xml.valueStart, xml.valueEnd);
  return number <= max ? number : -1;
}

/**
 * The number that digits make, without a string: a sheet holds millions of them.
 *
 * @throws {XmlProblem} anything but digits, white space around them aside
 */
export function digitsIn(bytes: Buffer, start: number, end: number): number {
  const number = digitsOrNaN(bytes, start, end);
  if (Number.isNaN(number)) throw new XmlProblem('something stands where a number is meant');
  return number;
}

function digitsOrNaN(bytes: Buffer, start: number, end: number): number {
  let number = 0;
  let from = start;
  let until = end;
  while (from < until && (bytes[from] ?? 0) <= 0x20) from++;
  while (until > from && (bytes[until - 1] ?? 0) <= 0x20) until--;
  if (from === until) return Number.NaN;
  for (let at = from; at < until; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

/** Takes `1:3` or, with gaps, `1:3 7:9`, from the attribute the tokenizer stands on; anything else gets no place. */
export function readSpans(xml: XmlTokenizer, spans: Spans): void {
  const { bytes, valueStart, valueEnd } = xml;
  let number = 0;
  let first = 0;
  spans.gaps = false;
  for (let at = valueStart; at < valueEnd; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x30 && byte <= 0x39) {
      number = number * 10 + byte - 0x30;
    } else {
      first ||= number;
      number = 0;
      if (byte === 0x20) spans.gaps = true;
    }
  }
  if (first < 1 || number < first || number > MAX_COLUMN) return;
  spans.start = xml.offset + valueStart;
  spans.length = valueEnd - valueStart;
  spans.first = first;
  spans.last = number;
}

/** Whether the attribute that the tokenizer stands on says yes: `1`, `true` or `on`. */
export function isTrue(xml: XmlTokenizer): boolean {
  const value = xml.bytes.toString('latin1', xml.valueStart, xml.valueEnd);
  return value === '1' || value === 'true' || value === 'on';
}

/** The column of a reference such as `AB12`; 0 when it names none. */
export function referencedColumn(bytes: Buffer, start: number, end: number): number {
  let column = 0;
  for (let at = start; at < end; at++) {
    const letter = (bytes[at] ?? 0) & 0xdf;
    if (letter < 0x41 || letter > 0x5a) break;
    column = column * 26 + letter - 0x40;
  }
  return column;
}

/**
 * The type of a cell; a cell without `t` is a number.
 *
 * @throws {XmlProblem} one that the standard does not know
 */
export function cellType(bytes: Buffer, start: number, end: number): CellType {
  switch (end - start) {
    case 0:
      return 'n';
    case 1:
      if (bytes[start] === BYTE_S) return 's';
      break;
    default:
  }
  const type = bytes.toString('latin1', start, end);
  switch (type) {
    case 'str':
    case 'inlineStr':
    case 'b':
    case 'e':
    case 'd':
    case 'n':
      return type;
    default:
      throw new XmlProblem(`a cell has the unknown type ${JSON.stringify(type.slice(0, 20))}`);
  }
}
