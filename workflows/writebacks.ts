import { ActivityFailure, ApplicationFailure, condition } from '@temporalio/workflow';
import { HELD_PAUSE_MS, IN_USE_TYPES, isHeld, writing } from './activity-proxies.ts';
import { WAITING_FOR_WORKBOOK } from '../src/batches/waiting-text.ts';
import type { BatchRun, Trouble } from './batch-run.ts';

interface Pauses {
  firstMs: number;
  longestMs: number;
}

/** A workbook that cannot be written (gone, moved, no permission) is tried again after 1, 2, 4 … 10 minutes. */
const TROUBLE: Pauses = { firstMs: 60_000, longestMs: 600_000 };
/** One that somebody has locked or open is free again sooner: after 2, 4, 8 … 60 seconds. */
const IN_USE: Pauses = { firstMs: 2_000, longestMs: 60_000 };
/** Looked after by everybody at once. */
const HELD: Pauses = { firstMs: HELD_PAUSE_MS, longestMs: HELD_PAUSE_MS };
const UNKNOWN_TROUBLE: Trouble = { waitsFor: 'file', why: 'the workbook cannot be written' };

/** Writes a batch's results back, or delivers them, whenever enough rows are new, one writeback at a time, beside all else. */
export class Writebacks {
  readonly #run: BatchRun;
  /** Nothing more will come: the rest is written, however little it is. */
  readonly #isLast: () => boolean;
  #writing = false;
  /** Dropped, and written as far as it could be. */
  #gaveUp = false;
  /** The rows that wait are shown before the first of them has a result. */
  #shown: boolean;

  constructor(run: BatchRun, isLast: () => boolean) {
    this.#run = run;
    this.#isLast = isLast;
    // A delivery tells of rows that have ended, and of the end.
    this.#shown = run.input.fromRows === true;
  }

  get done(): boolean {
    const { unwritten, unshown } = this.#run.figures;
    return !this.#writing && (this.#gaveUp || (unwritten === 0 && unshown === 0));
  }

  /** Runs until `isOver`. A workbook that cannot be written is tried again, told meanwhile; dropped, once more only. */
  async work(isOver: () => boolean): Promise<void> {
    const run = this.#run;
    let tries = 0;
    while (!isOver()) {
      await condition(() => isOver() || this.#due);
      if (isOver()) return;
      const wasDropped = run.dropped;
      const pauses = await this.#write();
      if (pauses === null) {
        tries = 0;
        const { writebackMinIntervalMs } = run.input;
        if (writebackMinIntervalMs > 0)
          await condition(() => isOver() || this.#isLast(), writebackMinIntervalMs);
        continue;
      }
      if (wasDropped) this.#gaveUp = true;
      const pauseMs = Math.min(pauses.firstMs * 2 ** tries, pauses.longestMs);
      tries += 1;
      const { waitsFor, why } = run.trouble ?? UNKNOWN_TROUBLE;
      const { resumes } = run;
      const isResumed = () => pauses === HELD && run.resumes > resumes;
      await run.wait(pauseMs, why, waitsFor, () => isOver() || (run.dropped && !wasDropped) || isResumed());
    }
  }

  get #due(): boolean {
    const { unwritten, unshown } = this.#run.figures;
    if (this.done) return false;
    return unwritten >= this.#run.input.writebackEvery || (unshown > 0 && !this.#shown) || this.#isLast();
  }

  /** Null: written. Otherwise how long to pause before the next try. */
  async #write(): Promise<Pauses | null> {
    const run = this.#run;
    const { unwritten } = run.figures;
    const { batchId, fromRows } = run.input;
    const summary =
      fromRows === true
        ? 'results to the webhook, if there is one'
        : unwritten > 0
          ? `${unwritten} results into the workbook`
          : 'the status column';
    this.#writing = true;
    this.#shown = true;
    let pauses: Pauses | null = null;
    let trouble: Trouble | null = null;
    try {
      const order = fromRows === true ? { batchId, isLast: this.#isLast() } : { batchId };
      run.update(await writing.writeBack.executeWithOptions({ summary }, [order]));
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      const { cause } = error;
      const inUse = cause instanceof ApplicationFailure && IN_USE_TYPES.includes(cause.type ?? '');
      const held = isHeld(error);
      pauses = held ? HELD : inUse ? IN_USE : TROUBLE;
      const what = inUse ? WAITING_FOR_WORKBOOK : 'the workbook cannot be written';
      const waitsFor = held ? 'held' : inUse ? 'lock' : 'file';
      const told = cause?.message ?? error.message;
      trouble =
        fromRows === true
          ? { waitsFor: 'webhook', why: `the results cannot be sent: ${told}` }
          : { waitsFor, why: `${what}: ${told}` };
    }
    await run.tellTrouble(trouble);
    if (pauses === null) run.showAttributes();
    this.#writing = false;
    return pauses;
  }
}
