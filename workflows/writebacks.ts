import { ActivityFailure, condition } from '@temporalio/workflow';
import { results } from './activity-proxies.ts';
import type { BatchRun } from './batch-run.ts';

/** A workbook that cannot be written (gone, moved, no permission) is tried again after 1, 2, 4 … 10 minutes. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 600_000;

/** Writes a batch's results back whenever enough rows are new, one writeback at a time. */
export class Writebacks {
  private readonly run: BatchRun;

  constructor(run: BatchRun) {
    this.run = run;
  }

  /** Runs until `isOver`; {@link writeAll} does the rest, without waiting. */
  async asRowsComplete(isOver: () => boolean): Promise<void> {
    const { writebackEvery, writebackMinIntervalMs } = this.run.input;
    const due = () => this.run.figures.unwritten >= writebackEvery;
    while (!isOver()) {
      await condition(() => isOver() || due());
      if (isOver()) return;
      await this.writeAll(isOver);
      if (writebackMinIntervalMs > 0) await condition(isOver, writebackMinIntervalMs);
    }
  }

  /** One writeback of all that is new. A workbook that cannot be written is tried until `giveUp`. */
  async writeAll(giveUp: () => boolean): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; this.run.figures.unwritten > 0; pauseMs *= 2) {
      if ((await this.write()) || giveUp()) return;
      await this.run.wait(Math.min(pauseMs, LONGEST_PAUSE_MS), 'the workbook cannot be written', giveUp);
    }
  }

  private async write(): Promise<boolean> {
    const { run } = this;
    const summary = `${run.figures.unwritten} results into the workbook`;
    let trouble: string | null = null;
    try {
      const { batchId } = run.input;
      run.update(await results.writeBack.executeWithOptions({ summary }, [{ batchId }]));
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      trouble = `the workbook cannot be written: ${error.cause?.message ?? error.message}`;
    }
    if (trouble !== run.writebackTrouble) {
      run.writebackTrouble = trouble;
      await run.show();
    }
    return trouble === null;
  }
}
