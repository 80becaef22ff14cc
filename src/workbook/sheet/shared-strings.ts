import { forEachToken } from '../../xml/elements.ts';
import { decodeCellCdata, decodeCellText } from '../../xml/xml-text.ts';
import type { XmlToken, XmlTokenizer } from '../../xml/xml-tokenizer.ts';

/** Element names, packed as XmlTokenizer.shortName packs them. */
const NAME_T = 0x74;
const NAME_SI = 0x7369;
const NAME_RPH = 0x725068;

const LESS = 0x3c;
/** What nearly every item is, byte for byte: the text stands between the two. */
const PLAIN_STARTS = [Buffer.from('<si><t>'), Buffer.from('<si><t xml:space="preserve">')];
const PLAIN_END = Buffer.from('</t></si>');

/** Which shared strings are kept. */
export interface SharedStringVisitor {
  /** Asked first, so that texts nobody needs are never decoded. */
  wanted(index: number): boolean;
  /** Asked next, of the text's bytes as they stand in the XML: false only where `keep` would have no use for it. */
  mayBe?(bytes: Buffer, start: number, end: number): boolean;
  keep(index: number, text: string): void;
  /** The last index that can be wanted of a part that was found sound before: what stands behind it is not read. */
  last?: number;
}

/**
 * Streams the shared strings (ECMA-376 part 1, 18.4.9) past the visitor, in the order of their index: nothing else is
 * held in memory. Rich text comes as one text; phonetic runs (furigana) are no part of it.
 *
 * @throws {XmlProblem}
 */
export async function scanSharedStrings(
  chunks: AsyncIterable<Buffer>,
  visitor: SharedStringVisitor,
): Promise<void> {
  const scanner = new SharedStringScanner(visitor);
  const { last = Infinity } = visitor;
  const take = (token: XmlToken, xml: XmlTokenizer): void => {
    switch (token) {
      case 'open':
        scanner.open(xml);
        break;
      case 'empty':
        scanner.empty(xml);
        break;
      case 'close':
        scanner.close(xml);
        break;
      case 'text':
        scanner.text(() => decodeCellText(xml.bytes, xml.start, xml.end));
        break;
      case 'cdata':
        scanner.text(() => decodeCellCdata(xml.bytes, xml.valueStart, xml.valueEnd));
        break;
      default:
    }
  };
  await forEachToken(chunks, take, () => scanner.isBehind(last));
}

class SharedStringScanner {
  readonly #visitor: SharedStringVisitor;
  #index = -1;
  #text = '';
  #wanted = false;
  #inItem = false;
  #inText = false;
  #phonetic = false;

  constructor(visitor: SharedStringVisitor) {
    this.#visitor = visitor;
  }

  isBehind(index: number): boolean {
    return this.#index > index;
  }

  open(xml: XmlTokenizer): void {
    const name = xml.shortName;
    if (name === NAME_SI) {
      this.#index++;
      this.#text = '';
      this.#inItem = true;
      this.#wanted = this.#visitor.wanted(this.#index);
    } else if (name === NAME_RPH) {
      this.#phonetic = true;
    } else if (name === NAME_T) {
      this.#inText = this.#inItem && this.#wanted && !this.#phonetic;
      xml.wantsText = this.#inText;
    } else if (!this.#inItem) {
      this.#plainItems(xml);
    }
  }

  empty(xml: XmlTokenizer): void {
    if (xml.shortName !== NAME_SI) return;
    if (this.#visitor.wanted(++this.#index)) this.#visitor.keep(this.#index, '');
    this.#plainItems(xml);
  }

  close(xml: XmlTokenizer): void {
    this.#inText = false;
    xml.wantsText = false;
    const name = xml.shortName;
    if (name === NAME_RPH) {
      this.#phonetic = false;
    } else if (name === NAME_SI) {
      this.#inItem = false;
      if (this.#wanted) this.#visitor.keep(this.#index, this.#text);
      this.#plainItems(xml);
    }
  }

  text(decode: () => string): void {
    if (this.#inText) this.#text += decode();
  }

  /** Takes items of the plain form at once, as far as the window holds them whole: a third of the time of tokens. */
  #plainItems(xml: XmlTokenizer): void {
    const { bytes } = xml;
    const visitor = this.#visitor;
    for (;;) {
      const start = plainStart(bytes, xml.end);
      if (start < 0) return;
      let end = start;
      while (end < bytes.length && bytes[end] !== LESS) end++;
      if (!holds(bytes, end, PLAIN_END)) return;
      this.#index++;
      if (visitor.wanted(this.#index) && visitor.mayBe?.(bytes, start, end) !== false) {
        visitor.keep(this.#index, decodeCellText(bytes, start, end));
      }
      xml.end = end + PLAIN_END.length;
    }
  }
}

/** Where the text of a plain item at this place begins; -1 when there is none. */
function plainStart(bytes: Buffer, at: number): number {
  for (const start of PLAIN_STARTS) if (holds(bytes, at, start)) return at + start.length;
  return -1;
}

function holds(bytes: Buffer, at: number, expected: Buffer): boolean {
  if (at + expected.length > bytes.length) return false;
  for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return false;
  return true;
}
