/** Bytes of the unzipped part to be replaced: `remove` of them from `offset` on, by the text `insert`. */
export interface Splice {
  offset: number;
  remove: number;
  insert: string;
}

/** Small pieces are gathered to blocks of this size, so that compressing is not called for each. */
const BLOCK_BYTES = 128 * 1024;

/**
 * Passes chunks on with the splices made; every other byte stays as it is.
 *
 * @param splices in any order, none overlapping another
 */
export async function* applySplices(
  chunks: AsyncIterable<Buffer>,
  splices: readonly Splice[],
): AsyncGenerator<Buffer> {
  const ordered = splices.toSorted((a, b) => a.offset - b.offset);
  const block = new BlockWriter();
  let position = 0;
  let removeUntil = 0;
  let next = 0;
  for await (const chunk of chunks) {
    const end = position + chunk.length;
    let at = position;
    for (let splice = ordered[next]; splice !== undefined && splice.offset < end; splice = ordered[++next]) {
      yield* block.write(chunk.subarray(Math.max(at, removeUntil) - position, splice.offset - position));
      yield* block.write(Buffer.from(splice.insert, 'utf8'));
      at = splice.offset;
      removeUntil = splice.offset + splice.remove;
    }
    yield* block.write(chunk.subarray(Math.min(Math.max(at, removeUntil), end) - position));
    position = end;
  }
  yield* block.rest();
}

class BlockWriter {
  #block = Buffer.allocUnsafe(BLOCK_BYTES);
  #filled = 0;

  *write(bytes: Buffer): Generator<Buffer> {
    let from = 0;
    while (from < bytes.length) {
      const copied = bytes.copy(this.#block, this.#filled, from);
      this.#filled += copied;
      from += copied;
      if (this.#filled < BLOCK_BYTES) continue;
      yield this.#block;
      // The one given away may still be read from.
      this.#block = Buffer.allocUnsafe(BLOCK_BYTES);
      this.#filled = 0;
    }
  }

  *rest(): Generator<Buffer> {
    if (this.#filled > 0) yield this.#block.subarray(0, this.#filled);
  }
}
