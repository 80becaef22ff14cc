import { condition } from '@temporalio/workflow';
import { results } from './activity-proxies.ts';
import type { BatchRun } from './batch-run.ts';
import type { WebhookMessage } from '../src/temporal/messages.ts';

/** Jobs an activity: at worst twenty downloads, five at a time, within its five minutes. */
const JOBS_AN_ACTIVITY = 20;

/** Takes notifications as they come, and has their results processed, a list at a time. */
export class IncomingResults {
  readonly #run: BatchRun;
  readonly #inbox: number[];
  #processing = false;
  /** Jobs whose call has to wait; they come back into the inbox by themselves. */
  readonly #delayed: number[][] = [];

  constructor(run: BatchRun) {
    this.#run = run;
    this.#inbox = [...(run.input.carried?.inbox ?? [])];
  }

  receive({ batchId, jobIds }: WebhookMessage): void {
    if (batchId === this.#run.input.batchId) this.#inbox.push(...jobIds);
  }

  get done(): boolean {
    return !this.#processing && this.#inbox.length === 0 && (this.#delayed.length === 0 || this.#run.dropped);
  }

  /** What a successor has to process. */
  unprocessed(): number[] {
    return [...this.#inbox, ...this.#delayed.flat()];
  }

  /** Runs until `isOver`; what is under way is finished. */
  async processAll(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await condition(() => isOver() || this.#inbox.length > 0);
      if (isOver()) return;
      await this.#process(this.#inbox.splice(0, JOBS_AN_ACTIVITY), isOver);
    }
  }

  async #process(jobIds: number[], isOver: () => boolean): Promise<void> {
    const { batchId } = this.#run.input;
    this.#processing = true;
    const summary = `results of ${jobIds.length} ${jobIds.length === 1 ? 'job' : 'jobs'}`;
    const outcome = await results.processResults.executeWithOptions({ summary }, [{ batchId, jobIds }]);
    this.#run.update(outcome);
    const { waiting } = outcome;
    if (waiting !== null) {
      this.#delayed.push(waiting.jobIds);
      void this.#comeBack(waiting.jobIds, waiting.waitMs, isOver);
    }
    this.#processing = false;
  }

  async #comeBack(jobIds: number[], waitMs: number, isOver: () => boolean): Promise<void> {
    await this.#run.wait(waitMs, 'a download has to wait', () => isOver() || this.#run.dropped);
    if (isOver()) return;
    this.#delayed.splice(this.#delayed.indexOf(jobIds), 1);
    this.#inbox.push(...jobIds);
  }
}
