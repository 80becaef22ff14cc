import { XmlProblem } from '../../xml/xml-problem.ts';

/** Bytes of the unzipped part to be replaced: `remove` of them from `offset` on, by the text `insert`. */
export interface Splice {
  offset: number;
  remove: number;
  insert: string;
}

/** Splices of one part, made anew each time they are gone through: a sheet's worth takes more memory than the sheet. */
export function splicesMadeBy(make: () => Iterator<Splice>): Iterable<Splice> {
  return { [Symbol.iterator]: make };
}

/** @throws {XmlProblem} they go backwards, or one reaches into another */
export function checkOrder(splices: Iterable<Splice>): void {
  let end = 0;
  for (const { offset, remove } of splices) {
    if (offset < end) throw new XmlProblem('the places to be written are out of order');
    end = offset + remove;
  }
}

/** Small pieces are gathered to blocks of this size, so that compressing is not called for each. */
const BLOCK_BYTES = 128 * 1024;

/**
 * Passes chunks on with the splices made; every other byte stays as it is.
 *
 * @param splices in order, as `checkOrder` has it
 * @throws {XmlProblem} they reach beyond the part: what was passed on is to be thrown away
 */
export async function* applySplices(
  chunks: AsyncIterable<Buffer>,
  splices: Iterable<Splice>,
): AsyncGenerator<Buffer> {
  const pending = splices[Symbol.iterator]();
  let splice = pending.next();
  const blocks = new BlockWriter();
  let position = 0;
  let removeUntil = 0;
  for await (const chunk of chunks) {
    const end = position + chunk.length;
    // Nearly all chunks of a large sheet are as they were.
    if (removeUntil <= position && (splice.done === true || splice.value.offset >= end)) {
      yield* blocks.takeAll();
      yield chunk;
      position = end;
      continue;
    }
    let at = position;
    while (splice.done !== true && splice.value.offset < end) {
      const { offset, remove, insert } = splice.value;
      blocks.bytes(chunk, Math.max(at, removeUntil) - position, offset - position);
      blocks.text(insert);
      at = offset;
      removeUntil = offset + remove;
      splice = pending.next();
    }
    blocks.bytes(chunk, Math.min(Math.max(at, removeUntil), end) - position, chunk.length);
    position = end;
    yield* blocks.takeFull();
  }
  if (splice.done !== true || removeUntil > position)
    throw new XmlProblem('a place to be written is behind the end');
  yield* blocks.takeAll();
}

/** Gathers small pieces to blocks. */
class BlockWriter {
  #full: Buffer[] = [];
  #block = Buffer.allocUnsafe(BLOCK_BYTES);
  #filled = 0;

  bytes(source: Buffer, start: number, end: number): void {
    let from = start;
    while (from < end) {
      const copied = source.copy(this.#block, this.#filled, from, end);
      this.#filled += copied;
      from += copied;
      if (this.#filled === BLOCK_BYTES) this.#next();
    }
  }

  text(text: string): void {
    // Three bytes a UTF-16 unit at most.
    if (text.length * 3 > BLOCK_BYTES - this.#filled) {
      const bytes = Buffer.from(text, 'utf8');
      this.bytes(bytes, 0, bytes.length);
    } else {
      this.#filled += this.#block.write(text, this.#filled, 'utf8');
    }
  }

  takeFull(): Buffer[] {
    const full = this.#full;
    this.#full = [];
    return full;
  }

  takeAll(): Buffer[] {
    if (this.#filled > 0) this.#next();
    return this.takeFull();
  }

  #next(): void {
    this.#full.push(this.#block.subarray(0, this.#filled));
    // The one given away may still be read from.
    this.#block = Buffer.allocUnsafe(BLOCK_BYTES);
    this.#filled = 0;
  }
}

/** Both, by ascending offset. */
export function inOrder(first: Iterable<Splice>, second: Iterable<Splice>): Iterable<Splice> {
  return splicesMadeBy(() => merged(first, second));
}

function* merged(first: Iterable<Splice>, second: Iterable<Splice>): Generator<Splice> {
  const others = second[Symbol.iterator]();
  let other = others.next();
  for (const splice of first) {
    for (; other.done !== true && other.value.offset < splice.offset; other = others.next())
      yield other.value;
    yield splice;
  }
  for (; other.done !== true; other = others.next()) yield other.value;
}
