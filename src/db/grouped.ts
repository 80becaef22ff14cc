import { setTimeout as delay } from 'node:timers/promises';

/** After a group the next one has so long to collect: under load, small groups are most of the work. */
const GAP_MS = 15;
/** A group whose connection hangs, or that waits for a lock, keeps the next one no longer than that. */
const LONGEST_MS = 1_000;

interface Asked<Item, Answer> {
  item: Item;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/**
 * What many ask for one by one, and the database does for many at once: while one group is under way, the next one
 * collects. A lone one goes at once. Where a group fails, each of it is tried alone: one's trouble is not the others'.
 */
export class Grouped<Item, Answer> {
  /** One answer for each, in order. */
  readonly #work: (items: readonly Item[]) => Promise<readonly Answer[]>;
  readonly #longestMs: number;
  #waiting: Asked<Item, Answer>[] = [];
  #isRunning = false;

  constructor(work: (items: readonly Item[]) => Promise<readonly Answer[]>, longestMs = LONGEST_MS) {
    this.#work = work;
    this.#longestMs = longestMs;
  }

  ask(item: Item): Promise<Answer> {
    const answered = new Promise<Answer>((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
    });
    if (!this.#isRunning) void this.#run();
    return answered;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // Those that ask in the same turn go together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      await Promise.race([this.#answer(group), delay(this.#longestMs, undefined, { ref: false })]);
      await delay(GAP_MS);
    }
    this.#isRunning = false;
  }

  async #answer(group: readonly Asked<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.#work(group.map(({ item }) => item));
      for (const [index, { resolve }] of group.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      if (group.length === 1) for (const { reject } of group) reject(error);
      else for (const each of group) await this.#answer([each]);
    }
  }
}
