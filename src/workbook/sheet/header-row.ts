import type { RowContent } from '../types.ts';

/** A number, half- or full-width, with hyphens and spaces or without, of the length tracking numbers have. */
const LONG_NUMBER = /^[\d\uFF10-\uFF19](?:[\s\-\uFF0D\u2010-\u2015\u2212\u30FC]*[\d\uFF10-\uFF19]){9,19}$/;

export const HEADER_LOOKS_LIKE_DATA = 'row 1 looks like data, but is never read: it is the header';

/** Whether the first row, which is taken for the header, holds what a data row would. */
export function looksLikeData({ input, inputUrl, email }: RowContent): boolean {
  const text = input.trim();
  return inputUrl !== null || /^https?:\/\//i.test(text) || LONG_NUMBER.test(text) || email.includes('@');
}
