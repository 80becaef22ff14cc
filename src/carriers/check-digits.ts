/** Weights of an S10 number's eight serial digits (UPU standard S10). */
const S10_WEIGHTS = [8, 6, 4, 2, 3, 5, 9, 7] as const;

const DOMESTIC = /^\d{11,12}$/;
const S10 = /^[A-Z]{2}(\d{8})(\d)[A-Z]{2}$/;

/** What a number's check digit is and ought to be. */
export interface CheckDigit {
  actual: number;
  expected: number;
}

/** Modulus 7: the check digit that belongs behind `body` (the number without its last digit, at most 15 digits). */
export function mod7CheckDigit(body: string): number {
  return Number(body) % 7;
}

/** Weighted modulus 11 over the eight serial digits of an S10 number: 10 counts as 0, 11 as 5. */
export function s10CheckDigit(serial: string): number {
  const sum = S10_WEIGHTS.reduce((total, weight, index) => total + weight * Number(serial.charAt(index)), 0);
  const check = 11 - (sum % 11);
  if (check === 10) return 0;
  return check === 11 ? 5 : check;
}

/**
 * The check digit of a plain tracking number: 11–12 digits (Yamato, Japan Post domestic, Sagawa: one shape, so it
 * never tells the carrier) or S10 international. Null for any other shape.
 */
export function checkDigitOf(trackingNumber: string): CheckDigit | null {
  if (DOMESTIC.test(trackingNumber)) {
    return {
      actual: Number(trackingNumber.slice(-1)),
      expected: mod7CheckDigit(trackingNumber.slice(0, -1)),
    };
  }
  const [, serial, last] = S10.exec(trackingNumber) ?? [];
  if (serial === undefined || last === undefined) return null;
  return { actual: Number(last), expected: s10CheckDigit(serial) };
}

/** A warning for people when a number's check digit is wrong, null when it is right or there is none. */
export function checkDigitWarning(trackingNumber: string): string | null {
  const digit = checkDigitOf(trackingNumber);
  if (digit === null || digit.actual === digit.expected) return null;
  return `check digit of ${trackingNumber} is ${digit.actual} where ${digit.expected} is expected: perhaps a digit is mistyped`;
}
