import { ActivityFailure, CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { PublishOutcome } from '../activities/publish.ts';
import type { PendingJob } from '../src/db/jobs.ts';
import { batchSteps, publishing } from './activity-proxies.ts';
import type { BatchRun } from './batch-run.ts';

/** Publishes a batch's jobs one after the other, each when the account's clock allows it. */
export class Publishing {
  private readonly run: BatchRun;
  /** The publish in hand; null: none. */
  private inHand: CancellationScope | null = null;

  constructor(run: BatchRun) {
    this.run = run;
  }

  /** Nothing is left that this batch may publish. */
  get done(): boolean {
    const { figures, cancelled } = this.run;
    return this.inHand === null && (figures.next === null || cancelled !== null);
  }

  /** Takes back a publish that waits for its turn, and lets one that has begun come to its answer. */
  async stop(): Promise<void> {
    this.inHand?.cancel();
    await condition(() => this.inHand === null);
  }

  /** Runs until `isOver`. */
  async publishAll(isOver: () => boolean): Promise<void> {
    const { run } = this;
    while (!isOver()) {
      await condition(() => isOver() || (run.open && run.figures.next !== null));
      if (isOver()) return;
      const job = run.figures.next;
      if (job !== null) await this.publish(job);
    }
  }

  private async publish(job: PendingJob): Promise<void> {
    const { batchId } = this.run.input;
    try {
      this.inHand = new CancellationScope();
      const outcome = await this.inHand.run(() =>
        publishing.publishJob.executeWithOptions({ summary: job.label }, [{ batchId, jobId: job.jobId }]),
      );
      this.inHand = null;
      await this.take(outcome);
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      this.run.update(await batchSteps.settlePublish({ batchId, jobId: job.jobId }));
      this.inHand = null;
      if (!isCancellation(error))
        await this.run.wait(1_000, 'a publish was broken off', () => !this.run.open);
    }
  }

  private async take(outcome: PublishOutcome): Promise<void> {
    const { run } = this;
    run.update(outcome);
    const held = outcome.outcome === 'wait' && outcome.held ? outcome.why : null;
    if (held !== run.held) {
      run.held = held;
      await run.show();
    }
    if (outcome.outcome !== 'wait') return;
    const { resumes } = run;
    await run.wait(outcome.waitMs, outcome.why, () => !run.open || run.resumes > resumes);
  }
}
