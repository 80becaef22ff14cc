import { describe, expect, it } from 'vitest';
import { findBatch } from '../../src/db/batches.ts';
import { answer } from '../support/activities/answers.ts';
import { batchOf, jobsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';

describe('a publish whose worker died', () => {
  const settle = (stage: Stage, batchId: string, jobId: number) =>
    stage.run(stage.activities.settlePublish, { batchId, jobId });

  it('before it began: the turn is given back, the job waits', async () => {
    const stage = await stageWith({ limits: { publishIntervalMs: 6_000 } });
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    const [job] = await jobsOf(stage, batchId);
    await stage.clock.reservePublish(job?.id ?? 0);
    expect(await settle(stage, batchId, job?.id ?? 0)).toMatchObject({ counts: { pending: 1 }, next: {} });
    expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'pending', owesDownload: false }]);
    expect(await stage.clock.reservePublish(job?.id ?? 0)).toMatchObject({ granted: true, delayMs: 0 });
  });

  it('after it began: perhaps published, and never by itself again', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    const [job] = await jobsOf(stage, batchId);
    const turn = await stage.clock.reservePublish(job?.id ?? 0);
    if (turn.granted) await stage.clock.begin(turn.callId, job?.id ?? 0);
    expect(await settle(stage, batchId, job?.id ?? 0)).toMatchObject({ counts: { failed: 1 }, next: null });
    const [row] = await rowsOf(stage, batchId);
    expect(row?.error).toMatch(/^perhaps published/);
    expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'failed', owesDownload: false }]);
  });

  it.each(['published', 'incomplete', 'completed', 'failed', 'redirected'])(
    'while %s: nothing',
    async (state) => {
      const stage = await stageWith();
      const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
      await stage.database
        .sql`update jobs set state = ${state}, owes_download = true where batch_id = ${batchId}`;
      const [job] = await jobsOf(stage, batchId);
      await settle(stage, batchId, job?.id ?? 0);
      expect(await jobsOf(stage, batchId)).toMatchObject([{ state, owesDownload: true }]);
    },
  );
});

it('figures: every row in one state, their sum the total', async () => {
  const stage = await stageWith();
  const states = ['pending', 'published', 'redirected', 'completed', 'failed', 'invalid'] as const;
  const batchId = await batchOf(
    stage,
    TASK,
    states.flatMap((_, n) => Array(n + 1).fill(orderUrl(n))),
  );
  for (const [n, state] of states.entries())
    await stage.database
      .sql`update rows set state = ${state} where batch_id = ${batchId} and url = ${orderUrl(n)}`;
  const figures = await stage.run(stage.activities.figures, { batchId });
  expect(figures.counts).toEqual({
    total: 21,
    pending: 1,
    published: 2,
    redirected: 3,
    completed: 4,
    failed: 5,
    invalid: 6,
  });
  expect(figures.unwritten).toBe(4);
  await answer(stage, batchId, { 2: 'a' });
  const later = await stage.run(stage.activities.figures, { batchId });
  expect(later.revision).toBeGreaterThan(figures.revision);
});

describe('a cancelled batch', () => {
  it('drops what waits: its rows stay pending, those sent to a second job fail', async () => {
    const stage = await stageWith();
    const task = 'official_website_redirect_to_yamato_tracking';
    const batchId = await batchOf(stage, task, [orderUrl(1, 'redirect'), orderUrl(2, 'by-yamato')]);
    const [first, second] = await jobsOf(stage, batchId);
    await stage.run(stage.activities.publishJob, { batchId, jobId: first?.id ?? 0 });
    await stage.notified(1);
    await stage.run(stage.activities.processResults, { batchId, jobIds: [first?.id ?? 0] });
    await stage.clock.reservePublish(second?.id ?? 0);

    const state = { batchId, state: 'cancelled', reason: 'cancelled by mei' } as const;
    const figures = await stage.run(stage.activities.saveState, state);
    expect(figures).toMatchObject({ counts: { failed: 1, pending: 1 }, next: null, inFlight: 0 });
    expect((await jobsOf(stage, batchId)).map(({ state: jobState }) => jobState)).toEqual([
      'redirected',
      'failed',
      'failed',
    ]);
    expect((await jobsOf(stage, batchId)).some(({ owesDownload }) => owesDownload)).toBe(false);
    expect(await findBatch(stage.db, batchId)).toMatchObject({
      state: 'cancelled',
      reason: 'cancelled by mei',
    });
    expect((await findBatch(stage.db, batchId))?.finishedAt).not.toBeNull();
  });
});

it('an ended batch keeps nothing of the budget, and waits in no forecast', async () => {
  const stage = await stageWith({ limits: { publishIntervalMs: 6_000 } });
  const dead = await batchOf(
    stage,
    TASK,
    Array.from({ length: 50 }, (_, serial) => orderUrl(serial)),
  );
  const own = Array.from({ length: 10 }, (_, serial) => orderUrl(serial));
  const batchId = await batchOf(stage, TASK, own);
  const saveState = (id: string, state: 'running' | 'failed') =>
    stage.run(stage.activities.saveState, { batchId: id, state, reason: null });
  const beside = await saveState(batchId, 'running');
  await saveState(dead, 'failed');
  const alone = await saveState(batchId, 'running');
  expect(alone.leftMs).toBeLessThan(beside.leftMs ?? 0);
});

it('messages are kept with who and why', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
  const message = { batchId, by: 'mei', why: 'holiday' };
  await stage.run(stage.activities.recordPause, message);
  await stage.run(stage.activities.recordResume, { ...message, why: null });
  await stage.run(stage.activities.recordCancel, { ...message, drop: true });
  expect(await stage.database.sql`select action, by, why, details from actions order by id`).toEqual([
    { action: 'pause', by: 'mei', why: 'holiday', details: null },
    { action: 'resume', by: 'mei', why: null, details: null },
    { action: 'cancel', by: 'mei', why: 'holiday', details: 'in flight dropped' },
  ]);
});
