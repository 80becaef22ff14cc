import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  setHandler,
} from '@temporalio/workflow';
import { batchSteps, excel } from './activity-proxies.ts';
import { BatchRun } from './batch-run.ts';
import { personText } from './details.ts';
import { IncomingResults } from './incoming-results.ts';
import { type BatchInput, type BatchProgress, webhookReceived } from './messages.ts';
import { Publishing } from './publishing.ts';
import { Writebacks } from './writebacks.ts';

/** One workbook's batch: read, publish one job after the other, take results as they come, write them back. */
export async function TrackingBatchWorkflow(input: BatchInput): Promise<BatchProgress['counts']> {
  const run: BatchRun = new BatchRun(input, () => publishing.stop());
  const publishing = new Publishing(run);
  const incoming = new IncomingResults(run);
  setHandler(webhookReceived, (message) => incoming.receive(message));

  const settled = () =>
    publishing.done && incoming.done && (run.dropped || run.figures.inFlight === 0) && allHandlersFinished();
  const isOver = () => settled() || run.rollsOver;

  await run.shielded(async () => {
    if (input.carried === null) await begin(run);
    await run.show();
    const writebacks = new Writebacks(run);
    do {
      await Promise.all([
        publishing.publishAll(isOver),
        incoming.processAll(isOver),
        writebacks.asRowsComplete(isOver),
      ]);
      await writebacks.writeAll(() => run.dropped || run.rollsOver);
      await condition(allHandlersFinished);
      // What a message changed while the last step was under way shows in a fresh count.
      run.update(await batchSteps.figures({ batchId: input.batchId }));
    } while (!isOver());
    if (!settled()) await rollOver(run, incoming.unprocessed());
    const { cancelled, writebackTrouble } = run;
    if (cancelled === null) await run.end('completed', writebackTrouble);
    else await run.end('cancelled', personText('cancelled', cancelled));
  });
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled');
  return run.figures.counts;
}

async function rollOver(run: BatchRun, inbox: number[]): Promise<never> {
  const { paused, cancelled } = run;
  return continueAsNew<typeof TrackingBatchWorkflow>({
    ...run.input,
    carried: { inbox, paused, cancelled },
  });
}

/** Reads the workbook, or makes the jobs of a retry. One that cannot be read fails the batch with the reader's line. */
async function begin(run: BatchRun): Promise<void> {
  const { batchId, retry } = run.input;
  if (retry !== null) return run.update(await batchSteps.retryRows({ batchId, ...retry }));
  try {
    run.update(
      await excel.readWorkbook.executeWithOptions({ summary: 'rows into the database' }, [{ batchId }]),
    );
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const reason = error.cause?.message ?? error.message;
    await run.end('failed', reason);
    throw ApplicationFailure.create({ message: reason, type: 'WORKBOOK_UNREADABLE', nonRetryable: true });
  }
}
