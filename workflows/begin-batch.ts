import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { batchSteps, reading } from './activity-proxies.ts';
import type { BatchRun } from './batch-run.ts';

/** A workbook that cannot be reached is tried again after 1, 2, 4 … 10 minutes. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 600_000;

/**
 * Reads the workbook, or makes the jobs of a retry; a successor asks for the figures. One that cannot be read fails the
 * batch with the reader's line; one that cannot be reached is waited for, until the batch is cancelled.
 */
export async function beginBatch(run: BatchRun): Promise<void> {
  const { batchId, retry, carried } = run.input;
  if (carried !== null) return run.update(await batchSteps.figures({ batchId }));
  if (retry !== null) return run.update(await batchSteps.retryRows({ batchId, ...retry }));
  for (let tries = 0; run.cancelled === null; tries += 1) {
    try {
      run.update(
        await reading.readWorkbook.executeWithOptions({ summary: 'rows into the database' }, [{ batchId }]),
      );
      return await run.tellTrouble(null);
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      await unreadable(run, error, Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS));
    }
  }
}

async function unreadable(run: BatchRun, error: ActivityFailure, pauseMs: number): Promise<void> {
  const { cause } = error;
  const reason = cause?.message ?? error.message;
  if (cause instanceof ApplicationFailure && cause.nonRetryable === true) {
    await run.end('failed', reason);
    throw ApplicationFailure.create({ message: reason, type: 'WORKBOOK_UNREADABLE', nonRetryable: true });
  }
  await run.tellTrouble({ waitsFor: 'file', why: `the workbook cannot be read: ${reason}` });
  await run.wait(pauseMs, reason, 'file', () => run.cancelled !== null || run.figures.ended);
}
