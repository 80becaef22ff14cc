import { describe, expect, it } from 'vitest';

import { numberLook } from '../../../src/workbook/sheet/number-formats.ts';
import {
  dateText,
  hasLostDigits,
  plainNumberText,
  shownNumberText,
} from '../../../src/workbook/sheet/number-text.ts';

describe('plainNumberText', () => {
  it.each([
    ['398004123005', '398004123005'],
    ['1.83792779166E+11', '183792779166'],
    ['1.23456789012e11', '123456789012'],
    ['1E+3', '1000'],
    ['398004123005.0', '398004123005'],
    ['398004123005.00006', '398004123005'],
    ['0.1', '0.1'],
    ['0.30000000000000004', '0.3'],
    ['9.9999999999999999', '10'],
    ['12.5', '12.5'],
    ['1.5E-3', '0.0015'],
    ['-12', '-12'],
    ['-0', '0'],
    ['-1.50', '-1.5'],
    ['007', '7'],
    ['123456789012345678', '123456789012345678'],
    [' 5 ', '5'],
    ['1E+9999', '1E+9999'],
    ['abc', 'abc'],
    ['', ''],
    ['.', '.'],
  ])('%s is %s', (raw, text) => expect(plainNumberText(raw)).toBe(text));

  it('knows when digits were lost', () => {
    expect(hasLostDigits('1.2345678901234567E+18')).toBe(true);
    expect(hasLostDigits('123456789012345')).toBe(false);
    expect(hasLostDigits('0.123456789012345678')).toBe(false);
  });
});

describe('number formats', () => {
  it.each([
    ['000000000000', { kind: 'zeros', digits: 12 }],
    ['0000\\-0000\\-0000', { kind: 'zeros', digits: 12 }],
    ['0000"-"0000', { kind: 'zeros', digits: 8 }],
    ['0', { kind: 'plain' }],
    ['General', { kind: 'plain' }],
    ['#,##0.00', { kind: 'plain' }],
    ['yyyy/mm/dd', { kind: 'date', time: false }],
    ['[$-411]ggge"年"m"月"d"日"', { kind: 'date', time: false }],
    ['yyyy/m/d h:mm', { kind: 'date', time: true }],
    ['0"日目"', { kind: 'plain' }],
    ['[Red]0', { kind: 'plain' }],
    ['[h]:mm', { kind: 'plain' }],
  ])('%s', (code, look) => expect(numberLook(code)).toEqual(look));

  it('shows leading zeros and dates', () => {
    expect(shownNumberText('98004123005', { kind: 'zeros', digits: 12 }, false)).toBe('098004123005');
    expect(shownNumberText('46008', { kind: 'date', time: false }, false)).toBe('2025/12/17');
    expect(shownNumberText('46008.44027777778', { kind: 'date', time: true }, false)).toBe(
      '2025/12/17 10:34',
    );
    expect(shownNumberText('44546', { kind: 'date', time: false }, true)).toBe('2025/12/17');
    expect(shownNumberText('398004123005', { kind: 'date', time: false }, false)).toBe('398004123005');
  });

  it('counts the day that never was', () => {
    expect(dateText(59, false, false)).toBe('1900/02/28');
    expect(dateText(61, false, false)).toBe('1900/03/01');
    expect(dateText(1, false, false)).toBe('1900/01/01');
    expect(dateText(0, false, true)).toBe('1904/01/01');
    expect(dateText(0, false, false)).toBeNull();
  });
});
