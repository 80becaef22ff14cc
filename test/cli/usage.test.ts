import { describe, expect, it } from 'vitest';
import { chosenRows, moment } from '../../src/cli/usage.ts';

describe('rows', () => {
  it.each([
    ['3', [3]],
    ['3,7-9', [3, 7, 8, 9]],
    [' 3 , 7 - 8 ', [3, 7, 8]],
    ['4,4,3-5', [4, 3, 5]],
    ['1048576', [1_048_576]],
  ])('%j', (text, numbers) => expect(chosenRows(text)).toEqual(numbers));

  it.each(['', ',', '1', '0', '-3', '3-', '3,', '9-7', '1-5', 'x', '3;4', '1048577', '2-1048577', '３'])(
    '%j is refused',
    (text) => expect(() => chosenRows(text)).toThrow('write row numbers from 2 on, such as 3,7-9'),
  );
});

describe('moments', () => {
  it.each([
    ['2026-01-31', '2026-01-30T15:00:00.000Z'],
    ['2028-02-29', '2028-02-28T15:00:00.000Z'],
    ['2026-01-31T09:00Z', '2026-01-31T09:00:00.000Z'],
    ['2026-01-31T09:00:00.5+09:00', '2026-01-31T00:00:00.500Z'],
  ])('%s', (text, iso) => expect(moment(text).toISOString()).toBe(iso));

  it.each([
    '',
    '1',
    '2026',
    '2026-02-31',
    '2027-02-29',
    '2026-13-01',
    '2026-01-31T09:00',
    '2026-01-31T25:00Z',
    '31.1.2026',
    'today',
  ])('%j is refused', (text) => expect(() => moment(text)).toThrow('write a day such as 2026-01-31'));
});
