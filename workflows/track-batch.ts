import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
} from '@temporalio/workflow';
import type { BatchCounts } from '../src/db/batch-figures.ts';
import { batchSteps, excel } from './activity-proxies.ts';
import { BatchRun } from './batch-run.ts';
import { personText } from './details.ts';
import type { BatchInput, CarriedState, Workflows } from '../src/temporal/workflows.ts';
import { Writebacks } from './writebacks.ts';

/** What one kind of batch does of its own. */
export interface BatchKind {
  /** Resolves once nothing more will be sent: pause and cancel answer then. */
  stop(): Promise<void>;
  /** Its work, beside the writebacks: each runs until `isOver`. */
  work(isOver: () => boolean): Promise<void>[];
  /** Nothing is left to do, nor to wait for. */
  readonly done: boolean;
  /** What of its own a new run goes on with. */
  carry(): Partial<CarriedState>;
}

/** One workbook's batch from its rows to the last writeback, whichever way its numbers are asked. */
export async function trackBatch(
  input: BatchInput,
  kindOf: (run: BatchRun) => BatchKind,
): Promise<BatchCounts> {
  const run: BatchRun = new BatchRun(input, () => kind.stop());
  const kind = kindOf(run);
  const settled = () => kind.done && allHandlersFinished();
  const isOver = () => settled() || run.rollsOver;

  await run.shielded(async () => {
    if (input.carried === null) await begin(run);
    await run.show();
    const writebacks = new Writebacks(run);
    do {
      await Promise.all([...kind.work(isOver), writebacks.asRowsComplete(isOver)]);
      await writebacks.writeAll(() => run.dropped || run.rollsOver);
      await condition(allHandlersFinished);
      // What a message changed while the last step was under way shows in a fresh count.
      run.update(await batchSteps.figures({ batchId: input.batchId }));
    } while (!isOver());
    // A message that came with the last count is answered by this run: its successor knows nothing of it.
    await condition(allHandlersFinished);
    const { paused, cancelled, writebackTrouble } = run;
    if (!settled()) {
      const carried = { inbox: [], failedInARow: 0, ...kind.carry(), paused, cancelled };
      await continueAsNew<Workflows['TrackingBatchWorkflow']>({ ...input, carried });
    }
    if (cancelled === null) await run.end('completed', writebackTrouble);
    else await run.end('cancelled', personText('cancelled', cancelled));
  });
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled');
  return run.figures.counts;
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
