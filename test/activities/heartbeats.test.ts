import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, expect, it, vi } from 'vitest';
import { asActivities, tellWait } from '../../activities/as-activities.ts';
import { batchOf, emptyBatch, jobsOf, orderUrl } from '../support/activities/batch.ts';
import { useStage } from '../support/activities/stage.ts';
import { removeWorkbooksAfterEach, saveWorkbook } from '../support/workbook/workbook-file.ts';

const stageWith = useStage();
removeWorkbooksAfterEach();
afterEach(() => {
  vi.useRealTimers();
});
const TASK = 'official_website_tracking';

/** What an activity says with its heartbeats. */
async function toldBy<P extends unknown[]>(
  activity: (...args: P) => Promise<unknown>,
  ...args: P
): Promise<unknown[]> {
  const told: unknown[] = [];
  const env = new MockActivityEnvironment();
  env.on('heartbeat', (details) => told.push(details));
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  let isOver = false;
  const running = env.run(activity, ...args).finally(() => {
    isOver = true;
  });
  // As if each turn of the event loop took as long as it is from beat to beat.
  while (!isOver) {
    vi.advanceTimersByTime(1_000);
    await new Promise(setImmediate);
  }
  await running;
  return [...new Set(told)];
}

it('activities of some length tell in words what they wait for', async () => {
  const stage = await stageWith();
  const { readWorkbook, publishJob, processResults, writeBack } = stage.activities;
  const workbook = await saveWorkbook([[orderUrl(1)]]);
  const { id: unread } = await emptyBatch(stage, TASK, { workbook });
  expect(await toldBy(readWorkbook, { batchId: unread })).toContain('the workbook to be read');
  const batchId = await batchOf(stage, TASK, [orderUrl(2)]);
  const [job] = await jobsOf(stage, batchId);
  expect(await toldBy(publishJob, { batchId, jobId: job?.id ?? 0 })).toEqual([
    'the database',
    'its turn to publish',
    'the answer of Web Scraper Cloud',
    expect.stringMatching(/^scraping job \d+ to be written down$/),
  ]);
  await stage.notified(1);
  expect(await toldBy(processResults, { batchId })).toContain('results to be downloaded and read');
  expect(await toldBy(writeBack, { batchId: unread })).toContain('the workbook to be written');
});

it('one that says nothing waits for the database: the Web UI never shows null', async () => {
  const { step } = asActivities({ step: () => new Promise(setImmediate) });
  expect(await toldBy(step)).toEqual(['the database']);
});

it('a short one beats not at all: each beat is billed', async () => {
  const beat = vi.fn<() => void>();
  const env = new MockActivityEnvironment();
  env.on('heartbeat', beat);
  const { step } = asActivities({ step: async () => tellWait('nothing much') });
  await env.run(step);
  expect(beat).not.toHaveBeenCalled();
});
