import { errorMessage } from '../src/errors.ts';

/** Ends what was started, the last first, one after the other, whether a bench ends, fails or is interrupted. */
export class Cleanup {
  readonly #ends: { what: string; end: () => Promise<void> }[] = [];
  readonly #onProblem: (line: string) => void;
  readonly #interrupted = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(onProblem: (line: string) => void) {
    this.#onProblem = onProblem;
  }

  /** Aborted by {@link interrupt}. */
  get interrupted(): AbortSignal {
    return this.#interrupted.signal;
  }

  add(what: string, end: () => Promise<void>): void {
    this.#ends.push({ what, end });
    if (this.interrupted.aborted) void this.run();
  }

  /** Never rejects: one end that fails must not keep the others. */
  run(): Promise<void> {
    this.#running = this.#running.then(() => this.#drain());
    return this.#running;
  }

  /** As {@link run}, and ends at once what a part still starts before it notices. */
  interrupt(): void {
    this.#interrupted.abort();
    void this.run();
  }

  async #drain(): Promise<void> {
    for (let next = this.#ends.pop(); next !== undefined; next = this.#ends.pop()) {
      const { what, end } = next;
      await end().catch((error: unknown) =>
        this.#onProblem(`${what} was not ended well: ${errorMessage(error)}`),
      );
    }
  }
}
