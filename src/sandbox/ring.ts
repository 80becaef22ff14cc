/** A list that keeps only its latest `capacity` items: a sandbox left running for days must not grow. */
export class Ring<T> {
  readonly #capacity: number;
  #items: T[] = [];
  #dropped = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  push(item: T): void {
    this.#items.push(item);
    // Cut in one go at twice the capacity: shifting one by one costs the whole list each time.
    if (this.#items.length >= 2 * this.#capacity) {
      this.#dropped += this.#items.length - this.#capacity;
      this.#items = this.#items.slice(-this.#capacity);
    }
  }

  /** The latest items, oldest first. */
  items(): T[] {
    return this.#items.slice(-this.#capacity);
  }

  /** How many items were ever pushed. */
  get total(): number {
    return this.#dropped + this.#items.length;
  }

  /** Forgets the items, not how many there were. */
  clear(): void {
    this.#dropped += this.#items.length;
    this.#items = [];
  }
}
