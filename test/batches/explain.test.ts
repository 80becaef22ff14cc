import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { explainRow } from '../../src/batches/explain.ts';
import { findBatch, reopenBatch, setBatchState } from '../../src/db/batches.ts';
import { calls } from '../../src/db/pacing-schema.ts';
import { batches, jobs, notifications, rows } from '../../src/db/schema.ts';
import { withCheckDigit } from '../../src/sandbox/check-digit.ts';
import { batchOf, jobsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { newMessage } from '../support/activities/messages.ts';
import { oneRound, processAll, publishAll } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';

const stageWith = useStage();
const ORDERS = 'official_website_redirect_to_yamato_tracking';

async function explain(stage: Stage, batchId: string, row = 2) {
  const batch = await findBatch(stage.db, batchId);
  if (batch === null) throw new Error('the batch is gone');
  return explainRow(stage.db, batch, row);
}

const lines = async (stage: Stage, batchId: string, row = 2) =>
  (await explain(stage, batchId, row)).map(({ what, details }) => `${what} ${details}`);

const labelled = (number: string | null = '') => number?.replace(/^(\d{4})(\d{4})(\d{4})$/, '$1-$2-$3');

const shortly = (ms: number) => new Date(Date.UTC(2026, 0, 15, 3) + ms);

/** Puts what is on record of each job a second apart: no clock of a test decides on the order. */
async function timed(stage: Stage, batchId: string) {
  const startedAt = shortly(0);
  await stage.db.update(batches).set({ startedAt });
  for (const [index, { id }] of (await jobsOf(stage, batchId)).entries()) {
    const at = (seconds: number) => shortly(index * 60_000 + seconds * 1_000);
    await stage.db
      .update(jobs)
      .set({ publishedAt: at(1), finishedAt: at(5) })
      .where(eq(jobs.id, id));
    await stage.db
      .update(notifications)
      .set({ receivedAt: at(2) })
      .where(eq(notifications.jobId, id));
    await stage.db
      .update(calls)
      .set({ startedAt: at(3) })
      .where(eq(calls.jobId, id));
    await stage.db.update(rows).set({ completedAt: at(4) });
  }
}

it('a redirected row: every step in time order, with ISO times', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, ORDERS, [orderUrl(1, 'redirect')]);
  await oneRound(stage, batchId);
  await publishAll(stage, batchId);
  await stage.notified(2);
  await processAll(stage, batchId);
  await timed(stage, batchId);
  const [row] = await rowsOf(stage, batchId);
  await stage.db.update(rows).set({ written: row?.result ?? '', writtenAt: shortly(600_000) });
  const [first, second] = await jobsOf(stage, batchId);

  expect(await lines(stage, batchId)).toEqual([
    `imported row 2, sheet Sheet1: ${labelled(row?.trackingNumber)}, a page of store.apple.com`,
    `published owryt-${batchId}-1: a page of store.apple.com, scraping job ${first?.scrapingJobId}, attempt 1`,
    `notified owryt-${batchId}-1: scraping job ${first?.scrapingJobId} finished, processed`,
    `downloaded owryt-${batchId}-1: download, HTTP 200`,
    `redirected owryt-${batchId}-1: goes on as rtjpt-from-owryt-${batchId}-1`,
    `published rtjpt-from-owryt-${batchId}-1: a page of store.apple.com, scraping job ${second?.scrapingJobId}, attempt 1`,
    `notified rtjpt-from-owryt-${batchId}-1: scraping job ${second?.scrapingJobId} finished, processed`,
    `downloaded rtjpt-from-owryt-${batchId}-1: download, HTTP 200`,
    `result from webscraper: "${row?.result}", ${row?.status}`,
    `written into the workbook: "${row?.result}"`,
  ]);
  const times = (await explain(stage, batchId)).map(({ at }) => at);
  expect(times).toEqual(times.toSorted());
  for (const at of times) expect(at).toMatch(/^2026-01-15T03:\d\d:\d\d\.\d{3}Z$/);
});

it('a publish that was refused, who retried it and why', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1, 'publish-422:1')]);
  await publishAll(stage, batchId);
  const [failed] = await rowsOf(stage, batchId);
  expect(await lines(stage, batchId)).toEqual(
    expect.arrayContaining([
      `failed owt-${batchId}-1: publish, HTTP 422`,
      `failed owt-${batchId}-1: ${failed?.error}`,
    ]),
  );
  await stage.run(stage.activities.retryRows, { ...newMessage('asked by shop'), batchId, rows: '2' });
  await oneRound(stage, batchId);
  const told = await lines(stage, batchId);
  expect(told).toContain('action retry by mei: "asked by shop": rows 2: 1 rows, 1 jobs');
  expect(told.join('\n')).toMatch(/published owt-.*-2: .*, attempt 2/);
  expect(told.at(-1)).toMatch(/^result from webscraper/);
});

it('a row that failed though its job came through tells why', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1, 'empty')]);
  await oneRound(stage, batchId);
  expect((await lines(stage, batchId)).at(-1)).toBe('failed its page came back empty');
});

it('a publish without an answer is told as perhaps published', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1)]);
  await stage.db.update(jobs).set({ state: 'publishing', intentAt: new Date() });
  expect(await lines(stage, batchId)).toContain(
    `published perhaps: owt-${batchId}-1: a page of store.apple.com; no answer is on record`,
  );
});

it('what a carrier was asked', async () => {
  const stage = await stageWith();
  const number = withCheckDigit(48_210_907_150);
  const batchId = await batchOf(stage, 'yamato_tracking_10', [number]);
  const [job] = await jobsOf(stage, batchId);
  await stage.run(stage.activities.askGroup, { batchId, jobId: job?.id ?? 0, pauseShare: 0 });
  const [imported, asked, result] = await lines(stage, batchId);
  expect(imported).toBe(`imported row 2, sheet Sheet1: ${labelled(number)}`);
  expect(asked).toMatch(new RegExp(`^asked yt10-${batchId}-1: yamato, 1 numbers, answered in \\d+ ms$`));
  expect(result).toMatch(/^result from yamato: ".+", \w+$/);
});

it('a result from the record stands at the start of the batch that took it over', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, 'official_website_tracking', ['?']);
  await stage.db
    .update(rows)
    .set({ state: 'completed', source: 'record', result: 'x｜｜｜y', completedAt: shortly(0) });
  const [imported, result] = await explain(stage, batchId);
  expect(result).toMatchObject({
    at: imported?.at,
    what: 'result',
    details: 'on record since 2026-01-15T03:00:00.000Z: "x｜｜｜y", no status',
  });
});

it('rows that share a number are told apart', async () => {
  const stage = await stageWith();
  const [one, other] = [withCheckDigit(39_800_412_300), withCheckDigit(39_800_412_337)];
  const batchId = await batchOf(stage, 'yamato_tracking_only', [one, other]);
  await stage.db.update(rows).set({ row: 5 });
  const told = await lines(stage, batchId, 5);
  const name = (number: string) => `${labelled(number)}, a page of jizen.kuronekoyamato.co.jp`;
  expect(told).toEqual([
    `imported [1 of 2 rows numbered 5: ${name(one)}] row 5, sheet Sheet1: ${name(one)}`,
    `imported [2 of 2 rows numbered 5: ${name(other)}] row 5, sheet Sheet1: ${name(other)}`,
  ]);
  expect(await explain(stage, batchId, 2)).toEqual([]);
});

it('no e-mail address and no order URL is told', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, ORDERS, [orderUrl(1, 'redirect')]);
  await oneRound(stage, batchId);
  await stage.run(stage.activities.pause, { ...newMessage('buyer1@example.jp called'), batchId });
  await stage.db.update(rows).set({ state: 'failed', error: `${orderUrl(1)} is gone` });
  const story = JSON.stringify(await explain(stage, batchId));
  expect(story).not.toMatch(/vieworder|buyer1|example\.jp/);
  expect(story).toContain('store.apple.com is gone');
});

it('a batch that was terminated in Temporal: told of each of its rows, until it is run again', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, ORDERS, [orderUrl(1)]);
  const reason = 'its workflow is no more (terminated); retry runs it again';
  await setBatchState(stage.db, batchId, 'failed', reason);
  expect((await lines(stage, batchId)).at(-1)).toBe(`action the batch ended as failed: ${reason}`);
  await reopenBatch(stage.db, batchId);
  expect((await lines(stage, batchId)).join()).not.toContain('ended as failed');
});
