import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { batchSteps, HELD_PAUSE_MS, importing, isHeld, reading } from './activity-proxies.ts';
import type { BatchRun } from './batch-run.ts';

/** A workbook that cannot be reached is tried again after 1, 2, 4 … 10 minutes. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 600_000;

/**
 * Reads the workbook or takes the rows that were given, or makes the jobs of a retry; a successor asks for the figures. A
 * workbook that cannot be read fails the batch with the reader's line; one that cannot be reached is waited for, until the
 * batch is cancelled. False: a new run is to wait on.
 */
export async function beginBatch(run: BatchRun): Promise<boolean> {
  const { batchId, retry, carried } = run.input;
  if (carried !== null) {
    run.update(await batchSteps.figures({ batchId }));
    return true;
  }
  if (retry !== null) {
    run.update(await batchSteps.retryRows({ batchId, ...retry }));
    return true;
  }
  if (run.input.fromRows === true) {
    const summary = 'rows into the database';
    run.update(await importing.importRows.executeWithOptions({ summary }, [{ batchId }]));
    return true;
  }
  for (let tries = 0; run.cancelled === null; tries += 1) {
    try {
      run.update(
        await reading.readWorkbook.executeWithOptions({ summary: 'rows into the database' }, [{ batchId }]),
      );
      await run.tellTrouble(null);
      return true;
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      if (isHeld(error) && run.rollsOver) return false;
      await unreadable(run, error, Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS));
    }
  }
  return true;
}

async function unreadable(run: BatchRun, error: ActivityFailure, pauseMs: number): Promise<void> {
  const { cause } = error;
  const reason = cause?.message ?? error.message;
  if (cause instanceof ApplicationFailure && cause.nonRetryable === true) {
    await run.end('failed', reason);
    throw ApplicationFailure.create({ message: reason, type: 'WORKBOOK_UNREADABLE', nonRetryable: true });
  }
  const held = isHeld(error);
  const waitsFor = held ? 'held' : 'file';
  await run.tellTrouble({ waitsFor, why: `the workbook cannot be read: ${reason}` });
  const { resumes } = run;
  const isOver = () => run.cancelled !== null || run.figures.ended || (held && run.resumes > resumes);
  await run.wait(held ? HELD_PAUSE_MS : pauseMs, reason, waitsFor, isOver);
}
