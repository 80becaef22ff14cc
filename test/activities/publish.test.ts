import { expect, it } from 'vitest';
import { batchOf, jobsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { callsMade, publishAll } from '../support/activities/rounds.ts';
import { JOB_DEADLINE_MS, useStage } from '../support/activities/stage.ts';

const stageWith = useStage();

it('publishes a job: intent and custom_id before the call, job id and deadline after it', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1), orderUrl(2)]);
  const [first] = await jobsOf(stage, batchId);
  expect(first).toMatchObject({ state: 'pending', customId: `owt-${batchId}-1`, scrapingJobId: null });

  const [outcome] = await publishAll(stage, batchId);

  expect(outcome).toMatchObject({
    outcome: 'published',
    counts: { total: 2, pending: 1, published: 1 },
    inFlight: 1,
    next: { label: 'row 3' },
  });
  const [job] = await jobsOf(stage, batchId);
  const [call] = stage.sandbox.calls();
  expect(call).toMatchObject({ customId: `owt-${batchId}-1`, startUrls: 1, status: 200 });
  expect(job).toMatchObject({ state: 'published', scrapingJobId: call?.jobId, owesDownload: true });
  expect(job?.intentAt?.getTime()).toBe(stage.time.nowMs);
  const publishedMs = job?.publishedAt?.getTime() ?? 0;
  expect((job?.deadlineAt?.getTime() ?? 0) - publishedMs).toBeCloseTo(JOB_DEADLINE_MS, -1);
});

it('reckons the time left every ten seconds at most: it reads all that runs', async () => {
  const stage = await stageWith();
  const urls = [orderUrl(1), orderUrl(2)];
  const batchId = await batchOf(stage, 'official_website_tracking', urls);
  const other = await batchOf(stage, 'official_website_tracking', urls);
  expect((await publishAll(stage, batchId)).map(({ leftMs }) => leftMs)).toEqual([expect.any(Number), null]);
  expect((await publishAll(stage, other)).map(({ leftMs }) => leftMs)).toEqual([expect.any(Number), null]);
});

it('a job that is no longer pending is not sent', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1)]);
  await publishAll(stage, batchId);
  const [job] = await jobsOf(stage, batchId);
  const again = await stage.run(stage.activities.publishJob, { batchId, jobId: job?.id ?? 0 });
  expect(again).toMatchObject({ outcome: 'failed', counts: { published: 1, failed: 0 } });
  expect(callsMade(stage)).toEqual(['POST scraping-job']);
});

it('a job of another batch is not sent', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1)]);
  const other = await batchOf(stage, 'official_website_tracking', [orderUrl(2)]);
  const [job] = await jobsOf(stage, other);
  await stage.run(stage.activities.publishJob, { batchId, jobId: job?.id ?? 0 });
  expect(callsMade(stage)).toEqual([]);
  expect(await rowsOf(stage, other)).toMatchObject([{ state: 'pending' }]);
});
