import { checkDigitWarning } from '../carriers/check-digits.ts';
import { formHint } from '../carriers/other-carrier.ts';
import { digitsOf, isScientific, plainNumber } from '../carriers/tracking-number.ts';
import { assertNever } from '../errors.ts';
import type { NumberShape } from './task-entry.ts';

const TWELVE_DIGITS = /^\d{12}$/;
const DOMESTIC = /^\d{11,12}$/;
const S10 = /^[A-Z]{2}\d{9}[A-Z]{2}$/;
const MAX_QUOTED_LENGTH = 40;

/** A cell read as a tracking number: plain, with what to mind; or why it is none. */
export type NumberReading =
  | { valid: true; trackingNumber: string; warnings: string[] }
  | { valid: false; error: string; warnings: string[] };

/** Reads a cell as a tracking number of the given shape. A wrong check digit is a warning, never an error. */
export function readTrackingNumber(shape: NumberShape, text: string): NumberReading {
  if (text.trim() === '') return { valid: false, error: 'the input cell is empty', warnings: [] };
  if (isScientific(text)) {
    return {
      valid: false,
      error: `${quoted(text)} has lost its last digits: format the cell as text and enter the number again`,
      warnings: [],
    };
  }
  const trackingNumber = shape === 'twelve_digits' ? digitsOf(text) : plainNumber(text);
  const problem = shapeProblem(shape, trackingNumber);
  if (problem !== null) {
    const hint = shape === 'yamato' ? formHint(trackingNumber) : null;
    const error = `${quoted(text)} is no tracking number: ${problem}`;
    return { valid: false, error, warnings: hint === null ? [] : [hint] };
  }
  const warning = checkDigitWarning(trackingNumber);
  return { valid: true, trackingNumber, warnings: warning === null ? [] : [warning] };
}

function shapeProblem(shape: NumberShape, plain: string): string | null {
  switch (shape) {
    case 'yamato':
      return TWELVE_DIGITS.test(plain) ? null : `12 digits are needed, ${found(plain)}`;
    case 'twelve_digits':
      return TWELVE_DIGITS.test(plain) ? null : `12 digits are needed, it has ${plain.length}`;
    case 'japan_post':
      if (DOMESTIC.test(plain) || S10.test(plain)) return null;
      return `11–12 digits, or 2 letters, 9 digits and 2 letters are needed, ${found(plain)}`;
    default:
      return assertNever(shape);
  }
}

function found(plain: string): string {
  const others = plain.replaceAll(/\d/g, '');
  return others === '' ? `it has ${plain.length}` : 'it holds other characters';
}

/** An e-mail address is personal: it never goes into a message. */
function quoted(text: string): string {
  const line = text
    .slice(0, 5 * MAX_QUOTED_LENGTH)
    .replaceAll(/\s+/gu, ' ')
    .trim()
    .replaceAll(/[^\s@]+@[^\s@]+/gu, '…@…');
  return `"${line.length > MAX_QUOTED_LENGTH ? `${line.slice(0, MAX_QUOTED_LENGTH - 1)}…` : line}"`;
}
