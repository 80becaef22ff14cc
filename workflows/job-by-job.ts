import { ActivityFailure, CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { PendingJob } from '../src/db/jobs.ts';
import type { BatchRun } from './batch-run.ts';

/** Sends a batch's jobs one after the other, each by an activity that may wait for its turn. */
export abstract class JobByJob<Outcome> {
  protected readonly run: BatchRun;
  /** The job in hand; null: none. */
  #inHand: CancellationScope | null = null;

  constructor(run: BatchRun) {
    this.run = run;
  }

  /** Nothing is left that this batch may send. */
  get done(): boolean {
    const { figures, cancelled } = this.run;
    return this.#inHand === null && (figures.next === null || cancelled !== null);
  }

  /** Takes back a job that waits for its turn, and lets one that has begun come to its answer. */
  async stop(): Promise<void> {
    this.#inHand?.cancel();
    await condition(() => this.#inHand === null);
  }

  /** Runs until `isOver`. */
  async sendAll(isOver: () => boolean): Promise<void> {
    const { run } = this;
    while (!isOver()) {
      await condition(() => isOver() || (run.open && run.figures.next !== null));
      if (isOver()) return;
      const job = run.figures.next;
      if (job !== null) await this.#sendInHand(job);
    }
  }

  /** The activity. */
  protected abstract send(job: PendingJob): Promise<Outcome>;

  /** Takes its answer in; returns when the next job may be sent. */
  protected abstract take(outcome: Outcome): Promise<void>;

  /** The activity was cancelled, or its worker died. */
  protected abstract brokenOff(job: PendingJob): Promise<void>;

  async #sendInHand(job: PendingJob): Promise<void> {
    try {
      this.#inHand = new CancellationScope();
      const outcome = await this.#inHand.run(() => this.send(job));
      this.#inHand = null;
      await this.take(outcome);
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      await this.brokenOff(job);
      this.#inHand = null;
      if (!isCancellation(error)) await this.run.wait(1_000, 'a job was broken off', () => !this.run.open);
    }
  }
}
