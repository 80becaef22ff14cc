import { Asking } from './asking.ts';
import { runBatch } from './batch-loop.ts';
import type { BatchInput, BatchProgress } from './messages.ts';

/** One workbook's batch of Yamato numbers: read, asked ten at a time with a pause after each request, written back. */
export async function YamatoBatchWorkflow(input: BatchInput): Promise<BatchProgress['counts']> {
  return runBatch(input, (run) => {
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
