const AMPERSAND = 0x26;
const SPACE = 0x20;
const UNDERSCORE = 0x5f;

/** Tells by their bytes most texts apart from those of a set, without decoding them. */
export class TextFilter {
  readonly #signatures = new Set<number>();
  /** The replacement character stands for bytes that cannot be known from it. */
  #holdsReplacements = false;

  constructor(texts: Iterable<string>) {
    for (const text of texts) {
      this.#holdsReplacements ||= text.includes('\uFFFD');
      const bytes = Buffer.from(text, 'utf8');
      this.#signatures.add(signature(bytes, 0, bytes.length));
    }
  }

  /** False only if the text is none of the set. Escaped texts may be any, and those with white space that decoding changes. */
  mayBe(bytes: Buffer, start: number, end: number): boolean {
    if (this.#holdsReplacements || this.#signatures.has(signature(bytes, start, end))) return true;
    for (let at = start; at < end; at++) {
      const byte = bytes[at];
      if (byte === AMPERSAND || byte === UNDERSCORE || (byte ?? 0) < SPACE) return true;
    }
    return false;
  }
}

/** Of the length and the last four bytes, where numbers that count up differ most. */
function signature(bytes: Buffer, start: number, end: number): number {
  let hash = end - start;
  for (let at = Math.max(start, end - 4); at < end; at++) hash = Math.imul(hash, 31) + (bytes[at] ?? 0);
  return hash;
}
