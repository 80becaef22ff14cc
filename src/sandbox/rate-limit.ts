/** What the account has left at one moment. */
export interface RateDecision {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** When the oldest call leaves the window: set only when the limit is reached. */
  resetMs: number | null;
}

/**
 * N calls in any window of the account. A refused call does not count: otherwise a client that keeps asking would be
 * locked out for ever.
 */
export class RateLimit {
  #limit: number;
  #windowMs: number;
  /** Arrival times of the counted calls, oldest first, from `#first` on. */
  #times: number[] = [];
  #first = 0;

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  configure(limit: number, windowMs: number): void {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  get limit(): number {
    return this.#limit;
  }

  get windowMs(): number {
    return this.#windowMs;
  }

  /** Counts a call, or refuses it. */
  call(nowMs: number): RateDecision {
    const used = this.#used(nowMs);
    const allowed = used < this.#limit;
    if (allowed) this.#times.push(nowMs);
    const remaining = Math.max(0, this.#limit - used - (allowed ? 1 : 0));
    // With a limit lowered meanwhile, more than one call must leave the window first.
    const leaving = this.#times[Math.max(this.#first, this.#times.length - this.#limit)];
    const resetMs = allowed || leaving === undefined ? null : leaving + this.#windowMs;
    return { allowed, limit: this.#limit, remaining, resetMs };
  }

  #used(nowMs: number): number {
    let oldest = this.#times[this.#first];
    while (oldest !== undefined && oldest <= nowMs - this.#windowMs) {
      this.#first++;
      oldest = this.#times[this.#first];
    }
    if (this.#first > 1000) {
      this.#times = this.#times.slice(this.#first);
      this.#first = 0;
    }
    return this.#times.length - this.#first;
  }
}
