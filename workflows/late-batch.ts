import { ActivityFailure, sleep } from '@temporalio/workflow';
import { acquisition } from './activity-proxies.ts';

/** Results that have to wait for longer come back with the relay. */
const LONGEST_WAIT_MS = 600_000;
/** Lists of results a run: a batch of 2,000 late ones, and a margin. */
const LISTS = 200;

/** Brings what came after a batch's end into database and workbook, without opening the batch again. */
export async function LateBatchWorkflow({ batchId }: { batchId: string }): Promise<void> {
  for (let lists = 0; lists < LISTS; lists += 1) {
    const { unread, readInMs } = await acquisition.processResults({ batchId });
    if (unread > 0) continue;
    if (readInMs === null || readInMs > LONGEST_WAIT_MS) break;
    await sleep(readInMs, { summary: 'a download has to wait' });
  }
  try {
    await acquisition.writeBack({ batchId });
  } catch (error) {
    // A workbook that cannot be written now is tried again by the sweep.
    if (!(error instanceof ActivityFailure)) throw error;
  }
}
