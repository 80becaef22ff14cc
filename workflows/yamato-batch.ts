import { continueAsNew } from '@temporalio/workflow';
import { Asking } from './asking.ts';
import { runBatch } from './batch-loop.ts';
import type { BatchProgress, YamatoInput } from './messages.ts';

/** One workbook's batch of Yamato numbers: read, asked ten at a time with a pause after each request, written back. */
export async function YamatoBatchWorkflow(input: YamatoInput): Promise<BatchProgress['counts']> {
  return runBatch(input, (run) => {
    const asking = new Asking(run, input);
    return {
      stop: () => asking.stop(),
      work: (isOver) => [asking.sendAll(isOver)],
      get done() {
        return asking.done;
      },
      rollOver: (carried) =>
        continueAsNew<typeof YamatoBatchWorkflow>({
          ...input,
          failedInARow: asking.failedInARow,
          carried: { ...carried, inbox: [] },
        }),
    };
  });
}
