import { describe, expect, it } from 'vitest';
import { failedCalls } from '../../src/pacing/call-records.ts';
import type { FaultKind } from '../../src/sandbox/index.ts';
import { batchOf, jobsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import {
  callsMade,
  oneRound,
  processAll,
  publishAll,
  waitOf,
  waitsThroughTrouble,
} from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';

describe('what is no result CSV fails the rows at once, with the reason', () => {
  it.each<[FaultKind, RegExp]>([
    ['html-instead-of-csv', /^expected a CSV, got HTML: <!DOCTYPE html>/],
    ['no-columns', /^the CSV has none of the columns of official_website_tracking/],
    ['csv-404', /^Web Scraper Cloud answered 404 to the download of job \d+$/],
  ])('%s', async (fault, reason) => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1, fault), orderUrl(2)]);
    const outcome = await oneRound(stage, batchId);
    expect(outcome).toMatchObject({ readInMs: null, counts: { completed: 1, failed: 1 } });
    const [row] = await rowsOf(stage, batchId);
    expect(row).toMatchObject({ state: 'failed', error: expect.stringMatching(reason) });
    expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'failed' }, { state: 'completed' }]);
  });
});

describe('an outage', () => {
  it('is waited out: again after 5, 10, 20 and 40 s, then given up', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1, 'csv-500'), orderUrl(2)]);
    const waits = await waitsThroughTrouble(stage, batchId);
    expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, null]);
    const [row] = await rowsOf(stage, batchId);
    expect(row?.error).toMatch(/^Web Scraper Cloud answered 500 to the download of job \d+$/);
    expect(callsMade(stage).filter((call) => call.endsWith('csv'))).toHaveLength(6);
  });

  it.each<FaultKind>(['csv-truncated', 'csv-reset', 'csv-500', 'csv-timeout'])(
    '%s: half a result is none, and the next download brings it',
    async (fault) => {
      const stage = await stageWith({ callTimeoutMs: fault === 'csv-timeout' ? 1_000 : 10_000 });
      const batchId = await batchOf(stage, TASK, [orderUrl(1, `${fault}:1`)]);
      const first = await oneRound(stage, batchId);
      expect(first).toMatchObject({ unread: 0, inFlight: 1 });
      expect(waitOf(first)).toBe(5_000);
      expect(await processAll(stage, batchId)).toMatchObject({ readInMs: null, counts: { completed: 1 } });
    },
  );

  it('counts anew after a download that came through', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    const [job] = await jobsOf(stage, batchId);
    const id = job?.id ?? 0;
    await stage.database
      .sql`insert into calls (kind, job_id, started_at, finished_at, http_status, expires_at)
      select 'download', ${id}, now(), now(), status, now() from unnest('{500,null,502,200,503,404,500,null}'::int[]) status`;
    expect(await failedCalls(stage.db, id, 'download')).toBe(2);
    expect(await failedCalls(stage.db, id, 'check')).toBe(0);
  });

  it('csv-429 closes the account; the download is made when it opens', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1, 'csv-429:1')]);
    expect(waitOf(await oneRound(stage, batchId))).toBe(1_000);
    expect(waitOf(await processAll(stage, batchId))).toBe(2_000);
    expect(callsMade(stage)).toHaveLength(2);
    stage.time.nowMs += 2_000;
    expect(await processAll(stage, batchId)).toMatchObject({ readInMs: null, counts: { completed: 1 } });
  });
});

it('the download owed to a publish never waits for the budget', async () => {
  const stage = await stageWith({ limits: { callLimit: 4 } });
  const batchId = await batchOf(stage, TASK, [orderUrl(1), orderUrl(2), orderUrl(3)]);
  const outcomes = await publishAll(stage, batchId);
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['published', 'published', 'wait']);
  await stage.notified(2);
  expect(await processAll(stage, batchId)).toMatchObject({
    readInMs: null,
    counts: { completed: 2, pending: 1 },
  });
});

it('job trouble: one that cannot be processed at all does not keep the others', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, TASK, [orderUrl(1), orderUrl(2)]);
  await publishAll(stage, batchId);
  await stage.notified(2);
  const [first] = await jobsOf(stage, batchId);
  await stage.database.sql`update jobs set task = 'gone' where id = ${first?.id ?? 0}`;
  await processAll(stage, batchId);
  expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'published' }, { state: 'completed' }]);
  for (let tries = 0; tries < 2; tries += 1) await processAll(stage, batchId);
  const [row] = await rowsOf(stage, batchId);
  expect(row).toMatchObject({
    state: 'failed',
    error: expect.stringMatching(/^its result could not be saved: .*gone/),
  });
});
