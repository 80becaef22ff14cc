import { describe, expect, it } from 'vitest';
import { expectedText } from '../../src/sandbox/index.ts';
import { batchOf, jobsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { callsMade, oneRound, processAll, waitOf } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';
const DAY = new Date('2026-01-03T03:00:00Z');
const URLS = [orderUrl(1), orderUrl(2, 'empty'), orderUrl(3, 'url-failed'), orderUrl(4), orderUrl(5)];

describe('several URLs a job', () => {
  it('rows are told apart by their start URL', async () => {
    const stage = await stageWith({ urlsPerJob: 20_000, sandbox: { datesFrom: DAY } });
    const urls = Array.from({ length: 30 }, (_, serial) => orderUrl(serial));
    const batchId = await batchOf(stage, TASK, urls);
    expect((await oneRound(stage, batchId)).counts).toMatchObject({ completed: 30 });
    const rows = await rowsOf(stage, batchId);
    expect(rows.map(({ result }) => result)).toEqual(
      urls.map((url) => expectedText(TASK, url, null, { day: DAY })),
    );
    expect(callsMade(stage)).toEqual(['POST scraping-job', 'GET scraping-job/N/csv']);
  });

  it('empty and failed ones are asked after in one call; the others are done', async () => {
    const stage = await stageWith({ urlsPerJob: 5 });
    const batchId = await batchOf(stage, TASK, URLS);
    expect(await oneRound(stage, batchId)).toMatchObject({
      readInMs: null,
      counts: { completed: 3, failed: 2 },
    });
    const rows = await rowsOf(stage, batchId);
    expect(rows.map(({ error }) => error)).toEqual([
      null,
      'its page came back empty',
      'its page could not be loaded',
      null,
      null,
    ]);
    expect(callsMade(stage)).toEqual([
      'POST scraping-job',
      'GET scraping-job/N/csv',
      'GET scraping-job/N/problematic-urls',
    ]);
    expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'completed' }]);
  });

  it('without a free call for that question the job stays incomplete, and is finished without a second download', async () => {
    const stage = await stageWith({ urlsPerJob: 5, limits: { callLimit: 2 } });
    const batchId = await batchOf(stage, TASK, URLS);
    const first = await oneRound(stage, batchId);
    expect(first).toMatchObject({ counts: { completed: 3, published: 2 }, inFlight: 1 });
    expect(first.readInMs).toBeGreaterThan(0);
    expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'incomplete', finishedAt: null }]);

    stage.time.nowMs += waitOf(first, 5_000) ?? 0;
    const second = await processAll(stage, batchId);
    expect(second).toMatchObject({ readInMs: null, counts: { completed: 3, failed: 2 }, inFlight: 0 });
    expect(callsMade(stage).slice(1)).toEqual([
      'GET scraping-job/N/csv',
      'GET scraping-job/N/problematic-urls',
    ]);
  });

  it('a stopped one that had to wait is not asked after a second time', async () => {
    const stage = await stageWith({ urlsPerJob: 2, limits: { callLimit: 3 } });
    const batchId = await batchOf(stage, TASK, [orderUrl(1, 'job-stopped'), orderUrl(2)]);
    const first = await oneRound(stage, batchId);
    stage.time.nowMs += waitOf(first, 5_000) ?? 0;
    expect((await processAll(stage, batchId)).counts).toMatchObject({ completed: 1, failed: 1 });
    expect(callsMade(stage).filter((call) => call === 'GET scraping-job/N')).toHaveLength(1);
  });

  it('a URL that nothing is known of fails with that', async () => {
    const stage = await stageWith({ urlsPerJob: 2 });
    const batchId = await batchOf(stage, TASK, [orderUrl(1, 'job-stopped'), orderUrl(2)]);
    await oneRound(stage, batchId);
    expect((await rowsOf(stage, batchId))[1]?.error).toBe('no record came back for its URL');
  });
});
