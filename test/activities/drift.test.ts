import { describe, expect, it } from 'vitest';
import { taskHold } from '../../src/db/task-drift.ts';
import type { FaultKind } from '../../src/sandbox/index.ts';
import { batchOf, jobsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { allAtOnce, driftOf, oneByOne } from '../support/activities/drift.ts';
import { newMessage } from '../support/activities/messages.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';
import { numbersFrom } from '../support/activities/yamato.ts';

const stageWith = useStage();

const TASK = 'yamato_tracking_only';
const LIMITS = { publishIntervalMs: 1, callLimit: 100_000 } as const;
const given = () => stageWith({ limits: LIMITS, sandbox: { callLimit: 100_000 } });
const breakWith = (stage: Stage, kind: FaultKind) => stage.sandbox.addFault({ kind });
const resume = (stage: Stage, batchId: string) =>
  stage.run(stage.activities.resume, { batchId, ...newMessage() });

const publishNext = async (stage: Stage, batchId: string) => {
  const job = (await jobsOf(stage, batchId)).find(({ state }) => state === 'pending');
  return stage.run(stage.activities.publishJob, { batchId, jobId: job?.id ?? 0 });
};

describe('a sitemap that is broken', () => {
  it.each<[FaultKind, RegExp]>([
    ['no-columns', /none of the columns of yamato_tracking_only/],
    ['html-instead-of-csv', /expected a CSV, got HTML/],
    ['empty', /its page came back empty/],
    ['url-failed', /ended failed without records/],
    ['job-failed', /ended failed without records/],
  ])(
    '%s: is paid for ten times and not once more; its other batches are held with it',
    async (kind, what) => {
      const stage = await given();
      const [one, other, good] = await Promise.all([
        batchOf(stage, TASK, numbersFrom(0, 20)),
        batchOf(stage, TASK, numbersFrom(50, 3)),
        batchOf(stage, 'official_website_tracking', [orderUrl(1), orderUrl(2)]),
      ]);
      breakWith(stage, kind);
      expect(await oneByOne(stage, one)).toBe(10);
      const answer = await publishNext(stage, one);
      expect(answer).toMatchObject({ outcome: 'wait', held: true });
      expect('why' in answer ? answer.why : '').toMatch(what);
      expect(await publishNext(stage, other)).toMatchObject({ outcome: 'wait', held: true });
      expect(await publishNext(stage, good)).toMatchObject({ outcome: 'published' });
      expect(await jobsOf(stage, other)).toMatchObject(
        Array.from({ length: 3 }, () => ({ state: 'pending' })),
      );
    },
  );
});

it('what is in flight when a task is held is read, and held with it: not one more is sent', async () => {
  const stage = await given();
  const batchId = await batchOf(stage, TASK, numbersFrom(0, 14));
  breakWith(stage, 'no-columns');
  expect(await allAtOnce(stage, batchId)).toBe(14);
  expect(await driftOf(stage)).toMatchObject([{ task: TASK, run: 14, heldReason: expect.any(String) }]);
});

it('a turn that was given before its task was held is not begun', async () => {
  const stage = await given();
  const batchId = await batchOf(stage, TASK, numbersFrom(0, 1));
  const [job] = await jobsOf(stage, batchId);
  const jobId = job?.id ?? 0;
  const turn = await stage.clock.reservePublish(jobId);
  await stage.database
    .sql`insert into task_drift (task, held_since, held_reason) values (${TASK}, now(), 'odd')`;
  if (!turn.granted) throw new Error(turn.why);
  expect(await stage.clock.begin(turn.callId, jobId)).toMatchObject({ granted: false });
  expect(await stage.clock.publishNow(jobId)).toMatchObject({ granted: false });
  expect((await jobsOf(stage, batchId))[0]).toMatchObject({ state: 'pending', owesDownload: false });
});

it('good jobs between them end a run: scattered empty and failed pages hold nothing, and are learnt', async () => {
  const stage = await given();
  const batchId = await batchOf(stage, 'official_website_tracking', [
    ...Array.from({ length: 9 }, (_, n) => orderUrl(n, 'empty')),
    orderUrl(20),
    ...Array.from({ length: 9 }, (_, n) => orderUrl(30 + n, 'url-failed')),
    orderUrl(40),
  ]);
  expect(await oneByOne(stage, batchId)).toBe(20);
  expect(await driftOf(stage)).toMatchObject([{ jobs: 20, odd: 18, run: 0, heldSince: null }]);
  expect(await stage.db.query.oddJobs.findMany()).toEqual([]);
});

it('a run is counted over batches', async () => {
  const stage = await given();
  const batches = await Promise.all([0, 1, 2].map((n) => batchOf(stage, TASK, numbersFrom(n * 10, 4))));
  breakWith(stage, 'empty');
  for (const batchId of batches.slice(0, 2)) expect(await oneByOne(stage, batchId)).toBe(4);
  expect(await oneByOne(stage, batches[2] ?? '')).toBe(2);
});

describe('a resume', () => {
  it('releases the task, and asks again after the rows that came back odd', async () => {
    const stage = await given();
    const [one, other] = await Promise.all([
      batchOf(stage, TASK, numbersFrom(0, 12)),
      batchOf(stage, TASK, numbersFrom(50, 3)),
    ]);
    breakWith(stage, 'html-instead-of-csv');
    expect(await oneByOne(stage, other)).toBe(3);
    expect(await oneByOne(stage, one)).toBe(7);
    expect(await taskHold(stage.db, TASK)).not.toBeNull();
    stage.sandbox.clearFaults();
    expect(await resume(stage, one)).toMatchObject({ counts: { failed: 0, pending: 12 } });
    expect(await taskHold(stage.db, TASK)).toBeNull();
    expect(await oneByOne(stage, one)).toBe(12);
    expect(await oneByOne(stage, other)).toBe(3);
    for (const batchId of [one, other])
      for (const row of await rowsOf(stage, batchId)) expect(row).toMatchObject({ state: 'completed' });
    const actions = await stage.db.query.actions.findMany();
    expect(actions.map(({ action }) => action).toSorted()).toEqual(['resume', 'retry', 'retry']);
  });

  it('asks again once, however often it is told', async () => {
    const stage = await given();
    const batchId = await batchOf(stage, TASK, numbersFrom(0, 12));
    breakWith(stage, 'empty');
    await oneByOne(stage, batchId);
    const message = { batchId, ...newMessage() };
    await stage.run(stage.activities.resume, message);
    await stage.run(stage.activities.resume, message);
    expect(await jobsOf(stage, batchId)).toHaveLength(22);
  });

  it('of what was published before it, an odd result holds nothing', async () => {
    const stage = await given();
    const batchId = await batchOf(stage, TASK, numbersFrom(0, 30));
    breakWith(stage, 'no-columns');
    expect(await oneByOne(stage, batchId)).toBe(10);
    await stage.database.sql`update task_drift set held_since = null, run = 0`;
    const before = stage.sandbox.notifications().length;
    for (let sent = 0; sent < 15; sent += 1) await publishNext(stage, batchId);
    await stage.database.sql`update task_drift set held_since = now(), held_reason = 'odd'`;
    await resume(stage, batchId);
    await stage.notified(before + 15);
    await stage.run(stage.activities.processResults, { batchId });
    expect(await driftOf(stage)).toMatchObject([{ run: 0, heldSince: null }]);
  });

  it('of another task releases nothing', async () => {
    const stage = await given();
    const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1)]);
    await stage.database
      .sql`insert into task_drift (task, held_since, held_reason) values (${TASK}, now(), 'odd')`;
    await resume(stage, batchId);
    expect(await taskHold(stage.db, TASK)).toBe('odd');
  });
});

it('the odd page and the last good one are kept, nobody’s order or address in them', async () => {
  const stage = await given();
  const good = await batchOf(stage, 'official_website_tracking', [orderUrl(1)]);
  await oneByOne(stage, good);
  const odd = await batchOf(stage, 'official_website_tracking', [orderUrl(2)]);
  breakWith(stage, 'html-instead-of-csv');
  await oneByOne(stage, odd);
  const [drift] = await driftOf(stage);
  expect(drift?.goodPage).toMatch(/^web-scraper-order,.*order_date/);
  expect(drift?.goodPage).toMatch(/\d{4}年\d{1,2}月/);
  expect(drift?.oddPage).toMatch(/^<!doctype html>/i);
  expect(drift).toMatchObject({ goodJob: `owt-${good}-1`, oddJob: `owt-${odd}-1` });
  const kept = JSON.stringify([await driftOf(stage), await stage.db.query.oddJobs.findMany()]);
  expect(kept).not.toMatch(/W100000|@example/);
});
