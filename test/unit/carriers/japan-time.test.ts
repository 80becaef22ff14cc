import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseJapanTime, parseScrapeTime } from '../../../src/carriers/japan-time.ts';

const tokyo = (text: string) => new Date(`${text}+09:00`);
const NOW = tokyo('2026-01-03T09:00:00');

describe('parseJapanTime', () => {
  it.each([
    ['2025年12月17日', '2025-12-17T00:00:00+09:00'],
    ['2025年12月17日(水) 10時34分', '2025-12-17T10:34:00+09:00'],
    ['２０２５年１２月１７日', '2025-12-17T00:00:00+09:00'],
    ['2025/12/17 10:34', '2025-12-17T10:34:00+09:00'],
    ['2025/1/7 9:05', '2025-01-07T09:05:00+09:00'],
    ['2026-01-21 15:30:07', '2026-01-21T15:30:07+09:00'],
    ['2026/02/01 08:00', '2026-02-01T08:00:00+09:00'],
    ['12月19日 19:10', '2025-12-19T19:10:00+09:00'],
    ['12月30日', '2025-12-30T00:00:00+09:00'],
    ['1月3日 08:59', '2026-01-03T08:59:00+09:00'],
    ['1月3日 09:01', '2025-01-03T09:01:00+09:00'],
    ['01/03', '2026-01-03T00:00:00+09:00'],
    ['01/04', '2025-01-04T00:00:00+09:00'],
    [' 12月19日19:10\n', '2025-12-19T19:10:00+09:00'],
    ['2月29日 10:00', '2024-02-29T10:00:00+09:00'],
    ['2月30日', null],
    ['2025/02/29', null],
    ['13/01', null],
    ['12/19 25:00', null],
    ['25/12/17', null],
    ['1837-9277-9166', null],
    ['', null],
    ['調査中', null],
  ])('%s', (text, expected) => {
    expect(parseJapanTime(text, NOW)).toBe(expected);
  });

  it.each([
    ['2028-02-29T12:00:00', '2028-02-29T00:00:00+09:00'],
    ['2028-02-28T12:00:00', '2024-02-29T00:00:00+09:00'],
    ['2103-06-01T12:00:00', '2096-02-29T00:00:00+09:00'],
  ])('29 February asked at %s', (now, expected) => {
    expect(parseJapanTime('02/29', tokyo(now))).toBe(expected);
  });

  it('takes the year of Tokyo, not of UTC', () => {
    expect(parseJapanTime('1月1日 00:30', new Date('2025-12-31T15:31:00Z'))).toBe(
      '2026-01-01T00:30:00+09:00',
    );
    expect(parseJapanTime('1月1日 00:30', new Date('2025-12-31T15:29:00Z'))).toBe(
      '2025-01-01T00:30:00+09:00',
    );
  });

  it('puts a date without a year closest to, and never after, the moment it is asked', () => {
    const anyMoment = fc.date({
      min: new Date('2015-01-01'),
      max: new Date('2099-12-31'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(
        anyMoment,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 28 }),
        (now, month, day) => {
          const settled = Date.parse(parseJapanTime(`${month}月${day}日 12:34`, now) ?? '');
          expect(settled).toBeLessThanOrEqual(now.getTime());
          expect(now.getTime() - settled).toBeLessThan(366.01 * 24 * 3600 * 1000);
        },
      ),
    );
  });
});

it.each([
  ['2026-01-21 15:30:00', '2026-01-21T06:30:00.000Z'],
  ['2026-01-21T15:30:00Z', '2026-01-21T15:30:00.000Z'],
  ['2026-01-21 15:30:00.123+09:00', '2026-01-21T06:30:00.123Z'],
  ['2026/01/21 15:30', '2026-01-21T06:30:00.000Z'],
  ['', undefined],
  ['yesterday', undefined],
  ['12月19日', undefined],
])('time-scraped %s', (text, expected) => {
  expect(parseScrapeTime(text)?.toISOString()).toBe(expected);
});
