/** Every hyphen, dash, minus and long-vowel mark that people and input methods put between digits. */
const HYPHENS = /[-\u00AD\u2010-\u2015\u2043\u2212\u2500\u2501\u30FC\uFE58\uFE63\uFF70]/gu;
/** White space of any width, and the invisible characters that come along when a number is copied from a page. */
const SPACES = /[\s\u180E\u200B-\u200F\u202A-\u202E\u2060\u2066-\u2069]/gu;
const FULL_WIDTH = /[\uFF01-\uFF5E]/gu;
const FULL_WIDTH_OFFSET = 0xfee0;
/** What a spreadsheet shows of a number too long for its cell: its last digits are gone. */
const SCIENTIFIC = /^\d(?:\.\d+)?E\+\d+$/i;

/** Full-width letters, digits and signs as their ASCII ones; everything else stays (`①` is not a 1). */
export function toHalfWidth(text: string): string {
  return text.replaceAll(FULL_WIDTH, (sign) =>
    String.fromCodePoint((sign.codePointAt(0) ?? 0) - FULL_WIDTH_OFFSET),
  );
}

/** A tracking number as carriers take it: half-width, upper case, no hyphens, no spaces. Its shape is not checked. */
export function plainNumber(text: string): string {
  return toHalfWidth(text).replaceAll(SPACES, '').replaceAll(HYPHENS, '').toUpperCase();
}

/** The digits of a text, full-width ones included, and nothing else. */
export function digitsOf(text: string): string {
  return toHalfWidth(text).replaceAll(/\D/g, '');
}

/** Whether a text is a number in scientific notation (`1.83793E+11`), whose last digits are lost. */
export function isScientific(text: string): boolean {
  return SCIENTIFIC.test(toHalfWidth(text).replaceAll(SPACES, ''));
}

const TRACKING_NUMBER = /^[A-Z0-9]{11,13}$/;

/** Whether a text has the shape of a carrier's number: what an order's link holds instead may tell of a person. */
export function isTrackingNumber(text: string): boolean {
  return TRACKING_NUMBER.test(text);
}
