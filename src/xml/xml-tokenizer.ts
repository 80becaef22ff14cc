import { XmlProblem } from './xml-problem.ts';

/** What the tokenizer stands on; `more`: the window ends inside a token, push another chunk. */
export type XmlToken = 'open' | 'close' | 'empty' | 'text' | 'cdata' | 'more' | 'end';

/** Longest tag or text: a cell holds 32,767 characters, six bytes each at most once escaped; five times that. */
const MAX_TOKEN_BYTES = 1024 * 1024;

// Each scanner has its own of these: imported constants take a twentieth more of a patch's time.
const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;
const BANG = 0x21;
const QUESTION = 0x3f;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const COLON = 0x3a;
const LETTER_A = 0x41;
const LETTER_Z = 0x5a;
const LETTER_C = 0x63;
const LETTER_R = 0x72;
const LETTER_V = 0x76;
const EQUALS = 0x3d;
/** Space, tab, CR and LF are the only white space of XML; all are at most this. */
const SPACE = 0x20;

/** `XFD`: a cell of a later one is somebody else's business. */
const LAST_COLUMN = 16_384;
/** What of a tag `skipCells` looks at without asking for the window's end: `<c r="XFD`. */
const SKIPPED_BYTES = 10;

const NOTHING = Buffer.alloc(0);

/**
 * Splits UTF-8 XML into tokens, chunk by chunk, without building a string for any of them. Names are local names
 * (the prefix left out). Comments and processing instructions are passed over; a document type declaration is
 * refused, so that no entity of its own can ever be defined.
 *
 * Token positions are relative to `bytes`; `offset` makes them absolute. They hold until the next `push`.
 */
export class XmlTokenizer {
  bytes: Buffer = NOTHING;
  /** Position of `bytes[0]` in the whole document. */
  offset = 0;
  start = 0;
  end = 0;
  nameStart = 0;
  nameEnd = 0;
  /** The attribute that `nextAttribute` stands on. */
  attributeNameStart = 0;
  attributeNameEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  /** Whether `next` stops at text; else it goes on to the next tag, as most of a sheet's text is nobody's business. */
  wantsText = false;
  #final = false;
  #attributeAt = 0;
  #attributesEnd = 0;
  #sawStart = false;
  #room = NOTHING;

  push(chunk: Buffer): void {
    const rest = this.bytes.length - this.end;
    this.offset += this.end;
    this.bytes = rest === 0 ? chunk : this.#joined(rest, chunk);
    this.end = 0;
  }

  /** The rest of the window and the chunk, in the same memory each time: a sheet has hundreds of chunks. */
  #joined(rest: number, chunk: Buffer): Buffer {
    const length = rest + chunk.length;
    const room = this.#room.length < length ? Buffer.allocUnsafe(length + chunk.length) : this.#room;
    // Both may be the same memory, which `copy` allows for.
    this.bytes.copy(room, 0, this.end);
    chunk.copy(room, rest);
    this.#room = room;
    return room.subarray(0, length);
  }

  /** No more chunks: what is left must be whole. */
  finish(): void {
    this.#final = true;
  }

  /** @throws {XmlProblem} not well-formed, a DOCTYPE, an encoding other than UTF-8, or a token beyond any sense */
  next(): XmlToken {
    if (!this.#sawStart && !this.#skipByteOrderMark()) return this.#more();
    for (;;) {
      const { bytes } = this;
      let from = this.end;
      if (!this.wantsText) {
        while (from < bytes.length && bytes[from] !== LESS) from++;
        this.end = from;
      }
      if (from >= bytes.length) return this.#final ? 'end' : 'more';
      this.start = from;
      if (bytes[from] !== LESS) return this.#text(from);
      const second = bytes[from + 1];
      if (second === undefined) return this.#more();
      if (second === QUESTION) {
        const close = bytes.indexOf('?>', from + 2);
        if (close === -1) return this.#more();
        this.#checkEncoding(from, close);
        this.end = close + 2;
      } else if (second === BANG) {
        const token = this.#markup(from);
        if (token !== null) return token;
      } else {
        return this.#tag(from, second);
      }
    }
  }

  /**
   * Passes over whole cells, that is tags named `c` and `v` without a prefix and what stands between them, up to the
   * first tag of another name. To be called between cells, and stands between cells again: before a cell that holds
   * anything else, does not begin with its reference, or stands in no later column than the one before it. Since `<`
   * stands in no attribute value, finding tags takes no more than that.
   *
   * @param column of the cell before
   * @returns that of the last cell passed over
   */
  skipCells(column: number): number {
    const { bytes } = this;
    const end = bytes.length - SKIPPED_BYTES;
    let cell = -1;
    let passed = column;
    let last = column;
    let at = this.end;
    for (;;) {
      while (at < end && bytes[at] !== LESS) at++;
      if (at >= end) break;
      const second = bytes[at + 1] ?? 0;
      if (second === SLASH) {
        const name = bytes[at + 2];
        if (name !== LETTER_C && name !== LETTER_V) {
          // Another element ends: the row, so that the last cell is behind us.
          this.end = at;
          return last;
        }
        if (bytes[at + 3] !== GREATER) break;
        at += 4;
        continue;
      }
      const behind = bytes[at + 2] ?? 0;
      if (behind !== SPACE && behind !== GREATER && behind !== SLASH) break;
      if (second === LETTER_V) {
        at += 3;
      } else if (second === LETTER_C) {
        passed = last;
        cell = at;
        // `<c r="AB12"`, as nearly every writer has it.
        if (behind !== SPACE || bytes[at + 3] !== LETTER_R || bytes[at + 5] !== QUOTE) break;
        let here = 0;
        at += 6;
        for (let letter = bytes[at] ?? 0; letter >= LETTER_A && letter <= LETTER_Z; letter = bytes[++at] ?? 0)
          here = here * 26 + letter - LETTER_A + 1;
        if (here <= last || here > LAST_COLUMN) break;
        last = here;
      } else {
        break;
      }
    }
    this.end = cell >= 0 ? cell : Math.min(at, this.bytes.length);
    return cell >= 0 ? passed : last;
  }

  /** Before the tag's first attribute again. */
  rewindAttributes(): void {
    this.#attributeAt = this.nameEnd;
  }

  /** Steps to the tag's next attribute, in document order. */
  nextAttribute(): boolean {
    const { bytes } = this;
    const end = this.#attributesEnd;
    let at = this.#attributeAt;
    while (at < end && (bytes[at] ?? 0) <= SPACE) at++;
    if (at >= end) return false;
    this.attributeNameStart = at;
    let byte = bytes[at] ?? 0;
    while (at < end && byte !== EQUALS && byte > SPACE) {
      if (byte === COLON) this.attributeNameStart = at + 1;
      byte = bytes[++at] ?? 0;
    }
    this.attributeNameEnd = at;
    while (at < end && bytes[at] !== EQUALS) at++;
    at++;
    while (at < end && (bytes[at] ?? 0) <= SPACE) at++;
    const quote = bytes[at];
    if (at >= end || (quote !== QUOTE && quote !== APOSTROPHE))
      throw new XmlProblem('an attribute has no value');
    this.valueStart = at + 1;
    at++;
    while (at < end && bytes[at] !== quote) at++;
    if (at >= end) throw new XmlProblem('an attribute has no end');
    this.valueEnd = at;
    this.#attributeAt = at + 1;
    return true;
  }

  /** The name's bytes as one number where it has at most three of them, else 0: most of a sheet's names do. */
  get shortName(): number {
    const { bytes, nameStart, nameEnd } = this;
    const length = nameEnd - nameStart;
    if (length > 3) return 0;
    let packed = 0;
    for (let i = nameStart; i < nameEnd; i++) packed = packed * 256 + (bytes[i] ?? 0);
    return packed;
  }

  get name(): string {
    return this.bytes.toString('latin1', this.nameStart, this.nameEnd);
  }

  /** The prefix with its colon as the document writes it, e.g. `x:`; '' without one. */
  get prefix(): string {
    const first = this.start + (this.bytes[this.start + 1] === SLASH ? 2 : 1);
    return this.bytes.toString('latin1', first, this.nameStart);
  }

  /** Whether the tag has this local name; makes no string, for names met in every row. */
  nameIs(name: string): boolean {
    return this.#equals(this.nameStart, this.nameEnd, name);
  }

  attributeIs(name: string): boolean {
    return this.#equals(this.attributeNameStart, this.attributeNameEnd, name);
  }

  #equals(start: number, end: number, ascii: string): boolean {
    if (end - start !== ascii.length) return false;
    for (let i = 0; i < ascii.length; i++) if (this.bytes[start + i] !== ascii.charCodeAt(i)) return false;
    return true;
  }

  get attributeName(): string {
    return this.bytes.toString('latin1', this.attributeNameStart, this.attributeNameEnd);
  }

  #text(from: number): XmlToken {
    const { bytes } = this;
    const end = bytes.length;
    let at = from;
    while (at < end && bytes[at] !== LESS) at++;
    if (at === end && !this.#final) return this.#more();
    this.end = at;
    return 'text';
  }

  #tag(from: number, second: number): XmlToken {
    const { bytes } = this;
    const end = bytes.length;
    let at = second === SLASH ? from + 2 : from + 1;
    this.nameStart = at;
    let byte = 0;
    while (at < end) {
      byte = bytes[at] ?? 0;
      if (byte <= SPACE || byte === GREATER || byte === SLASH) break;
      if (byte === COLON) this.nameStart = at + 1;
      at++;
    }
    this.nameEnd = at;
    this.#attributeAt = at;
    while (at < end && byte !== GREATER) {
      if (byte === QUOTE || byte === APOSTROPHE) {
        const quote = byte;
        at++;
        while (at < end && bytes[at] !== quote) at++;
      }
      byte = bytes[++at] ?? 0;
    }
    if (at >= end) return this.#more();
    if (this.nameEnd === this.nameStart) throw new XmlProblem('a tag has no name');
    this.end = at + 1;
    if (second === SLASH) return 'close';
    const empty = bytes[at - 1] === SLASH;
    this.#attributesEnd = empty ? at - 1 : at;
    return empty ? 'empty' : 'open';
  }

  /** A comment (passed over: null), a CDATA section, or a declaration that is refused. */
  #markup(from: number): XmlToken | null {
    const { bytes } = this;
    if (bytes.length - from < 9 && !this.#final) return this.#more();
    const opening = bytes.toString('latin1', from, from + 9);
    if (opening.startsWith('<!--')) {
      const close = bytes.indexOf('-->', from + 4);
      if (close === -1) return this.#more();
      this.end = close + 3;
      return null;
    }
    if (opening === '<![CDATA[') {
      const close = bytes.indexOf(']]>', from + 9);
      if (close === -1) return this.#more();
      this.valueStart = from + 9;
      this.valueEnd = close;
      this.end = close + 3;
      return 'cdata';
    }
    throw new XmlProblem('a document type declaration or entity is defined, which is never needed');
  }

  #more(): XmlToken {
    if (this.#final) throw new XmlProblem('the XML ends in the middle');
    if (this.bytes.length - this.end > MAX_TOKEN_BYTES)
      throw new XmlProblem('a tag or text is longer than 1 MB');
    return 'more';
  }

  #skipByteOrderMark(): boolean {
    const { bytes } = this;
    if (bytes.length < 4 && !this.#final) return false;
    if (
      (bytes[0] === 0xfe && bytes[1] === 0xff) ||
      (bytes[0] === 0xff && bytes[1] === 0xfe) ||
      bytes[1] === 0
    ) {
      throw new XmlProblem('the XML is UTF-16, where UTF-8 is expected');
    }
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.end = 3;
    this.#sawStart = true;
    return true;
  }

  #checkEncoding(from: number, close: number): void {
    if (this.offset + from > 3) return;
    const declaration = this.bytes.toString('latin1', from, close);
    const encoding = /encoding\s*=\s*["']([^"']*)["']/.exec(declaration)?.[1] ?? 'UTF-8';
    if (!/^(?:utf-?8|us-ascii)$/i.test(encoding)) {
      throw new XmlProblem(`the XML is encoded in ${encoding.slice(0, 40)}, where UTF-8 is expected`);
    }
  }
}
