import { forEachToken } from '../../xml/elements.ts';
import { XmlProblem } from '../../xml/xml-problem.ts';
import { decodeXml } from '../../xml/xml-text.ts';

/** What a WebDAV server tells of one file or folder. */
export interface DavEntry {
  /** As it came: percent-encoded, with or without the origin. */
  href: string;
  /**
   * The texts of the properties it has, and of the elements in them, by local name: of several of one name the first.
   * Only properties that were asked for come, so no two of them share a local name.
   */
  properties: ReadonlyMap<string, string>;
}

/** More than one answer is held for, in entries or in bytes. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong';
}

/** A folder of 100,000 files: 60 MB of XML as Nextcloud writes it, and as much memory. */
const MAX_ENTRIES = 100_000;
const MAX_BYTES = 64 * 1024 * 1024;
/** Deeper than any property is nested. */
const MAX_DEPTH = 64;
const OK = /^HTTP\/\S+ 2\d\d\b/;

/**
 * Reads a multistatus answer (RFC 4918, section 13) as it comes, without holding its text. Entries that could not be
 * told of, and properties that an entry does not have, are left out. Entities are never expanded.
 *
 * @throws {XmlProblem} not XML, or no multistatus
 * @throws {AnswerTooLong}
 */
export async function readMultistatus(chunks: AsyncIterable<Buffer>): Promise<DavEntry[]> {
  const reader = new MultistatusReader();
  await forEachToken(limited(chunks), (token, xml) => {
    xml.wantsText = true;
    switch (token) {
      case 'open':
        reader.open(xml.name);
        break;
      case 'empty':
        reader.open(xml.name);
        reader.close();
        break;
      case 'close':
        reader.close();
        break;
      case 'text':
        reader.text(decodeXml(xml.bytes, xml.start, xml.end));
        break;
      case 'cdata':
        reader.text(xml.bytes.toString('utf8', xml.valueStart, xml.valueEnd));
        break;
      case 'more':
      case 'end':
        break;
    }
  });
  return reader.finish();
}

async function* limited(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new AnswerTooLong('the answer is over 64 MB');
    yield chunk;
  }
}

class MultistatusReader {
  readonly #entries: DavEntry[] = [];
  readonly #open: { name: string; text: string }[] = [];
  #sawRoot = false;
  #href = '';
  #failed = false;
  #properties = new Map<string, string>();
  /** Of one propstat: its properties count if its status, which comes after them, is a good one. */
  #candidates = new Map<string, string>();
  #found = false;

  open(name: string): void {
    if (this.#open.length === 0) {
      if (name !== 'multistatus') throw new XmlProblem('it is no multistatus');
      this.#sawRoot = true;
    }
    if (this.#open.push({ name, text: '' }) > MAX_DEPTH) throw new XmlProblem('the XML is nested too deep');
  }

  text(text: string): void {
    // It belongs to each element that is open, but for multistatus and response.
    for (const element of this.#open.slice(2)) element.text += text;
  }

  close(): void {
    const element = this.#open.pop();
    if (element === undefined) throw new XmlProblem('a tag is closed that was not open');
    const text = element.text.trim();
    const path = this.#open.map(({ name }) => name).join('/');
    if (path === 'multistatus' && element.name === 'response') this.#endEntry();
    else if (path === 'multistatus/response') {
      if (element.name === 'href') this.#href = text;
      else if (element.name === 'status') this.#failed = !OK.test(text);
      else if (element.name === 'propstat') this.#endPropstat();
    } else if (path === 'multistatus/response/propstat') {
      if (element.name === 'status') this.#found = OK.test(text);
    } else if (path.startsWith('multistatus/response/propstat/prop')) {
      if (!this.#candidates.has(element.name)) this.#candidates.set(element.name, text);
    }
  }

  finish(): DavEntry[] {
    if (!this.#sawRoot || this.#open.length > 0) throw new XmlProblem('the XML ends in the middle');
    return this.#entries;
  }

  #endPropstat(): void {
    if (this.#found) for (const [name, text] of this.#candidates) this.#properties.set(name, text);
    this.#candidates = new Map();
    this.#found = false;
  }

  #endEntry(): void {
    if (this.#entries.length === MAX_ENTRIES) throw new AnswerTooLong('the answer has over 100,000 entries');
    if (!this.#failed && this.#href !== '')
      this.#entries.push({ href: this.#href, properties: this.#properties });
    this.#href = '';
    this.#failed = false;
    this.#properties = new Map();
  }
}
