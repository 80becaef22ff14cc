import { TextDecoder } from 'node:util';

import { UnknownEncoding } from './xml-problem.ts';

/** What the first bytes of a document say of its encoding. */
export interface XmlEncoding {
  /** As people know it. */
  name: string;
  /** What turns its bytes into text; null: it is UTF-8 and says so, or says nothing. */
  decoder: TextDecoder | null;
}

/** As much as tells all that XML 1.0 appendix F tells without the declaration. */
export const SIGNATURE_BYTES = 4;
/** A declaration has 60 bytes, 120 in UTF-16; white space may be added. */
export const DECLARATION_BYTES = 1024;

const UTF_8: XmlEncoding = { name: 'UTF-8', decoder: null };
/** First bytes, in hex, of what is no superset of ASCII (XML 1.0, appendix F), the longer ones first. */
const SIGNATURES: readonly [start: RegExp, name: string][] = [
  [/^(?:0000feff|0000003c)/, 'UTF-32BE'],
  [/^(?:fffe0000|3c000000)/, 'UTF-32LE'],
  [/^4c6fa794/, 'EBCDIC'],
  [/^(?:feff|00[^0])/, 'UTF-16BE'],
  [/^(?:fffe|..00)/, 'UTF-16LE'],
];
const DECLARED = /^(\uFEFF?<\?xml\s[^>]*?\bencoding\s*=\s*)(?:"([^"]*)"|'([^']*)')/;

/**
 * The encoding of a document that begins with these bytes: its declaration at least, or all of it.
 *
 * @throws {UnknownEncoding}
 */
export function encodingOf(head: Buffer): XmlEncoding {
  const signature = head.toString('hex', 0, SIGNATURE_BYTES);
  const other = SIGNATURES.find(([start]) => start.test(signature));
  if (other !== undefined) return known(other[1]);
  const declared = declaredEncoding(head.toString('latin1', signature.startsWith('efbbbf') ? 3 : 0));
  if (declared === null || /^(?:utf-?8|us-ascii)$/i.test(declared)) return UTF_8;
  // Its bytes are no UTF-16, whatever it says: some libraries write what their strings are in memory.
  if (signature.startsWith('efbbbf') || /^utf-?16/i.test(declared))
    return { ...known('UTF-8'), name: declared };
  return known(declared);
}

/** The text with its declaration, if it has one, saying UTF-8. */
export function declaringUtf8(text: string): string {
  return text.replace(DECLARED, (_, start: string) => `${start}"UTF-8"`);
}

function declaredEncoding(text: string): string | null {
  const [, , double, single] = DECLARED.exec(text) ?? [];
  return double ?? single ?? null;
}

function known(name: string): XmlEncoding {
  try {
    return { name, decoder: new TextDecoder(name, { fatal: true }) };
  } catch (cause) {
    const message = `is encoded in ${JSON.stringify(name.slice(0, 40))}: open the workbook in Excel and save it again`;
    throw new UnknownEncoding(message, { cause });
  }
}
