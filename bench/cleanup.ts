import { errorMessage } from '../src/errors.ts';

/** Ends what was started, the last first, each once, whether a bench ends, fails or is interrupted. */
export class Cleanup {
  private readonly ends: { what: string; end: () => Promise<void> }[] = [];
  private closed = false;
  private readonly onProblem: (line: string) => void;

  constructor(onProblem: (line: string) => void) {
    this.onProblem = onProblem;
  }

  /** After {@link close} it is ended at once. */
  add(what: string, end: () => Promise<void>): void {
    this.ends.push({ what, end });
    if (this.closed) void this.run();
  }

  /** An interruption: also ends what a part still starts before it notices. */
  async close(): Promise<void> {
    this.closed = true;
    await this.run();
  }

  /** Never rejects: one end that fails must not keep the others. May be called again. */
  async run(): Promise<void> {
    for (let next = this.ends.pop(); next !== undefined; next = this.ends.pop()) {
      const { what, end } = next;
      await end().catch((error: unknown) =>
        this.onProblem(`${what} was not ended well: ${errorMessage(error)}`),
      );
    }
  }
}
