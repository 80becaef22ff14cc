import { ActivityFailure, CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { HELD_PAUSE_MS, isHeld, reading } from './activity-proxies.ts';
import type { BatchRun, Trouble } from './batch-run.ts';

/** A workbook that cannot be read just now is tried again after 10, 20, 40 … 300 s. */
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 300_000;
const UNREADABLE: Trouble = { waitsFor: 'file', why: 'the saved workbook cannot be read' };

/** Takes the rows of saves into a running batch. A save that is lost with a run is told again by the relay. */
export class Joins {
  readonly #run: BatchRun;
  #asked: boolean;
  #joining = false;
  /** The file server refused the login. */
  #held: Trouble | null = null;

  constructor(run: BatchRun) {
    this.#run = run;
    this.#asked = run.input.carried?.joins ?? false;
  }

  ask(): void {
    this.#asked = true;
  }

  /** Whether a save waits to be read; a batch that is cancelled takes none. */
  get asked(): boolean {
    return this.#asked && this.#run.cancelled === null;
  }

  /** No save waits, and none is being read. */
  get done(): boolean {
    return !this.asked && !this.#joining;
  }

  /** Runs until `isOver`; a reading under way is broken off then: the successor begins it anew. */
  async work(isOver: () => boolean): Promise<void> {
    const run = this.#run;
    let tries = 0;
    while (!isOver()) {
      await condition(() => isOver() || this.asked);
      if (isOver()) return;
      if (await this.#join()) tries = 0;
      else {
        const held = this.#held;
        const pauseMs =
          held === null ? Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS) : HELD_PAUSE_MS;
        tries += 1;
        const { resumes } = run;
        const isResumed = () => held !== null && run.resumes > resumes;
        const { waitsFor, why } = held ?? UNREADABLE;
        await run.wait(pauseMs, why, waitsFor, () => isOver() || !this.asked || isResumed());
      }
    }
  }

  /** Why a save cannot be read for now; null: it can. What a writeback tells stays. */
  async #tellHeld(why: string | null): Promise<void> {
    const before = this.#held;
    if ((before?.why ?? null) === why) return;
    this.#held = why === null ? null : { waitsFor: 'held', why };
    if (this.#run.trouble === before) await this.#run.tellTrouble(this.#held);
  }

  async #join(): Promise<boolean> {
    const run = this.#run;
    const isOff = () => run.rollsOver || run.figures.ended || run.dropped;
    const { batchId } = run.input;
    const scope = new CancellationScope();
    // One that comes meanwhile is read anew.
    this.#asked = false;
    this.#joining = true;
    try {
      const joined = scope.run(() =>
        reading.joinRows.executeWithOptions({ summary: 'rows of a save' }, [{ batchId }]),
      );
      await Promise.race([joined, condition(isOff)]);
      if (isOff()) scope.cancel();
      const before = run.progress().state;
      run.update(await joined);
      // No step more than needed: what else goes on at this moment would be overtaken.
      if (this.#held !== null) await this.#tellHeld(null);
      if (run.progress().state !== before) await run.show();
      return true;
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      this.#asked = true;
      if (isHeld(error)) await this.#tellHeld(`${UNREADABLE.why}: ${error.cause?.message ?? error.message}`);
      return isCancellation(error);
    } finally {
      this.#joining = false;
    }
  }
}
