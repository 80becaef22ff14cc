import { sql } from 'drizzle-orm';
import { beforeEach, expect, it } from 'vitest';
import { explainRow } from '../../src/batches/explain.ts';
import { rowReports } from '../../src/batches/row-reports.ts';
import { findBatch, setBatchState } from '../../src/db/batches.ts';
import { carrierChecks, parcels } from '../../src/db/parcel-schema.ts';
import { batchOf } from '../support/activities/batch.ts';
import { oneRound } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';
import { ask, numbersFrom, requestsOf, TASK } from '../support/activities/yamato.ts';

const stageWith = useStage();
const JAPAN_POST = 'japan_post_tracking_10';
const [NUMBER = '', ...MORE] = numbersFrom(0, 23);

let stage: Stage;
beforeEach(async () => {
  stage = await stageWith();
});

/** A batch of numbers that Japan Post does not know. */
async function unknownToJapanPost(numbers: readonly string[]): Promise<string> {
  const batchId = await batchOf(stage, JAPAN_POST, numbers);
  stage.sandbox.addFault({ kind: 'not-found' });
  await oneRound(stage, batchId);
  stage.sandbox.clearFaults();
  // The account's clock is a test's: the day of the first look is today.
  await stage.database.sql`update jobs set intent_at = now(), published_at = now()`;
  return batchId;
}

const check = (pauseShare = 0) => stage.run(stage.activities.checkNumbers, { pauseShare });
const asked = () => stage.sandbox.yamatoRequests().map(({ numbers }) => numbers);
const hints = async (batchId: string) =>
  (await rowReports(stage.db, batchId)).map(({ carrierHint, warnings }) => ({ carrierHint, warnings }));
const story = async (batchId: string) => {
  const batch = await findBatch(stage.db, batchId);
  return batch === null
    ? []
    : (await explainRow(stage.db, batch, 2)).map(({ what, details }) => `${what} ${details}`);
};

it('a number that Japan Post does not know is asked of Yamato, once, and its row has the hint', async () => {
  const batchId = await unknownToJapanPost([NUMBER]);
  expect(await hints(batchId)).toEqual([{ carrierHint: null, warnings: [] }]);
  expect(await check()).toEqual({ asked: 1, waitMs: 0 });
  expect(await check()).toEqual({ asked: 0, waitMs: null });
  expect(asked()).toEqual([[NUMBER]]);
  const [found] = await hints(batchId);
  expect(found).toMatchObject({
    carrierHint: { carrier: 'yamato', confidence: 'high', status: expect.any(String) },
    warnings: [
      expect.stringMatching(
        /^perhaps Yamato \(high confidence\): it knows this number since 20\d\d-\d\d-\d\d, /,
      ),
    ],
  });
  const told = await story(batchId);
  expect(told).toContainEqual(
    expect.stringMatching(/^result .*not registered yet \(day 1\); perhaps Yamato \(high confidence\)/),
  );
  expect(told.at(-1)).toMatch(/^asked yamato, whether it knows this number: it does: \w+$/);
  // The workbook's choice stands.
  expect(await rowReports(stage.db, batchId)).toMatchObject([
    { status: 'unknown', statusText: expect.stringContaining('見つかりません') },
  ]);
  expect(await stage.db.select().from(parcels)).toMatchObject([{ carrier: 'japan_post' }]);
});

it('a number that neither knows is asked once, and has no hint', async () => {
  const batchId = await unknownToJapanPost([NUMBER]);
  stage.sandbox.addFault({ kind: 'not-found' });
  await check();
  await check();
  expect(asked()).toHaveLength(1);
  expect(await stage.db.select().from(carrierChecks)).toMatchObject([
    { carrier: 'yamato', number: NUMBER, status: null },
  ]);
  expect(await hints(batchId)).toEqual([{ carrierHint: null, warnings: [] }]);
  expect((await story(batchId)).at(-1)).toBe('asked yamato, whether it knows this number: it does not');
});

it('ten numbers a request, with a pause after each; those with a wrong check digit are no number of Yamato’s', async () => {
  const wrong = `${NUMBER.slice(0, -1)}${(Number(NUMBER.slice(-1)) + 1) % 10}`;
  await unknownToJapanPost([wrong, ...MORE.slice(0, 12)]);
  expect(await check(0.5)).toEqual({ asked: 10, waitMs: 50_000 });
  const early = await check();
  expect(early.asked).toBe(0);
  expect(early.waitMs).toBeGreaterThan(40_000);
  await stage.database.sql`update carrier_clock set open_at = now() - interval '1 second'`;
  expect(await check()).toEqual({ asked: 2, waitMs: 0 });
  expect(asked().map((numbers) => numbers.length)).toEqual([10, 2]);
  expect(asked().flat()).not.toContain(wrong);
});

it('a batch goes before it, and what a batch has asked is not asked again', async () => {
  await unknownToJapanPost([NUMBER]);
  const batchId = await batchOf(stage, TASK, [NUMBER]);
  expect(await check()).toEqual({ asked: 0, waitMs: null });
  expect(asked()).toEqual([]);
  await ask(stage, batchId);
  await setBatchState(stage.db, batchId, 'completed', null);
  expect(await check()).toEqual({ asked: 0, waitMs: null });
  expect(asked()).toHaveLength(1);
});

it('a paused batch does not hold it up', async () => {
  await unknownToJapanPost([NUMBER]);
  await batchOf(stage, TASK, MORE.slice(0, 1));
  await stage.db.execute(sql`update batches set paused = '{"by":"mika","why":null}' where task = ${TASK}`);
  expect(await check()).toMatchObject({ asked: 1 });
});

it.each(['yamato-maintenance', 'yamato-captcha'] as const)(
  'after %s nothing is asked for some hours, and then once more',
  async (kind) => {
    await unknownToJapanPost([NUMBER]);
    stage.sandbox.addFault({ kind });
    expect(await check()).toEqual({ asked: 0, waitMs: null });
    expect(await check()).toEqual({ asked: 0, waitMs: null });
    expect(await requestsOf(stage)).toHaveLength(1);
    stage.sandbox.clearFaults();
    await stage.database.sql`update carrier_requests set started_at = started_at - interval '7 hours'`;
    expect(await check()).toMatchObject({ asked: 1 });
  },
);

it('a carrier that is held is not waited for', async () => {
  await unknownToJapanPost([NUMBER]);
  await stage.database.sql`insert into carrier_clock (carrier, open_at, pause_ms, held_until, held_reason)
    values ('yamato', now(), 0, now() + interval '1 hour', 'captcha')`;
  expect(await check()).toEqual({ asked: 0, waitMs: null });
  expect(asked()).toEqual([]);
});

it('a number unknown at Yamato has the hint of a row that Japan Post answered, without any asking', async () => {
  const other = await batchOf(stage, 'japan_post_tracking_only', [NUMBER]);
  await oneRound(stage, other);
  const batchId = await batchOf(stage, TASK, [NUMBER]);
  stage.sandbox.addFault({ kind: 'not-found' });
  await ask(stage, batchId);
  const [found] = await hints(batchId);
  expect(found?.carrierHint).toMatchObject({ carrier: 'japan_post', confidence: 'high' });
  expect(found?.warnings.at(-1)).toMatch(
    /^perhaps Japan Post \(high confidence\): it knows this number since /,
  );
  // Once Yamato knows it, nothing is left of the hint.
  stage.sandbox.clearFaults();
  await setBatchState(stage.db, batchId, 'completed', null);
  const again = await batchOf(stage, TASK, [NUMBER], { fresh: true });
  await ask(stage, again);
  expect(await hints(again)).toEqual([{ carrierHint: null, warnings: [] }]);
});

it('a row that cannot be asked since its number has the form of Japan Post alone says so', async () => {
  const batchId = await batchOf(stage, TASK, ['EM123456785JP', '12345']);
  expect(await rowReports(stage.db, batchId)).toMatchObject([
    { state: 'invalid', warnings: [expect.stringMatching(/^perhaps Japan Post \(low confidence\)/)] },
    { state: 'invalid', warnings: [] },
  ]);
});

it('over forty days each number is asked once, however often rows are asked anew', async () => {
  const numbers = numbersFrom(0, 20);
  for (let day = 0; day < 40; day += 1) {
    if (day % 4 === 0) await unknownToJapanPost(numbers.slice(day / 2, day / 2 + 2));
    // Each is looked at daily, as long as its carrier does not know it.
    await stage.database.sql`update parcels set seen_at = now()`;
    for (let run = 0; run < 3; run += 1) await check();
    await stage.database.sql`update parcels set first_seen_at = first_seen_at - interval '1 day'`;
    await stage.database.sql`update carrier_checks set asked_at = asked_at - interval '1 day'`;
    await stage.database.sql`update carrier_requests set started_at = started_at - interval '1 day'`;
  }
  expect(asked().flat().toSorted()).toEqual(numbers.toSorted());
  expect(asked()).toHaveLength(10);
});
