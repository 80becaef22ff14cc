const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;
const DIGITS = /^[1-9]\d*$/;
/** Spreadsheet programs show and keep fifteen significant digits; a double's noise begins behind them. */
const SIGNIFICANT_DIGITS = 15;
/** A double's largest exponent, so that `1E+9999` makes no text of ten thousand zeros. */
const MAX_EXPONENT = 308;

const MILLISECONDS_A_DAY = 86_400_000;
/** The last day of either date system, 9999-12-31, counted from 1900. */
const LAST_DAY = 2_958_465;

/** How a number format shows a number, as far as it makes another text of it. */
export type NumberLook =
  | { kind: 'plain' }
  /** `000000000000` shows leading zeros that the number does not hold. */
  | { kind: 'zeros'; digits: number }
  | { kind: 'date'; time: boolean };

/** What was lost or may surprise: told to people beside the row. */
export type NumberWarning = 'digits lost' | 'date';

/**
 * A stored number as its digits: `1.83792779166E+11` is `183792779166`. Whole numbers keep every stored digit; a
 * fraction is rounded to the fifteen digits a spreadsheet shows. What is no number comes back as it is.
 */
export function plainNumberText(raw: string): string {
  if (DIGITS.test(raw)) return raw;
  const text = raw.trim();
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = NUMBER.exec(text) ?? [];
  const exponent = Number(exponentText);
  if (whole + fraction === '' || Math.abs(exponent) > MAX_EXPONENT) return text;
  if (fraction === '' && exponent === 0) return signed(sign, whole.replace(/^0+(?=\d)/, ''));

  const digits = (whole + fraction).replace(/^0+/, '');
  const leadingZeros = whole.length + fraction.length - digits.length;
  const point = whole.length - leadingZeros + exponent;
  const shown = hasFraction(digits, point) ? roundDigits(digits, point) : { digits, point };
  return signed(sign, withPoint(shown.digits, shown.point));
}

function signed(sign: string, number: string): string {
  return sign === '-' && number !== '0' ? `-${number}` : number;
}

/** Whether a stored number has more digits than spreadsheet programs keep: its last ones have become zeros. */
export function hasLostDigits(raw: string): boolean {
  const digits = plainNumberText(raw).replace(/^-/, '');
  return /^\d+$/.test(digits) && digits.length > SIGNIFICANT_DIGITS;
}

/** A stored number as its cell shows it, as far as the format can make another number of it. */
export function shownNumberText(raw: string, look: NumberLook, date1904: boolean): string {
  const text = plainNumberText(raw);
  switch (look.kind) {
    case 'plain':
      return text;
    case 'zeros':
      return /^\d+$/.test(text) ? text.padStart(look.digits, '0') : text;
    case 'date':
      return dateText(Number(text), look.time, date1904) ?? text;
    default:
      return look satisfies never;
  }
}

/**
 * A day's serial number as `2025/12/17` or `2025/12/17 10:34`; null when it is no day. The system of 1900 counts a
 * 29 February 1900 that never was (ECMA-376 part 1, 18.17.4.1); that of 1904 begins with day 0 on 1 January.
 */
export function dateText(serial: number, time: boolean, date1904: boolean): string | null {
  const days = date1904 ? serial + 1462 : serial;
  if (!(days >= 1 && days < LAST_DAY + 1)) return null;
  const sinceEpoch = days < 60 ? days - 25_568 : days - 25_569;
  const minutes = Math.round((sinceEpoch * MILLISECONDS_A_DAY) / 60_000);
  const iso = new Date(time ? minutes * 60_000 : Math.floor(sinceEpoch) * MILLISECONDS_A_DAY).toISOString();
  const date = iso.slice(0, 10).replaceAll('-', '/');
  return time ? `${date} ${iso.slice(11, 16)}` : date;
}

function hasFraction(digits: string, point: number): boolean {
  return digits.slice(Math.max(point, 0)).replaceAll('0', '') !== '';
}

/** Rounds to the digits shown. `0.digits` times ten to the `point` is the number, before and after. */
function roundDigits(digits: string, point: number): { digits: string; point: number } {
  if (digits.length <= SIGNIFICANT_DIGITS) return { digits, point };
  const rounded =
    BigInt(digits.slice(0, SIGNIFICANT_DIGITS)) + (digits.charAt(SIGNIFICANT_DIGITS) >= '5' ? 1n : 0n);
  const text = rounded.toString();
  return { digits: text, point: point + text.length - SIGNIFICANT_DIGITS };
}

function withPoint(digits: string, point: number): string {
  if (digits === '') return '0';
  if (point >= digits.length) return digits.padEnd(point, '0');
  const whole = point > 0 ? digits.slice(0, point) : '0';
  const fraction = (point > 0 ? digits.slice(point) : digits.padStart(digits.length - point, '0')).replace(
    /0+$/,
    '',
  );
  return fraction === '' ? whole : `${whole}.${fraction}`;
}
