import { expect, it } from 'vitest';
import { retryAfterMs } from '../../../src/files/webdav/retry-after.ts';

const NOW = Date.parse('2026-01-15T06:00:00Z');

it.each([
  ['120', 120_000],
  [' 120 ', 120_000],
  ['0', null],
  ['999999', 3_600_000],
  ['Thu, 15 Jan 2026 06:02:00 GMT', 120_000],
  ['Thursday, 15-Jan-26 06:02:00 GMT', 120_000],
  ['Thu, 15 Jan 2026 05:59:00 GMT', null],
  ['Fri, 16 Jan 2026 06:00:00 GMT', 3_600_000],
  ['-5', null],
  ['1.5', null],
  ['soon', null],
  ['Thu, nonsense', null],
  [undefined, null],
])('%j', (text, delayMs) => {
  const headers = text === undefined ? {} : { 'retry-after': text };
  expect(retryAfterMs(headers, NOW)).toBe(delayMs);
});

it('a date is meant by the server’s own clock', () => {
  const headers = {
    'retry-after': 'Thu, 15 Jan 2026 09:02:00 GMT',
    date: 'Thu, 15 Jan 2026 09:00:00 GMT',
  };
  expect(retryAfterMs(headers, NOW)).toBe(120_000);
});
