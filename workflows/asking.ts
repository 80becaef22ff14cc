import { patched, uuid4 } from '@temporalio/workflow';
import type { AskOutcome } from '../activities/yamato.ts';
import type { PendingJob } from '../src/db/jobs.ts';
import { asking, batchSteps } from './activity-proxies.ts';
import type { BatchRun } from './batch-run.ts';
import { JobByJob } from './job-by-job.ts';

/** A site that gives no answers is not asked on through the whole workbook. */
const FAILURES_TO_HOLD = 5;

/** Asks Yamato for a batch's groups of ten, with a pause drawn anew after each. */
export class Asking extends JobByJob<AskOutcome> {
  /** Groups that failed one after the other, the latest among them. */
  failedInARow: number;

  constructor(run: BatchRun) {
    super(run);
    this.failedInARow = run.input.carried?.failedInARow ?? 0;
  }

  protected async send({ jobId, label }: PendingJob): Promise<AskOutcome> {
    const { batchId } = this.run.input;
    // Workflow code's own random: a replay draws the same.
    const pauseShare = Math.random();
    return asking.askGroup.executeWithOptions({ summary: label }, [{ batchId, jobId, pauseShare }]);
  }

  protected async take({ outcome, waitMs, why, held, ...figures }: AskOutcome): Promise<void> {
    const { run } = this;
    run.update(figures);
    const heldFor = held === true ? why : null;
    if (heldFor !== run.held && patched('carrier-held')) {
      run.held = heldFor;
      await run.show();
    }
    if (outcome === 'asked') this.failedInARow = 0;
    if (outcome === 'gave up') await this.#countFailure(why);
    const { resumes } = run;
    if (waitMs > 0 && run.figures.next !== null)
      await run.wait(waitMs, why, run.held === null ? 'carrier' : 'held', () => this.isStopped(resumes));
  }

  protected async brokenOff(): Promise<void> {
    // Nothing was sent, or the database knows: the group is asked for again.
  }

  async #countFailure(why: string): Promise<void> {
    this.failedInARow += 1;
    if (this.failedInARow < FAILURES_TO_HOLD) return;
    this.failedInARow = 0;
    const { run } = this;
    const order = {
      id: uuid4(),
      by: 'tsuiseki',
      why: `${FAILURES_TO_HOLD} groups in a row failed, the last: ${why}; resume to go on`,
    };
    await run.order(() => batchSteps.pause({ batchId: run.input.batchId, ...order }));
  }
}
