import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  checkDigitOf,
  checkDigitWarning,
  mod7CheckDigit,
  s10CheckDigit,
} from '../../src/carriers/check-digits.ts';

const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((list) => list.join(''));

describe('check digits', () => {
  it.each([
    ['RR123456785JP', { actual: 5, expected: 5 }],
    ['EE473124829JP', { actual: 9, expected: s10CheckDigit('47312482') }],
    ['183792779166', { actual: 6, expected: 18379277916 % 7 }],
    ['12345678901', { actual: 1, expected: 1234567890 % 7 }],
    ['1234567890', null],
    ['1234567890123', null],
    ['1837-9277-9166', null],
    ['rr123456785jp', null],
    ['', null],
  ])('%s', (number, expected) => {
    expect(checkDigitOf(number)).toEqual(expected);
  });

  // Serials whose sum leaves 1 and 0 modulo 11: the two special cases of S10.
  it.each([
    ['00000000', 5],
    ['00000050', 0],
    ['12345678', 5],
  ])('S10 serial %s', (serial, expected) => {
    expect(s10CheckDigit(serial)).toBe(expected);
  });

  it('accepts every number made with its own digit, and warns of any other', () => {
    fc.assert(
      fc.property(fc.constantFrom(10, 11).chain(digits), fc.integer({ min: 1, max: 9 }), (body, slip) => {
        const right = mod7CheckDigit(body);
        expect(checkDigitWarning(`${body}${right}`)).toBeNull();
        expect(checkDigitWarning(`${body}${(right + slip) % 10}`)).toMatch(/check digit/);
      }),
    );
  });

  it('catches any single wrong digit of an S10 number but the 0 and 5 that share a remainder', () => {
    fc.assert(
      fc.property(digits(8), (serial) => {
        const check = s10CheckDigit(serial);
        expect(check).toBeGreaterThanOrEqual(0);
        expect(check).toBeLessThanOrEqual(9);
        expect(checkDigitWarning(`RR${serial}${check}JP`)).toBeNull();
        expect(checkDigitWarning(`RR${serial}${(check + 1) % 10}JP`)).not.toBeNull();
      }),
    );
  });
});
