import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancelledFailure,
  CancellationScope,
  condition,
  continueAsNew,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { PendingJob } from '../src/db/jobs.ts';
import { batchSteps, excel, publishing, results } from './activity-proxies.ts';
import { BatchRun } from './batch-run.ts';
import { type BatchInput, type BatchProgress, webhookReceived } from './messages.ts';

/** Jobs fetched at a time: few, for they are state; many, for each fetch is three events. */
const JOBS_A_FETCH = 25;
/** Jobs an activity: twenty downloads of ten seconds stay within its five minutes. */
const JOBS_AN_ACTIVITY = 20;
/** A run takes at most 10,000 signals; well before that its successor takes over. */
const MAX_EVENTS = 8_000;

/** One workbook's batch: read, publish one job after the other, take results as they come, write them back. */
export async function TrackingBatchWorkflow(input: BatchInput): Promise<BatchProgress['counts']> {
  const run = new BatchRun(input);
  const inbox: number[] = [...(input.carried?.inbox ?? [])];
  setHandler(webhookReceived, (message) => {
    if (message.batchId === input.batchId) inbox.push(...message.jobIds);
  });
  const { batchId } = input;
  let queue: PendingJob[] = [];
  let allPublished = false;
  let processing = false;

  const rollsOver = () => workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > MAX_EVENTS;
  const dropped = () => run.cancelled?.drop === true;
  const mayStop = () => dropped() || run.inFlight === 0;
  const settled = () => allPublished && !processing && inbox.length === 0 && mayStop();

  async function publish(job: PendingJob): Promise<void> {
    try {
      const outcome = await publishing.publishJob.executeWithOptions({ summary: job.label }, [
        { batchId, jobId: job.jobId },
      ]);
      if (outcome.outcome !== 'wait') return run.update(outcome);
      queue.unshift(job);
      await run.waitUntil(outcome.untilMs, outcome.why, () => run.cancelled !== null);
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      run.update(await batchSteps.settlePublish({ batchId, jobId: job.jobId }));
    }
  }

  async function publishAll(): Promise<void> {
    while (run.cancelled === null && !rollsOver()) {
      if (queue.length === 0) queue = await batchSteps.nextJobs({ batchId, limit: JOBS_A_FETCH });
      const job = queue.shift();
      allPublished = job === undefined;
      if (job !== undefined) await publish(job);
      else {
        await condition(() => settled() || !allPublished || run.cancelled !== null || rollsOver());
        if (settled()) return;
      }
    }
    allPublished = run.cancelled !== null;
  }

  async function takeResults(): Promise<void> {
    while (true) {
      await condition(() => inbox.length > 0 || settled() || rollsOver());
      if (inbox.length === 0 || rollsOver()) return;
      const jobIds = inbox.splice(0, JOBS_AN_ACTIVITY);
      processing = true;
      const outcome = await results.processResults.executeWithOptions(
        { summary: `results of ${jobIds.length} jobs` },
        [{ batchId, jobIds }],
      );
      run.update(outcome);
      if (outcome.redirects > 0) {
        queue = [];
        allPublished = false;
      }
      if (outcome.waiting !== null) {
        await run.waitUntil(outcome.waiting.untilMs, 'the account has no call free', dropped);
        inbox.push(...outcome.waiting.jobIds);
      }
      processing = false;
    }
  }

  await run.shielded(async () => {
    if (input.carried === null) await read(run);
    await run.enter('running', null);
    const writebacks = run.writeBackAsRowsComplete();
    await Promise.all([publishAll(), takeResults()]);
    run.finishWritebacks();
    await writebacks;
    if (!settled()) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof TrackingBatchWorkflow>({ ...input, carried: { inbox } });
    }
    await (run.cancelled === null
      ? run.enter('completed', null)
      : run.enter('cancelled', reasonOf(run.cancelled)));
    await condition(allHandlersFinished);
  });
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled');
  return run.figures.counts;
}

function reasonOf({ by, why }: { by: string; why: string | null }): string {
  return why === null ? `cancelled by ${by}` : `cancelled by ${by}: ${why}`;
}

/** Reads the workbook; one that cannot be read ends the batch as failed, with the reader's own line. */
async function read(run: BatchRun): Promise<void> {
  const { batchId } = run.input;
  try {
    run.update(
      await excel.readWorkbook.executeWithOptions({ summary: 'rows into the database' }, [{ batchId }]),
    );
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const reason = error.cause?.message ?? error.message;
    await run.enter('failed', reason);
    throw ApplicationFailure.create({ message: reason, type: 'WORKBOOK_UNREADABLE', nonRetryable: true });
  }
}
