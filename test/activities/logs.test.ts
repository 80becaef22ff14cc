import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it } from 'vitest';
import { batchOf, emptyBatch, jobsOf, orderUrl } from '../support/activities/batch.ts';
import { useStage } from '../support/activities/stage.ts';
import { removeWorkbooksAfterEach, saveWorkbook } from '../support/workbook/workbook-file.ts';

const stageWith = useStage();
removeWorkbooksAfterEach();
const TASK = 'official_website_tracking';

/** What an activity logs: level, text and fields. */
async function loggedBy<P extends unknown[]>(
  activity: (...args: P) => Promise<unknown>,
  ...args: P
): Promise<unknown[]> {
  const lines: unknown[] = [];
  const note = (level: string, message: string, fields: unknown) => lines.push([level, message, fields]);
  const logger = {
    log: note,
    trace: () => {},
    debug: () => {},
    info: (message: string, fields: unknown) => note('info', message, fields),
    warn: (message: string, fields: unknown) => note('warn', message, fields),
    error: (message: string, fields: unknown) => note('error', message, fields),
  };
  await new MockActivityEnvironment({}, { logger }).run(activity, ...args);
  return lines;
}

it('the seed’s three searches find their lines: read, published, not published', async () => {
  const stage = await stageWith();
  const { readWorkbook, publishJob } = stage.activities;
  const workbook = await saveWorkbook([[orderUrl(1)], [`${orderUrl(2)}?sandbox=publish-422`]]);
  const { id: batchId } = await emptyBatch(stage, TASK, { workbook });
  expect(await loggedBy(readWorkbook, { batchId })).toEqual([
    [
      'info',
      'Excel processing complete',
      expect.objectContaining({ batchId, rows: 2, invalid: 0, tookMs: expect.any(Number) }),
    ],
  ]);
  const [first, second] = await jobsOf(stage, batchId);
  expect(await loggedBy(publishJob, { batchId, jobId: first?.id ?? 0 })).toEqual([
    [
      'info',
      'Successfully published',
      expect.objectContaining({
        jobId: first?.id,
        row: 2,
        rows: 1,
        customId: first?.customId,
        scrapingJobId: expect.any(Number),
      }),
    ],
  ]);
  expect(await loggedBy(publishJob, { batchId, jobId: second?.id ?? 0 })).toEqual([
    [
      'warn',
      'Failed to publish',
      expect.objectContaining({
        jobId: second?.id,
        row: 3,
        code: 'API_REFUSED',
        error: expect.stringContaining('422'),
      }),
    ],
  ]);
});

it('a publish that waits is neither', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, TASK, [`${orderUrl(1)}?sandbox=publish-429`]);
  const [job] = await jobsOf(stage, batchId);
  expect(await loggedBy(stage.activities.publishJob, { batchId, jobId: job?.id ?? 0 })).toEqual([]);
});
