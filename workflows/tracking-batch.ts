import { setHandler } from '@temporalio/workflow';
import { trackBatch } from './track-batch.ts';
import { IncomingResults } from './incoming-results.ts';
import type { BatchCounts } from '../src/db/batch-figures.ts';
import { webhookReceived } from '../src/temporal/messages.ts';
import type { BatchInput } from '../src/temporal/workflows.ts';
import { Publishing } from './publishing.ts';

/** One workbook's batch: read, publish one job after the other, take results as they come, write them back. */
export async function TrackingBatchWorkflow(input: BatchInput): Promise<BatchCounts> {
  return trackBatch(input, (run) => {
    const publishing = new Publishing(run);
    const incoming = new IncomingResults(run);
    setHandler(webhookReceived, (message) => incoming.receive(message));
    return {
      stop: () => publishing.stop(),
      work: (isOver) => [publishing.sendAll(isOver), incoming.readAll(isOver)],
      get done() {
        return publishing.done && incoming.done && (run.dropped || run.figures.inFlight === 0);
      },
      carry: () => ({}),
    };
  });
}
