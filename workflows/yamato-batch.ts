import { Asking } from './asking.ts';
import { trackBatch } from './track-batch.ts';
import type { BatchCounts } from '../src/db/batch-figures.ts';
import type { BatchInput } from '../src/temporal/workflows.ts';

/** One workbook's batch of Yamato numbers: read, asked ten at a time with a pause after each request, written back. */
export async function YamatoBatchWorkflow(input: BatchInput): Promise<BatchCounts> {
  return trackBatch(input, (run) => {
    const asking = new Asking(run);
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
