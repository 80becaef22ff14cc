import { XmlProblem } from './xml-problem.ts';

const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;
const BANG = 0x21;
const QUESTION = 0x3f;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const AMPERSAND = 0x26;
const HASH = 0x23;
const EQUALS = 0x3d;
const SPACE = 0x20;
const BYTE_R = 0x72;

/** Longest tag, text's end or comment that is waited for, as the tokenizer's. */
const MAX_TOKEN_BYTES = 1024 * 1024;
/** `&#x10FFFF;` is the longest. */
const MAX_REFERENCE_BYTES = 12;
const REFERENCE = /^&(?:lt|gt|amp|quot|apos|#\d+|#x[0-9A-Fa-f]+);$/;
/** Twice the attributes from which on they are held against each other by a set: a tag of 1 MB has 100,000. */
const MANY_ATTRIBUTES = 32;

const NAME = 1;
const TEXT_ENDS = 2;
const VALUE_ENDS = 4;
/**
 * What bytes are: of names (those beyond ASCII are all taken for such); where text, and where an attribute's value, is to
 * be looked at: markup, references and quotes.
 */
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const stops = byte === LESS || byte === AMPERSAND;
  const name = byte >= 0x80 || /[\w:.-]/.test(String.fromCharCode(byte)) ? NAME : 0;
  const quote = byte === QUOTE || byte === APOSTROPHE;
  return name | (stops ? TEXT_ENDS : 0) | (stops || quote ? VALUE_ENDS : 0);
});

export interface ElementVisitor {
  /**
   * Where the elements end, from this start tag of a child on, that the visitor knows to be well-formed and need not be
   * told of; `at` itself: none. No more than whole elements, and nothing between them.
   */
  passOver(depth: number, bytes: Buffer, at: number): number;
  /**
   * Told each element: its depth (0: the root), where its name stands, and the value of its attribute `r`, where it has
   * one (else both ends are equal).
   */
  open(depth: number, bytes: Buffer, nameStart: number, nameEnd: number, rStart: number, rEnd: number): void;
}

/**
 * Passes on the chunks of a UTF-8 document as they are, once they are seen to be well-formed: names that balance, attributes
 * and references as they should be, one root. It takes any character, any name, and no document type.
 *
 * @throws {XmlProblem}
 */
export async function* wellFormed(
  chunks: AsyncIterable<Buffer>,
  visitor: ElementVisitor,
): AsyncGenerator<Buffer> {
  const check = new WellFormedCheck(visitor);
  for await (const chunk of chunks) {
    check.push(chunk);
    yield chunk;
  }
  check.finish();
}

class WellFormedCheck {
  readonly #visitor: ElementVisitor;
  #bytes: Buffer = Buffer.alloc(0);
  #isStart = true;
  #sawRoot = false;
  /** Names of the open elements, one behind the other, and where each begins. */
  #names = Buffer.alloc(256);
  readonly #nameStarts: number[] = [];
  #namesEnd = 0;
  /** Starts and ends of the names of a tag's attributes; as many of them as the tag has. */
  readonly #attributes: number[] = [];
  #attributesEnd = 0;
  /** The window's memory where it is more than a chunk. */
  #room = Buffer.alloc(0);
  /** The value of its attribute `r`. */
  #rStart = 0;
  #rEnd = 0;

  constructor(visitor: ElementVisitor) {
    this.#visitor = visitor;
  }

  push(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : this.#joined(chunk);
    let from = 0;
    if (this.#isStart) {
      if (this.#bytes.length < 3) return;
      this.#isStart = false;
      if (this.#bytes.readUIntBE(0, 3) === 0xefbbbf) from = 3;
    }
    this.#bytes = this.#bytes.subarray(this.#scan(from));
    if (this.#bytes.length > MAX_TOKEN_BYTES) throw new XmlProblem('a tag is longer than 1 MB');
  }

  /** The rest of the window and the chunk, in the same memory each time. */
  #joined(chunk: Buffer): Buffer {
    const rest = this.#bytes;
    const length = rest.length + chunk.length;
    const room = this.#room.length < length ? Buffer.allocUnsafe(length + chunk.length) : this.#room;
    // Both may be the same memory, which `copy` allows for.
    rest.copy(room, 0);
    chunk.copy(room, rest.length);
    this.#room = room;
    return room.subarray(0, length);
  }

  finish(): void {
    if (this.#bytes.length > 0 || this.#nameStarts.length > 0 || !this.#sawRoot)
      throw new XmlProblem('the XML ends in the middle');
  }

  /** Takes all that the window holds whole; gives where the rest begins. */
  #scan(from: number): number {
    const bytes = this.#bytes;
    const size = bytes.length;
    let at = from;
    for (;;) {
      at = this.#nameStarts.length > 0 ? this.#text(at) : this.#outside(at);
      if (at + 1 >= size || bytes[at] !== LESS) return at;
      const second = bytes[at + 1];
      let end: number;
      if (second === SLASH) end = this.#close(at);
      else if (second === QUESTION) end = behind(bytes, '?>', at + 2);
      else if (second === BANG) end = this.#markup(at);
      else end = this.#elements(at);
      if (end < 0) return at;
      at = end;
    }
  }

  /** Where text ends: before markup, before a reference that the window cuts, or with the window. */
  #text(from: number): number {
    const bytes = this.#bytes;
    const size = bytes.length;
    let at = from;
    for (;;) {
      while (at < size && ((KINDS[bytes[at] ?? 0] ?? 0) & TEXT_ENDS) === 0) at++;
      if (at >= size || bytes[at] === LESS) return at;
      const close = this.#reference(at);
      if (close < 0) return at;
      at = close + 1;
    }
  }

  #outside(from: number): number {
    const bytes = this.#bytes;
    let at = from;
    while (isSpace(bytes[at])) at++;
    if (at < bytes.length && bytes[at] !== LESS) throw new XmlProblem('text stands outside the root');
    return at;
  }

  /** The place of the `;` of a reference; -1 when the window ends before. */
  #reference(at: number): number {
    const bytes = this.#bytes;
    if (bytes[at] !== AMPERSAND) throw new XmlProblem('a < stands where it must not');
    const last = Math.min(at + MAX_REFERENCE_BYTES, bytes.length);
    let close = at + 1;
    while (close < last && (bytes[close] === HASH || isName(bytes[close]))) close++;
    if (close === bytes.length) return -1;
    if (REFERENCE.test(bytes.toString('latin1', at, close + 1))) return close;
    throw new XmlProblem('an & begins no reference');
  }

  #markup(at: number): number {
    const bytes = this.#bytes;
    if (bytes.length - at < 9) return -1;
    const opening = bytes.toString('latin1', at, at + 9);
    if (opening.startsWith('<!--')) return behind(bytes, '-->', at + 4);
    if (opening === '<![CDATA[' && this.#nameStarts.length > 0) return behind(bytes, ']]>', at + 9);
    throw new XmlProblem('a declaration or section stands where it must not');
  }

  #close(at: number): number {
    const bytes = this.#bytes;
    const names = this.#names;
    const start = this.#nameStarts.pop();
    if (start === undefined) throw new XmlProblem('an end tag stands outside the root');
    const namesEnd = this.#namesEnd;
    let end = at + 2;
    for (let i = start; i < namesEnd; i++, end++) {
      if (bytes[end] !== names[i] && end < bytes.length) throw this.#unbalanced(start);
    }
    while (isSpace(bytes[end])) end++;
    if (end >= bytes.length) {
      this.#nameStarts.push(start);
      return -1;
    }
    if (bytes[end] !== GREATER) throw this.#unbalanced(start);
    this.#namesEnd = start;
    return end + 1;
  }

  #unbalanced(start: number): XmlProblem {
    const name = this.#names.toString('utf8', start, Math.min(this.#namesEnd, start + 40));
    return new XmlProblem(`the element ${name} does not end as it should`);
  }

  #elements(at: number): number {
    const depth = this.#nameStarts.length;
    const passed = depth === 0 ? at : this.#visitor.passOver(depth, this.#bytes, at);
    return passed > at ? passed : this.#open(at);
  }

  #open(from: number): number {
    const bytes = this.#bytes;
    const nameStart = from + 1;
    const nameEnd = endOfName(bytes, nameStart);
    if (nameEnd === nameStart && nameEnd < bytes.length) throw new XmlProblem('a tag has no name');
    // Not those of a tag that the window cut: the visitor may have passed it over since.
    this.#rStart = this.#rEnd = 0;
    const end = bytes[nameEnd] === GREATER ? nameEnd : this.#endOfTag(nameEnd);
    if (end < 0) return -1;
    const depth = this.#nameStarts.length;
    if (depth === 0) {
      if (this.#sawRoot) throw new XmlProblem('the XML has a second root');
      this.#sawRoot = true;
    }
    this.#visitor.open(depth, bytes, nameStart, nameEnd, this.#rStart, this.#rEnd);
    if (bytes[end - 1] !== SLASH) this.#pushName(nameStart, nameEnd);
    return end + 1;
  }

  /** The place of the tag's `>`, its attributes looked at; -1 when the window ends before. */
  #endOfTag(from: number): number {
    const bytes = this.#bytes;
    const size = bytes.length;
    this.#attributesEnd = 0;
    let at = from;
    for (;;) {
      const spaces = at;
      while (isSpace(bytes[at])) at++;
      if (bytes[at] === SLASH && at + 1 < size) {
        if (bytes[++at] !== GREATER) throw new XmlProblem('a tag does not end as it should');
      }
      if (at >= size) return -1;
      if (bytes[at] === GREATER) break;
      if (bytes[at] === SLASH) return -1;
      if (at === spaces) throw new XmlProblem('something stands in a tag where it must not');
      at = this.#attribute(at);
      if (at < 0) return -1;
    }
    if (this.#attributesEnd >= MANY_ATTRIBUTES) this.#allOnce();
    return at;
  }

  /** Where the attribute ends; -1 when the window ends before. */
  #attribute(start: number): number {
    const bytes = this.#bytes;
    const size = bytes.length;
    const stop = endOfName(bytes, start);
    let at = stop;
    while (isSpace(bytes[at])) at++;
    if (at >= size) return -1;
    if (stop === start || bytes[at] !== EQUALS) throw new XmlProblem('an attribute has no value');
    at++;
    while (isSpace(bytes[at])) at++;
    if (at >= size) return -1;
    const quote = bytes[at];
    if (quote !== QUOTE && quote !== APOSTROPHE) throw new XmlProblem('an attribute has no value');
    const value = ++at;
    for (;;) {
      while (at < size && ((KINDS[bytes[at] ?? 0] ?? 0) & VALUE_ENDS) === 0) at++;
      if (at >= size) return -1;
      const byte = bytes[at];
      if (byte === quote) break;
      if (byte !== QUOTE && byte !== APOSTROPHE) {
        at = this.#reference(at);
        if (at < 0) return -1;
      }
      at++;
    }
    this.#once(start, stop);
    if (stop - start === 1 && bytes[start] === BYTE_R) {
      this.#rStart = value;
      this.#rEnd = at;
    }
    return at + 1;
  }

  /** @throws {XmlProblem} the tag has an attribute of that name already */
  #once(start: number, end: number): void {
    const bytes = this.#bytes;
    const attributes = this.#attributes;
    const count = this.#attributesEnd;
    if (count < MANY_ATTRIBUTES) {
      for (let i = 0; i < count; i += 2) {
        const from = attributes[i] ?? 0;
        if ((attributes[i + 1] ?? 0) - from === end - start && same(bytes, from, start, end - start))
          throw new XmlProblem('a tag has one attribute twice');
      }
    }
    attributes[count] = start;
    attributes[count + 1] = end;
    this.#attributesEnd = count + 2;
  }

  #allOnce(): void {
    const names = new Set<string>();
    const attributes = this.#attributes;
    for (let i = 0; i < this.#attributesEnd; i += 2)
      names.add(this.#bytes.toString('latin1', attributes[i], attributes[i + 1]));
    if (names.size < this.#attributesEnd / 2) throw new XmlProblem('a tag has one attribute twice');
  }

  #pushName(start: number, end: number): void {
    const bytes = this.#bytes;
    let to = this.#namesEnd;
    this.#nameStarts.push(to);
    if (to + end - start > this.#names.length)
      this.#names = Buffer.concat([this.#names], 2 * (this.#names.length + end - start));
    const names = this.#names;
    for (let at = start; at < end; at++) names[to++] = bytes[at] ?? 0;
    this.#namesEnd = to;
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isName(byte: number | undefined): boolean {
  return ((KINDS[byte ?? 0] ?? 0) & NAME) !== 0;
}

function endOfName(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && isName(bytes[at])) at++;
  return at;
}

function same(bytes: Buffer, one: number, other: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[one + i] !== bytes[other + i]) return false;
  return true;
}

function behind(bytes: Buffer, closing: string, from: number): number {
  const at = bytes.indexOf(closing, from);
  return at < 0 ? -1 : at + closing.length;
}
