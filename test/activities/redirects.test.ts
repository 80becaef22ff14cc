import { describe, expect, it } from 'vitest';
import { expectedText } from '../../src/sandbox/index.ts';
import { batchOf, jobsOf, linksOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { callsMade, oneRound, processAll, publishAll } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';

const stageWith = useStage();
const TASK = 'official_website_redirect_to_yamato_tracking';
const DAY = new Date('2026-01-03T03:00:00Z');

const expectedTexts = async (stage: Stage, batchId: string) =>
  (await rowsOf(stage, batchId)).map(({ url }) => expectedText(TASK, url, null, { day: DAY }));

it('failure 6 of before: an order that went by Japan Post is asked once more there, and its row gets that result', async () => {
  const stage = await stageWith({ sandbox: { datesFrom: DAY } });
  const batchId = await batchOf(stage, TASK, [orderUrl(1, 'redirect')]);
  const first = await oneRound(stage, batchId);
  expect(first).toMatchObject({
    counts: { redirected: 1, completed: 0 },
    inFlight: 0,
    next: { label: 'row 2' },
  });
  const [job, second] = await jobsOf(stage, batchId);
  expect(job?.state).toBe('redirected');
  expect(second).toMatchObject({
    state: 'pending',
    task: 'redirect_to_japan_post_tracking',
    customId: `rtjpt-from-owryt-${batchId}-1`,
    sitemapId: 1422223,
    subjects: [orderUrl(1, 'redirect')],
    redirectOf: job?.id,
  });

  await publishAll(stage, batchId);
  expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'redirected' }]);
  await stage.notified(2);
  expect((await processAll(stage, batchId)).counts).toMatchObject({ completed: 1, redirected: 0 });
  expect((await rowsOf(stage, batchId)).map(({ result }) => result)).toEqual(
    await expectedTexts(stage, batchId),
  );
  expect(callsMade(stage)).toHaveLength(4);
});

it('is published at most once, however often and at the same time the job is notified', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, TASK, [orderUrl(1, 'redirect,duplicate-webhook')]);
  await publishAll(stage, batchId);
  await stage.notified(2);
  await Promise.all([processAll(stage, batchId), processAll(stage, batchId), processAll(stage, batchId)]);
  await processAll(stage, batchId);
  expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'redirected' }, { state: 'pending' }]);
  expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'redirected' }]);
});

it('a redirected job that fails, fails its row', async () => {
  const stage = await stageWith();
  stage.sandbox.addFault({ kind: 'csv-404', match: 'rtjpt-' });
  const batchId = await batchOf(stage, TASK, [orderUrl(1, 'redirect')]);
  await oneRound(stage, batchId);
  await publishAll(stage, batchId);
  await stage.notified(2);
  expect((await processAll(stage, batchId)).counts).toMatchObject({ failed: 1, redirected: 0 });
});

describe('of a job with several URLs', () => {
  it('those by Japan Post share one redirected job, before further pending ones; the others are done', async () => {
    const stage = await stageWith({ urlsPerJob: 4, sandbox: { datesFrom: DAY } });
    const urls = [
      orderUrl(1, 'redirect'),
      orderUrl(2, 'by-yamato'),
      orderUrl(3, 'redirect'),
      orderUrl(4, 'by-yamato'),
    ];
    const batchId = await batchOf(stage, TASK, [...urls, orderUrl(1, 'redirect'), orderUrl(5, 'by-yamato')]);
    const [job] = await jobsOf(stage, batchId);
    await stage.run(stage.activities.publishJob, { batchId, jobId: job?.id ?? 0 });
    await stage.notified(1);
    const outcome = await processAll(stage, batchId);
    expect(outcome).toMatchObject({ counts: { completed: 2, redirected: 3, pending: 1 } });
    const [, , redirected] = await jobsOf(stage, batchId);
    expect(redirected).toMatchObject({ subjects: [urls[0], urls[2]], redirectOf: job?.id });
    expect(outcome.next?.jobId).toBe(redirected?.id);
    expect(await linksOf(stage, redirected?.id ?? 0)).toHaveLength(3);

    const last = await oneRound(stage, batchId);
    expect(last.counts).toMatchObject({ total: 6, completed: 6 });
    expect((await rowsOf(stage, batchId)).map(({ result }) => result)).toEqual(
      await expectedTexts(stage, batchId),
    );
  });

  it('one missing besides: it fails, the redirected one goes on', async () => {
    const stage = await stageWith({ urlsPerJob: 3 });
    const urls = [orderUrl(1, 'redirect'), orderUrl(2, 'empty'), orderUrl(3, 'by-yamato')];
    const batchId = await batchOf(stage, TASK, urls);
    const outcome = await oneRound(stage, batchId);
    expect(outcome.counts).toMatchObject({ redirected: 1, failed: 1, completed: 1 });
    expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'completed' }, { state: 'pending' }]);
  });
});

it('many jobs redirected at once do not get into each other’s way', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(
    stage,
    TASK,
    Array.from({ length: 12 }, (_, serial) => orderUrl(serial, 'redirect')),
  );
  const outcome = await oneRound(stage, batchId);
  expect(outcome).toMatchObject({ readInMs: null, counts: { redirected: 12 } });
  const seqs = (await jobsOf(stage, batchId)).map(({ seq }) => seq);
  expect(seqs).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
  expect(callsMade(stage)).toHaveLength(24);
});
