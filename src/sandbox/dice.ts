/** FNV-1a over UTF-16 units, then mixed: neighbouring numbers must not give neighbouring parcels. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Draws that depend on a text alone: the same start URL gives the same parcel for ever. */
export class Dice {
  #state: number;

  constructor(text: string) {
    this.#state = hashOf(text);
  }

  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number {
    // Mulberry32.
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * limit);
  }

  /** One item of a list that has at least one. */
  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }

  /** A new list with the same items in a drawn order. */
  shuffle<T>(items: readonly T[]): T[] {
    const left = [...items];
    const drawn: T[] = [];
    while (left.length > 0) {
      const index = this.below(left.length);
      const last = left.pop() as T;
      if (index === left.length) {
        drawn.push(last);
      } else {
        drawn.push(left[index] as T);
        left[index] = last;
      }
    }
    return drawn;
  }
}
