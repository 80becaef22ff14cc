import { appendFileSync } from 'node:fs';
import { errorMessage } from '../src/errors.ts';

/** What was done, when: counted for the report, and a line each in a file for whoever looks into a finding. */
export class Diary {
  readonly #file: string;
  readonly #counts = new Map<string, number>();
  readonly #startedMs = performance.now();

  constructor(file: string) {
    this.#file = file;
  }

  /** `kind` is counted, `details` is for people. */
  did(kind: string, details: string): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    this.say(`${kind} ${details}`);
  }

  refused(kind: string, error: unknown): void {
    this.did(`${kind} refused`, errorMessage(error));
  }

  say(line: string): void {
    const seconds = ((performance.now() - this.#startedMs) / 1_000).toFixed(1);
    appendFileSync(this.#file, `${new Date().toISOString()} ${seconds} s: ${line}\n`);
  }

  /** How often each kind was done. */
  counts(): Record<string, number> {
    return Object.fromEntries([...this.#counts].toSorted(([a], [b]) => a.localeCompare(b)));
  }
}
