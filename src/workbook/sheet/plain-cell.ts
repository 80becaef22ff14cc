const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;
const SPACE = 0x20;
const QUOTE = 0x22;
const EQUALS = 0x3d;
const AMPERSAND = 0x26;
const LETTER_C = 0x63;
const LETTER_R = 0x72;
const LETTER_S = 0x73;
const LETTER_T = 0x74;
const LETTER_V = 0x76;

/** Of a style, a type or a row number that is read here. */
const MAX_VALUE_BYTES = 10;
/** `<c r="XFD1048576" s="0123456789" t="inlineStr"><v></v></c>`: asked for beforehand, so that no byte is looked for beyond the end. */
const MAX_MARKUP_BYTES = 72;

/** Bytes of letters and digits. */
const DIGIT = 1;
const CAPITAL = 2;
const SMALL = 4;
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (/\d/.test(character)) return DIGIT;
  if (/[A-Z]/.test(character)) return CAPITAL;
  return /[a-z]/.test(character) ? SMALL : 0;
});

/**
 * Reads cells as nearly every writer has them: `<c r="B7" s="3" t="s"><v>12</v></c>`, with or without a style, a type and
 * a value. What it takes is well-formed: no attribute twice, and no markup or reference in it.
 */
export class PlainCell {
  /** Of the cell read last. */
  column = 0;
  /** Index into the cell formats; -1 when the cell names none. */
  style = -1;
  /** Where the type's name and the value's text stand; both ends are equal without any. */
  typeStart = 0;
  typeEnd = 0;
  valueStart = 0;
  valueEnd = 0;

  /** Where the cell at this place ends; -1 where it is not plain, or where the bytes may not hold it whole. */
  read(bytes: Buffer, start: number): number {
    let room = bytes.length - MAX_MARKUP_BYTES;
    if (start > room) return -1;
    if (bytes[start] !== LESS || bytes[start + 1] !== LETTER_C || bytes[start + 2] !== SPACE) return -1;
    if (bytes[start + 3] !== LETTER_R || bytes[start + 4] !== EQUALS || bytes[start + 5] !== QUOTE) return -1;
    let at = start + 6;
    let column = 0;
    for (const last = at + 3; at < last && kind(bytes, at) === CAPITAL; at++)
      column = column * 26 + (bytes[at] ?? 0) - 0x40;
    at = behind(bytes, at, DIGIT);
    if (column === 0 || bytes[at] !== QUOTE) return -1;
    at++;
    this.column = column;
    this.style = -1;
    this.typeStart = this.typeEnd = this.valueStart = this.valueEnd = 0;
    if (isAttribute(bytes, at, LETTER_S)) {
      const end = behind(bytes, at + 4, DIGIT);
      if (end === at + 4 || bytes[end] !== QUOTE) return -1;
      this.style = numberIn(bytes, at + 4, end);
      at = end + 1;
    }
    if (isAttribute(bytes, at, LETTER_T)) {
      const end = behind(bytes, at + 4, SMALL | CAPITAL);
      if (bytes[end] !== QUOTE) return -1;
      this.typeStart = at + 4;
      this.typeEnd = end;
      at = end + 1;
    }
    if (bytes[at] === SLASH) return bytes[at + 1] === GREATER ? at + 2 : -1;
    if (bytes[at] !== GREATER || bytes[at + 1] !== LESS) return -1;
    at++;
    if (bytes[at + 1] === LETTER_V) {
      if (bytes[at + 2] !== GREATER) return -1;
      at += 3;
      this.valueStart = at;
      room = bytes.length - '</v></c>'.length;
      while (at < room && bytes[at] !== LESS && bytes[at] !== AMPERSAND) at++;
      if (at > room || bytes[at] !== LESS || bytes[at + 1] !== SLASH) return -1;
      if (bytes[at + 2] !== LETTER_V || bytes[at + 3] !== GREATER) return -1;
      this.valueEnd = at;
      at += 4;
    }
    if (bytes[at] !== LESS || bytes[at + 1] !== SLASH) return -1;
    return bytes[at + 2] === LETTER_C && bytes[at + 3] === GREATER ? at + 4 : -1;
  }
}

/** Whether one of this name begins here, up to its first quote. */
function isAttribute(bytes: Buffer, at: number, letter: number): boolean {
  if (bytes[at] !== SPACE || bytes[at + 1] !== letter) return false;
  return bytes[at + 2] === EQUALS && bytes[at + 3] === QUOTE;
}

function numberIn(bytes: Buffer, start: number, end: number): number {
  let number = 0;
  for (let at = start; at < end; at++) number = number * 10 + (bytes[at] ?? 0) - 0x30;
  return number;
}

function behind(bytes: Buffer, start: number, kinds: number): number {
  let at = start;
  for (const last = start + MAX_VALUE_BYTES; at < last && (kind(bytes, at) & kinds) !== 0;) at++;
  return at;
}

function kind(bytes: Buffer, at: number): number {
  return KINDS[bytes[at] ?? 0] ?? 0;
}
