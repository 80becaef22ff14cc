import { setHandler } from '@temporalio/workflow';
import { batchSteps } from './activity-proxies.ts';
import { Asking } from './asking.ts';
import { trackBatch } from './track-batch.ts';
import type { BatchCounts } from '../src/db/batch-figures.ts';
import { webhookReceived } from '../src/temporal/messages.ts';
import type { BatchInput } from '../src/temporal/workflows.ts';

/** One workbook's batch of Yamato numbers: read, asked ten at a time with a pause after each request, written back. */
export async function YamatoBatchWorkflow(input: BatchInput): Promise<BatchCounts> {
  return trackBatch(input, (run) => {
    const asking = new Asking(run);
    setHandler(
      webhookReceived,
      async () => run.update(await batchSteps.figures({ batchId: input.batchId })),
      {
        description: 'Something of the batch has changed in the database: look again',
      },
    );
    return {
      stop: () => asking.stop(),
      work: (isOver) => [asking.sendAll(isOver)],
      get done() {
        return asking.done;
      },
      carry: () => ({ failedInARow: asking.failedInARow }),
    };
  });
}
