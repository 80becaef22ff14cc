import {
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  makeContinueAsNewFunc,
} from '@temporalio/workflow';
import type { BatchCounts } from '../src/db/batch-figures.ts';
import type { BatchInput, CarriedState, Workflows } from '../src/temporal/workflows.ts';
import { batchSteps } from './activity-proxies.ts';
import { handleMessages } from './batch-messages.ts';
import { BatchRun } from './batch-run.ts';
import { beginBatch } from './begin-batch.ts';
import { personText } from './details.ts';
import { Joins } from './joins.ts';
import { Writebacks } from './writebacks.ts';

/** What one kind of batch does of its own. */
export interface BatchKind {
  /** Resolves once nothing more will be sent: pause and cancel answer then. */
  stop(): Promise<void>;
  /** Its work, beside writebacks and joins: each runs until `isOver`. */
  work(isOver: () => boolean): Promise<void>[];
  /** Nothing is left to do, nor to wait for. */
  readonly done: boolean;
  /** What of its own a new run goes on with. */
  carry(): Partial<CarriedState>;
}

/** Figures are a hint: whatever wake-up was lost, the database is asked again. */
const LOOK_AGAIN_MS = 300_000;

/** One workbook's batch from its rows to the last writeback, whichever way its numbers are asked. */
export async function trackBatch(
  input: BatchInput,
  kindOf: (run: BatchRun) => BatchKind,
): Promise<BatchCounts> {
  const run = new BatchRun(input);
  const kind = kindOf(run);
  const joins = new Joins(run);
  const writebacks = new Writebacks(run, () => kind.done && joins.done);
  handleMessages(run, { stop: () => kind.stop(), join: () => joins.ask() });

  const settled = () =>
    kind.done && joins.done && writebacks.done && !run.takesOrders && allHandlersFinished();
  const isOver = () => settled() || run.rollsOver || run.figures.ended;
  await run.shielded(
    () => kind.stop(),
    async () => {
      if (!(await beginBatch(run))) {
        await condition(allHandlersFinished);
        await goOn({ ...input });
      }
      while (await opened(run)) {
        await run.show();
        await Promise.all([
          ...kind.work(isOver),
          writebacks.work(isOver),
          joins.work(isOver),
          lookAgain(run, isOver),
        ]);
        // A message is answered by the run that took it: its successor knows nothing of it.
        await condition(allHandlersFinished);
        if (run.figures.ended) continue;
        if (!settled()) {
          const carried = { failedInARow: 0, ...kind.carry(), joins: joins.asked };
          await goOn({ ...input, carried });
        }
        if (await end(run)) return;
      }
    },
  );
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled');
  return run.figures.counts;
}

/** A run is pinned to its worker's version; its successor goes on with the current one. */
function goOn(input: BatchInput): Promise<never> {
  return makeContinueAsNewFunc<Workflows['TrackingBatchWorkflow']>({
    initialVersioningBehavior: 'AUTO_UPGRADE',
  })(input);
}

/** A run that was reset finds its batch ended: it opens it again, or has nothing to do. */
async function opened(run: BatchRun): Promise<boolean> {
  if (!run.figures.ended) return true;
  const { opened: isOpen, why, ...figures } = await batchSteps.openBatch({ batchId: run.input.batchId });
  run.update(figures);
  if (!isOpen) run.leave(why);
  return isOpen;
}

function end(run: BatchRun): Promise<boolean> {
  const { cancelled, trouble } = run;
  return cancelled === null
    ? run.end('completed', trouble?.why ?? null)
    : run.end('cancelled', personText('cancelled', cancelled));
}

async function lookAgain(run: BatchRun, isOver: () => boolean): Promise<void> {
  while (!(await condition(isOver, LOOK_AGAIN_MS)))
    run.update(await batchSteps.figures({ batchId: run.input.batchId }));
}
