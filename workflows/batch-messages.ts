import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import { rowNumbers } from '../src/tasks/row-selection.ts';
import { cancel, pause, progress, resume, retryRows, workbookChanged } from '../src/temporal/messages.ts';
import type { PersonMessage } from '../src/temporal/messages.ts';
import { batchSteps } from './activity-proxies.ts';
import type { BatchRun } from './batch-run.ts';

/** What messages set in motion. */
export interface Steered {
  /** Resolves once nothing more will be sent: pause and cancel answer then. */
  stop(): Promise<void>;
  /** The workbook was saved: its rows are to join. */
  join(): void;
}

/**
 * Sets the handlers of a batch. To be called before the workflow's first await, and after all that they use is made: a
 * message that came before runs at once.
 */
export function handleMessages(run: BatchRun, steered: Steered): void {
  const { batchId } = run.input;
  const stop = () => steered.stop();
  setHandler(progress, () => run.progress(), {
    description: 'Where the batch is, and how many rows are in which state',
  });
  setHandler(pause, (message) => run.order(() => batchSteps.pause({ batchId, ...message }), stop), {
    description: 'Publish no more until resume; results and writebacks go on. {"id","by","why"}',
  });
  setHandler(
    resume,
    (message) =>
      run.order(async () => {
        const figures = await batchSteps.resume({ batchId, ...message });
        run.held = null;
        run.resumes += 1;
        return figures;
      }),
    { description: 'Publish again; opens an account that was held. {"id","by","why"}' },
  );
  setHandler(cancel, (message) => run.order(() => batchSteps.cancel({ batchId, ...message }), stop), {
    description: 'Publish no more; with "drop" do not wait for what is in flight. {"id","by","why","drop"}',
  });
  const mustGoOn: (message: PersonMessage) => void = () => {
    if (run.isEnding) throw new Error('the batch is ending');
  };
  setHandler(
    retryRows,
    async (message) => {
      run.update(await batchSteps.retryRows({ batchId, ...message }));
      if (run.figures.ended) throw ApplicationFailure.nonRetryable('the batch has ended', 'BATCH_ENDED');
      return run.progress();
    },
    {
      description: 'Run the failed rows, or those named ("3,7-9"), again. {"id","by","why","rows"}',
      validator: (message) => {
        mustGoOn(message);
        if (message.rows !== null) rowNumbers(message.rows);
      },
    },
  );
  setHandler(
    workbookChanged,
    (_message) => {
      steered.join();
      return run.progress();
    },
    {
      description: 'The workbook was saved: rows of it that ask for it join the batch. {"id","by","why"}',
      validator: (message) => {
        if (run.input.fromRows === true) throw new Error('the batch has no workbook');
        mustGoOn(message);
      },
    },
  );
}
