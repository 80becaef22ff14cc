/** Wrong tokens from an address in a window of a minute, after which none is looked at until it is over. */
const MOST_TRIES = 10;
const WINDOW_MS = 60_000;
/** Addresses that are remembered: some hundred bytes each. */
const MOST_ADDRESSES = 10_000;

/** Counts wrong tokens by address. Open sessions and what needs no token are none of its business. */
export class FailedTries {
  readonly #byAddress = new Map<string, { count: number; endsMs: number }>();

  /** How long no token of this address is looked at; 0: it is. */
  waitMs(address: string, nowMs: number): number {
    const tries = this.#byAddress.get(address);
    if (tries === undefined || tries.endsMs <= nowMs || tries.count < MOST_TRIES) return 0;
    return tries.endsMs - nowMs;
  }

  add(address: string, nowMs: number): void {
    const tries = this.#byAddress.get(address);
    if (tries !== undefined && tries.endsMs > nowMs) {
      tries.count += 1;
      return;
    }
    this.#byAddress.delete(address);
    this.#byAddress.set(address, { count: 1, endsMs: nowMs + WINDOW_MS });
    const [oldest] = this.#byAddress.keys();
    if (this.#byAddress.size > MOST_ADDRESSES && oldest !== undefined) this.#byAddress.delete(oldest);
  }
}
