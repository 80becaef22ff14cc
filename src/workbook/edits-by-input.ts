import type { CellEdit } from './types.ts';

const NONE = -1;

/** The edits that ask for a text as their input: chains in one array, since a list for each text would take as much memory. */
export class EditsByInput {
  readonly #first = new Map<string, number>();
  readonly #next: Int32Array;

  constructor(edits: readonly CellEdit[]) {
    this.#next = new Int32Array(edits.length);
    for (let at = edits.length - 1; at >= 0; at--) {
      const input = edits[at]?.input ?? '';
      this.#next[at] = this.first(input);
      this.#first.set(input, at);
    }
  }

  /** The place of the first edit with this input; -1 for none. */
  first(input: string): number {
    return this.#first.get(input) ?? NONE;
  }

  /** The place of the next edit with the same input; -1 for none. */
  next(at: number): number {
    return this.#next[at] ?? NONE;
  }
}
