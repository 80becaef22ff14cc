import { splicesMadeBy } from '../zip/splices.ts';
import type { Splice } from '../zip/splices.ts';

/** Numbers a formula takes: see the getters. */
const WIDTH = 7;
const FIRST_ROOM = 1024;

/** Where in the part a formula's stored value stands, in bytes; a length of 0: it is not there. */
export interface StoredValue {
  /** The cell's `t`, with the space before it. */
  typeStart: number;
  typeLength: number;
  valueStart: number;
  valueLength: number;
}

/**
 * Formulas in the order of the file, sheet by sheet, in 28 bytes each: a hundred thousand are a small workbook. A cell
 * of an array formula that is not its first is one too: its value is calculated with the first one's.
 */
export class FormulaList {
  length = 0;
  #numbers = new Int32Array(FIRST_ROOM * WIDTH);
  /** Value metadata (`vm`), which few cells have, by place in the list. */
  readonly #metadata = new Map<number, Splice>();

  /** @param wording of its formula, or for a member of an array the first cell's place in the list, made negative by `member` */
  add(row: number, column: number, wording: number, value: StoredValue): number {
    const at = this.length++;
    if (this.length * WIDTH > this.#numbers.length) {
      const wider = new Int32Array(this.#numbers.length * 2);
      wider.set(this.#numbers);
      this.#numbers = wider;
    }
    this.#numbers.set(
      [row, column, wording, value.typeStart, value.typeLength, value.valueStart, value.valueLength],
      at * WIDTH,
    );
    return at;
  }

  addMetadata(at: number, start: number, length: number): void {
    this.#metadata.set(at, { offset: start, remove: length, insert: '' });
  }

  row(at: number): number {
    return this.#number(at, 0);
  }

  column(at: number): number {
    return this.#number(at, 1);
  }

  /** Negative for a member of an array: `firstOf` tells whose. */
  wording(at: number): number {
    return this.#number(at, 2);
  }

  hasValue(at: number): boolean {
    return this.#number(at, 4) > 0 || this.#number(at, 6) > 0;
  }

  /** Removes the stored values of these formulas from the part, and what goes with them. */
  droppedValues(drops: (at: number) => boolean): Iterable<Splice> {
    return splicesMadeBy(() => this.#dropped(drops));
  }

  *#dropped(drops: (at: number) => boolean): Generator<Splice> {
    for (let at = 0; at < this.length; at++) {
      if (!drops(at)) continue;
      const type = this.#removed(at, 3);
      const metadata = this.#metadata.get(at);
      if (metadata !== undefined && metadata.offset < type.offset) yield metadata;
      if (type.remove > 0) yield type;
      if (metadata !== undefined && metadata.offset >= type.offset) yield metadata;
      const value = this.#removed(at, 5);
      if (value.remove > 0) yield value;
    }
  }

  /** @param which of the numbers is its start; the next one is its length */
  #removed(at: number, which: number): Splice {
    return { offset: this.#number(at, which), remove: this.#number(at, which + 1), insert: '' };
  }

  #number(at: number, which: number): number {
    return this.#numbers[at * WIDTH + which] ?? 0;
  }
}

/** The wording of a member of an array, by the place of the array's first cell, and back. */
export const member = (first: number): number => -first - 1;
export const firstOf = (wording: number): number => -wording - 1;
