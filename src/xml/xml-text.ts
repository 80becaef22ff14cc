import { lineFeeds, storable } from '../text.ts';
import { XmlProblem } from './xml-problem.ts';

const AMPERSAND = 0x26;
const CARRIAGE_RETURN = 0x0d;
/** Above every byte. */
const HAS_ENTITY = 0x100;
const HAS_RETURN = 0x200;
const WHITE_SPACE = /\r\n|[\r\n\t]/g;
const ENTITY = /&([^;]*);?/g;
const PREDEFINED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
/** An escaped character of ST_Xstring (ECMA-376 part 1, 22.9.2.19): `_x000D_` is a carriage return. */
const ESCAPED_CHARACTER = /_x([0-9A-Fa-f]{4})_/g;
/** Whatever `encodeCellText` might change. */
// oxlint-disable-next-line no-control-regex
const NEEDS_ENCODING = /[\u0000-\u001F&<>_\uD800-\uDFFF\uFFFE\uFFFF]/;
/** What XML 1.0 cannot hold; Excel writes these as `_xHHHH_`. What is not storable is replaced before. */
// oxlint-disable-next-line no-control-regex
const UNWRITABLE = /[\u0001-\u0008\u000B-\u001F\uFFFE\uFFFF]|_(?=x[0-9A-Fa-f]{4}_)/g;

/**
 * The text between two positions: CR LF and CR as they stand there become LF (XML 1.0, 2.11), then entities are decoded,
 * the five predefined ones and character references, no others. What this gives, and all of the functions below, is
 * storable: a row is found again by what the database holds of it.
 *
 * @throws {XmlProblem} any other entity
 */
export function decodeXml(bytes: Buffer, start: number, end: number): string {
  let signs = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    signs |= byte;
    if (byte === AMPERSAND) signs |= HAS_ENTITY;
    else if (byte === CARRIAGE_RETURN) signs |= HAS_RETURN;
  }
  const text =
    (signs & 0x80) === 0 ? bytes.toString('latin1', start, end) : bytes.toString('utf8', start, end);
  return decodeEntities((signs & HAS_RETURN) === 0 ? text : lineFeeds(text), (signs & HAS_ENTITY) !== 0);
}

/** As `decodeXml`, for the value of an attribute: white space as it stands there becomes spaces (XML 1.0, 3.3.3). */
export function decodeAttribute(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end).replaceAll(WHITE_SPACE, ' ');
  return decodeEntities(text, text.includes('&'));
}

/** As `decodeXml`, for cell text: `_xHHHH_` escapes are decoded too, and no line break is left but LF. */
export function decodeCellText(bytes: Buffer, start: number, end: number): string {
  return cellText(decodeXml(bytes, start, end));
}

/** The text of a CDATA section, which holds no entities. */
export function decodeCdata(bytes: Buffer, start: number, end: number): string {
  return storable(lineFeeds(bytes.toString('utf8', start, end)));
}

/** As `decodeCdata`, for cell text. */
export function decodeCellCdata(bytes: Buffer, start: number, end: number): string {
  return cellText(decodeCdata(bytes, start, end));
}

/** CR that came as `&#13;` or `_x000D_` is a line break to Excel, and LF after another editor's save. */
function cellText(text: string): string {
  if (!text.includes('_x')) return lineFeeds(text);
  const unescaped = text.replaceAll(ESCAPED_CHARACTER, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return storable(lineFeeds(unescaped));
}

/** Cell text as XML: markup escaped, and what XML cannot hold written `_xHHHH_`, as Excel does. */
export function encodeCellText(text: string): string {
  if (!NEEDS_ENCODING.test(text)) return text;
  return storable(text)
    .replaceAll(UNWRITABLE, (sign) => `_x${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

function decodeEntities(text: string, hasEntity: boolean): string {
  if (hasEntity) return storable(text.replaceAll(ENTITY, decodeEntity));
  return text.includes('\0') ? storable(text) : text;
}

function decodeEntity(entity: string, name: string): string {
  const known = PREDEFINED[name];
  if (known !== undefined && entity.endsWith(';')) return known;
  const match = /^#(?:x([0-9A-Fa-f]{1,6})|(\d{1,7}))$/.exec(name);
  const code = match?.[1] === undefined ? Number(match?.[2] ?? Number.NaN) : Number.parseInt(match[1], 16);
  if (Number.isNaN(code) || code > 0x10ffff || !entity.endsWith(';')) {
    throw new XmlProblem(
      `the XML uses the entity ${JSON.stringify(entity.slice(0, 20))}, which is not one of XML's own`,
    );
  }
  return String.fromCodePoint(code);
}
