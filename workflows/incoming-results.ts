import { ActivityFailure, condition } from '@temporalio/workflow';
import type { WebhookMessage } from '../src/temporal/messages.ts';
import { results } from './activity-proxies.ts';
import type { BatchRun } from './batch-run.ts';

/** When even the database could not take a result down. */
const TROUBLE_MS = 60_000;

/** Has the results of jobs read as something is told of them. What is unread stands in the database. */
export class IncomingResults {
  readonly #run: BatchRun;
  #reading = false;
  /** Something was told that the figures may not know of yet. */
  #poked = false;

  constructor(run: BatchRun) {
    this.#run = run;
  }

  receive({ batchId }: WebhookMessage): void {
    if (batchId === this.#run.input.batchId) this.#poked = true;
  }

  get done(): boolean {
    const { figures, dropped } = this.#run;
    if (this.#reading) return false;
    return dropped || (!this.#poked && figures.unread === 0 && figures.readInMs === null);
  }

  /** Runs until `isOver`; what is under way is finished. */
  async readAll(isOver: () => boolean): Promise<void> {
    const run = this.#run;
    const due = () => isOver() || this.#poked || run.figures.unread > 0;
    while (!isOver()) {
      const { readInMs } = run.figures;
      if (readInMs === null) await condition(() => due() || run.figures.readInMs !== null);
      else {
        await run.wait(readInMs, 'a download has to wait', 'account', () => due() || run.dropped);
        this.#poked = true;
      }
      if (isOver()) return;
      if (due()) await this.#read(isOver);
    }
  }

  async #read(isOver: () => boolean): Promise<void> {
    const run = this.#run;
    const { unread } = run.figures;
    const summary = unread > 1 ? `results of ${unread} jobs` : 'results';
    this.#reading = true;
    this.#poked = false;
    try {
      run.update(
        await results.processResults.executeWithOptions({ summary }, [{ batchId: run.input.batchId }]),
      );
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      const why = `results could not be read: ${error.cause?.message ?? error.message}`;
      await run.wait(TROUBLE_MS, why, 'database', () => isOver() || run.dropped);
      this.#poked = true;
    }
    this.#reading = false;
  }
}
