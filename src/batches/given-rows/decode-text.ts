import { TextDecoder } from 'node:util';
import { RowsError } from './rows-error.ts';

/** First bytes, in hex, and what they say; the longer ones first. */
const SIGNATURES: readonly [start: string, encoding: string | null, told?: string][] = [
  ['504b0304', null, 'is a zip or a workbook; start a workbook by a name that ends in .xlsx'],
  ['d0cf11e0', null, 'is an old or encrypted Office file; save it as CSV (UTF-8)'],
  ['fffe0000', null, 'is in UTF-32; save it as CSV (UTF-8)'],
  ['efbbbf', 'utf-8'],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
];

/**
 * A file's text, in the encoding that is certain: as its byte order mark says; without one UTF-8, or else Shift_JIS as
 * Japanese Excel writes CSV, where the bytes can be no other. `name` is for people. Throws {@link RowsError}.
 */
export function decodeText(bytes: Buffer, name: string): string {
  const head = bytes.toString('hex', 0, 4);
  const [, encoding = 'utf-8', told] = SIGNATURES.find(([start]) => head.startsWith(start)) ?? [];
  if (encoding === null) throw new RowsError('ROWS_ENCODING', `${name} ${told}`);
  const text = decoded(bytes, encoding) ?? (head.startsWith('efbbbf') ? null : shiftJis(bytes, encoding));
  if (text === null)
    throw new RowsError(
      'ROWS_ENCODING',
      `${name}: its encoding cannot be told for certain; save it as CSV (UTF-8)`,
    );
  if (text.includes('\0'))
    throw new RowsError(
      'ROWS_ENCODING',
      `${name} is no text, or UTF-16 without a mark; save it as CSV (UTF-8)`,
    );
  return text;
}

/** Null: it may as well be EUC-JP, in which all of these bytes mean something too. */
function shiftJis(bytes: Buffer, otherwise: string): string | null {
  if (otherwise !== 'utf-8' || decoded(bytes, 'euc-jp') !== null) return null;
  return decoded(bytes, 'shift_jis');
}

function decoded(bytes: Buffer, encoding: string): string | null {
  try {
    // Takes the byte order mark away.
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
