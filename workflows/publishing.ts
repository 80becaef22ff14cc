import type { PublishOutcome } from '../activities/publish.ts';
import type { PendingJob } from '../src/db/jobs.ts';
import { batchSteps, publishing } from './activity-proxies.ts';
import { JobByJob } from './job-by-job.ts';

/** Publishes a batch's jobs, each when the account's clock allows it. */
export class Publishing extends JobByJob<PublishOutcome> {
  protected async send({ jobId, label }: PendingJob): Promise<PublishOutcome> {
    const { batchId } = this.run.input;
    return publishing.publishJob.executeWithOptions({ summary: label }, [{ batchId, jobId }]);
  }

  protected async take(outcome: PublishOutcome): Promise<void> {
    const { run } = this;
    run.update(outcome);
    const held = outcome.outcome === 'wait' && outcome.held ? outcome.why : null;
    if (held !== run.held) {
      run.held = held;
      await run.show();
    }
    if (outcome.outcome !== 'wait') return;
    const { resumes } = run;
    await run.wait(outcome.waitMs, outcome.why, held === null ? 'account' : 'held', () =>
      this.isStopped(resumes),
    );
  }

  protected async brokenOff({ jobId }: PendingJob): Promise<void> {
    const { batchId } = this.run.input;
    this.run.update(await batchSteps.settlePublish({ batchId, jobId }));
  }
}
