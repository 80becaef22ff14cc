import { ActivityFailure, ApplicationFailure, condition } from '@temporalio/workflow';
import { IN_USE_TYPES, results } from './activity-proxies.ts';
import type { BatchRun } from './batch-run.ts';

interface Pauses {
  firstMs: number;
  longestMs: number;
}

/** A workbook that cannot be written (gone, moved, no permission) is tried again after 1, 2, 4 … 10 minutes. */
const TROUBLE: Pauses = { firstMs: 60_000, longestMs: 600_000 };
/** One that somebody has locked or open is free again sooner: after 2, 4, 8 … 60 seconds. */
const IN_USE: Pauses = { firstMs: 2_000, longestMs: 60_000 };

/** Writes a batch's results back whenever enough rows are new, one writeback at a time. */
export class Writebacks {
  readonly #run: BatchRun;

  constructor(run: BatchRun) {
    this.#run = run;
  }

  /** Runs until `isOver`; {@link writeAll} does the rest, without waiting. */
  async asRowsComplete(isOver: () => boolean): Promise<void> {
    const { writebackEvery, writebackMinIntervalMs } = this.#run.input;
    const due = () => this.#run.figures.unwritten >= writebackEvery;
    // The rows that wait are shown before the first of them has a result.
    if (this.#run.figures.unshown > 0) await this.writeAll(isOver);
    while (!isOver()) {
      await condition(() => isOver() || due());
      if (isOver()) return;
      await this.writeAll(isOver);
      if (writebackMinIntervalMs > 0) await condition(isOver, writebackMinIntervalMs);
    }
  }

  /** One writeback of all that is new. A workbook that cannot be written is tried until `giveUp`. */
  async writeAll(giveUp: () => boolean): Promise<void> {
    const run = this.#run;
    for (let tries = 0; run.figures.unwritten > 0 || run.figures.unshown > 0; tries += 1) {
      const pauses = await this.#write();
      if (pauses === null || giveUp()) return;
      const pauseMs = Math.min(pauses.firstMs * 2 ** tries, pauses.longestMs);
      await run.wait(pauseMs, run.writebackTrouble ?? 'the workbook cannot be written', giveUp);
    }
  }

  /** Null: written. Otherwise how long to pause before the next try. */
  async #write(): Promise<Pauses | null> {
    const run = this.#run;
    const { unwritten } = run.figures;
    const summary = unwritten > 0 ? `${unwritten} results into the workbook` : 'the status column';
    let trouble: string | null = null;
    let pauses: Pauses | null = null;
    try {
      const { batchId } = run.input;
      run.update(await results.writeBack.executeWithOptions({ summary }, [{ batchId }]));
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      const { cause } = error;
      const inUse = cause instanceof ApplicationFailure && IN_USE_TYPES.includes(cause.type ?? '');
      pauses = inUse ? IN_USE : TROUBLE;
      const what = inUse ? 'waiting for the workbook' : 'the workbook cannot be written';
      trouble = `${what}: ${cause?.message ?? error.message}`;
    }
    if (trouble !== run.writebackTrouble) {
      run.writebackTrouble = trouble;
      await run.show();
    }
    return pauses;
  }
}
