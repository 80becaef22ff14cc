import { describe, expect, it } from 'vitest';
import { expectedText, numberWithFault } from '../../src/sandbox/index.ts';
import type { AnsweredTask } from '../../src/sandbox/index.ts';
import { withCheckDigit } from '../../src/sandbox/check-digit.ts';
import { batchOf, jobsOf, notificationsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { callsMade, oneRound, processAll, publishAll } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';

const stageWith = useStage();
const DAY = new Date('2026-01-03T03:00:00Z');
const sandbox = { datesFrom: DAY };

const numbers = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => withCheckDigit(from + 37 * index));

async function expectRight(stage: Stage, task: AnsweredTask, batchId: string): Promise<void> {
  const rows = await rowsOf(stage, batchId);
  const expected = rows.map((row) => expectedText(task, row.url, row.trackingNumber, { day: DAY }));
  expect(rows.map(({ result }) => result)).toEqual(expected);
  expect(rows.every(({ state, source }) => state === 'completed' && source === 'webscraper')).toBe(true);
}

it.each<[AnsweredTask, string[]]>([
  ['official_website_tracking', [orderUrl(1), orderUrl(2)]],
  ['yamato_tracking_only', [...numbers(39_800_412_300, 3), numberWithFault('state-delivered')]],
  ['japan_post_tracking_only', [...numbers(18_379_277_910, 3), numberWithFault('not-found')]],
  [
    'official_website_redirect_to_yamato_tracking',
    [orderUrl(1, 'by-yamato'), orderUrl(2, 'by-yamato,state-returned')],
  ],
])('%s: every row has the text that column C is to hold', async (task, inputs) => {
  const stage = await stageWith({ sandbox });
  const batchId = await batchOf(stage, task, inputs);
  const outcome = await oneRound(stage, batchId);
  expect(outcome).toMatchObject({
    counts: { total: inputs.length, completed: inputs.length },
    unwritten: inputs.length,
    inFlight: 0,
    readInMs: null,
  });
  await expectRight(stage, task, batchId);
  expect(
    (await jobsOf(stage, batchId)).every(({ state, error }) => state === 'completed' && error === null),
  ).toBe(true);
});

it('japan_post_tracking_10: every row that holds a number gets its result', async () => {
  const stage = await stageWith({ sandbox });
  const own = numbers(22_045_613_800, 12);
  const batchId = await batchOf(stage, 'japan_post_tracking_10', [...own, own[3] ?? '', own[11] ?? '']);
  expect(await jobsOf(stage, batchId)).toHaveLength(2);
  await oneRound(stage, batchId);
  await expectRight(stage, 'japan_post_tracking_10', batchId);
  const results = (await rowsOf(stage, batchId)).map(({ result }) => result);
  expect(results[12]).toBe(results[3]);
  expect(results[13]).toBe(results[11]);
  expect(new Set(results).size).toBeGreaterThan(5);
});

it('a clean job costs exactly two calls', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1)]);
  await oneRound(stage, batchId);
  expect(callsMade(stage)).toEqual(['POST scraping-job', 'GET scraping-job/N/csv']);
  expect(await jobsOf(stage, batchId)).toMatchObject([{ owesDownload: false }]);
  expect(await notificationsOf(stage)).toMatchObject([{ outcome: 'processed' }]);
});

it('failure 11 of before: dates without a year belong to the year before at New Year', async () => {
  const clock = { nowMs: () => DAY.getTime() };
  const stage = await stageWith({ sandbox: { clock } });
  const number = numberWithFault('state-delivered');
  const batchId = await batchOf(stage, 'yamato_tracking_only', [number]);
  await oneRound(stage, batchId);
  const [row] = await rowsOf(stage, batchId);
  expect(row?.result).toMatch(/｜｜｜(12月|01月0[1-3]日)/);
  expect(row?.eventAt?.getTime()).toBeLessThanOrEqual(DAY.getTime());
  expect(row?.eventAt?.getTime()).toBeGreaterThan(DAY.getTime() - 30 * 86_400_000);
});

describe('a job already dealt with', () => {
  it('duplicate-webhook: is not downloaded again', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1, 'duplicate-webhook')]);
    await oneRound(stage, batchId);
    await stage.notified(2);
    await processAll(stage, batchId);
    expect(callsMade(stage)).toHaveLength(2);
    expect((await notificationsOf(stage)).map(({ outcome }) => outcome)).not.toContain(null);
  });

  it('is not downloaded again by a second run of the activity, failed rows or not', async () => {
    const stage = await stageWith();
    const inputs = [orderUrl(1, 'empty'), orderUrl(2, 'html-instead-of-csv')];
    const batchId = await batchOf(stage, 'official_website_tracking', inputs);
    await oneRound(stage, batchId);
    const made = callsMade(stage).length;
    const again = await processAll(stage, batchId);
    expect(again.counts).toMatchObject({ failed: 2 });
    expect(callsMade(stage)).toHaveLength(made);
  });

  it('of another batch is left alone', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1)]);
    const other = await batchOf(stage, 'official_website_tracking', [orderUrl(2)]);
    await oneRound(stage, batchId);
    await publishAll(stage, other);
    await stage.notified(2);
    await stage.run(stage.activities.processResults, { batchId });
    expect(callsMade(stage).filter((call) => call.endsWith('csv'))).toHaveLength(1);
    expect(await rowsOf(stage, other)).toMatchObject([{ state: 'published' }]);
  });
});
