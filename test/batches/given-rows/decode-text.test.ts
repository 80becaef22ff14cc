import { describe, expect, it } from 'vitest';
import { decodeText } from '../../../src/batches/given-rows/decode-text.ts';
import { RowsError } from '../../../src/batches/given-rows/rows-error.ts';

const TEXT = '注文番号,メール\n398004123005,山田@example.jp\n';
const utf16 = (text: string) => Buffer.from(text, 'utf16le');
/** `番号,備考` and a line, as Japanese Excel writes CSV. */
const SHIFT_JIS = Buffer.from('94d48d862c94f58d6c0d0a33393830303431323330303500'.slice(0, -2), 'hex');

function failure(bytes: Buffer): RowsError {
  try {
    decodeText(bytes, 'rows.csv');
  } catch (error) {
    if (error instanceof RowsError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('what is certain is taken', () => {
  it.each<[string, Buffer, string]>([
    ['UTF-8', Buffer.from(TEXT), TEXT],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${TEXT}`), TEXT],
    ['UTF-16LE with a mark, as Excel’s Unicode text', utf16(`\uFEFF${TEXT}`), TEXT],
    ['UTF-16BE with a mark', utf16(`\uFEFF${TEXT}`).swap16(), TEXT],
    ['Shift_JIS', SHIFT_JIS, '番号,備考\r\n398004123005'],
    ['nothing at all', Buffer.alloc(0), ''],
  ])('%s', (_, bytes, text) => {
    expect(decodeText(bytes, 'rows.csv')).toBe(text);
  });
});

describe('what is not is refused, with what to do', () => {
  it.each<[string, Buffer, RegExp]>([
    ['UTF-16 without a mark', utf16(TEXT), /save it as CSV \(UTF-8\)$/],
    ['EUC-JP', Buffer.from('c3edcab8c8d6b9e62c42', 'hex'), /cannot be told for certain; save it as CSV/],
    ['half-width katakana in Shift_JIS, which EUC-JP has too', Buffer.from('b1b2b3b4', 'hex'), /for certain/],
    ['UTF-8 cut off', Buffer.from(`\uFEFF${TEXT}`).subarray(0, 8), /for certain/],
    ['UTF-32', Buffer.from('fffe000061000000', 'hex'), /UTF-32/],
    ['a workbook', Buffer.from('504b030414000600', 'hex'), /a name that ends in \.xlsx/],
    ['an encrypted workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /old or encrypted Office file/],
    ['bytes', Buffer.from('00010203', 'hex'), /is no text/],
  ])('%s', (_, bytes, told) => {
    const { code, message } = failure(bytes);
    expect({ code, message }).toEqual({ code: 'ROWS_ENCODING', message: expect.stringMatching(told) });
    expect(message).toContain('rows.csv');
  });
});
