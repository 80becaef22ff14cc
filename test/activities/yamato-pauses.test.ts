import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { batchOf, jobsOf, rowsOf } from '../support/activities/batch.ts';
import { useStage } from '../support/activities/stage.ts';
import type { StageOptions } from '../support/activities/stage.ts';
import { ask, nextOf, numbersFrom, requestsOf, TASK } from '../support/activities/yamato.ts';

const stageWith = useStage();

async function given(inputs: readonly string[], options: StageOptions = {}) {
  const stage = await stageWith(options);
  return { stage, batchId: await batchOf(stage, TASK, inputs) };
}

describe('one asker at a time', () => {
  it('two batches at once keep the pause between any two requests', async () => {
    const { stage, batchId } = await given(numbersFrom(0, 100));
    const other = await batchOf(stage, TASK, numbersFrom(200, 100));
    const pauses = [110, 180, 0, 140, 125, 160, 120, 150, 130, 170];
    await Promise.all(
      [batchId, other].map(async (id) => {
        for (const pauseMs of pauses)
          expect(await ask(stage, id, pauseMs)).toMatchObject({ outcome: 'asked' });
      }),
    );
    const requests = await requestsOf(stage);
    const arrivedAt = stage.sandbox.yamatoRequests().map(({ at }) => at);
    expect(requests).toHaveLength(20);
    expect(arrivedAt).toHaveLength(20);
    for (const [index, { finishedAt, pauseMs }] of requests.slice(0, -1).entries()) {
      const openMs = (finishedAt?.getTime() ?? Infinity) + pauseMs;
      // Moments of the record are whole milliseconds.
      expect((requests[index + 1]?.startedAt.getTime() ?? 0) - openMs).toBeGreaterThanOrEqual(-1);
      expect((arrivedAt[index + 1] ?? 0) - openMs).toBeGreaterThanOrEqual(-1);
    }
  });

  it('the rest of a long pause is the workflow’s to wait for, with a head start for who was told so', async () => {
    const { stage, batchId } = await given(numbersFrom(0, 20));
    expect(await ask(stage, batchId, 50_000)).toMatchObject({ outcome: 'asked', waitMs: 45_000 });
    const told = await ask(stage, batchId, 1_000);
    expect(told).toMatchObject({ outcome: 'wait', why: 'yamato: the pause between two requests' });
    expect(told.waitMs).toBeGreaterThan(40_000);
    expect(told.waitMs).toBeLessThanOrEqual(44_500);
    expect(stage.sandbox.yamatoRequests()).toHaveLength(1);
  });

  it('a group cancelled while it waits is not asked', async () => {
    const { stage, batchId } = await given(numbersFrom(0, 20));
    await ask(stage, batchId, 5_000);
    const env = new MockActivityEnvironment();
    const jobId = await nextOf(stage, batchId);
    const waiting = env.run(stage.activities.askGroup, { batchId, jobId, pauseShare: 0 });
    env.cancel();
    await expect(waiting).rejects.toMatchObject({ name: 'CancelledFailure' });
    expect(stage.sandbox.yamatoRequests()).toHaveLength(1);
    expect((await jobsOf(stage, batchId)).map(({ state }) => state)).toEqual(['completed', 'pending']);
  });

  it('a request whose worker died is made again at once, its pause kept; it counts as an attempt', async () => {
    const { stage, batchId } = await given(numbersFrom(0, 10));
    const jobId = await nextOf(stage, batchId);
    for (let deaths = 0; deaths < 2; deaths += 1) {
      await stage.carrierClock.takeOver(jobId);
      await stage.database.sql`update carrier_clock set open_at = now() - interval '1 second'`;
      expect(await stage.carrierClock.begin(jobId, 20)).toMatchObject({ begun: true });
    }
    expect(await ask(stage, batchId)).toMatchObject({ outcome: 'asked', counts: { completed: 10 } });
    const requests = await requestsOf(stage);
    expect(requests.map(({ error }) => error?.slice(0, 16) ?? null)).toEqual([
      'its worker ended',
      'its worker ended',
      null,
    ]);
    const [, lost, again] = requests;
    const gapMs = (again?.startedAt.getTime() ?? 0) - (lost?.finishedAt?.getTime() ?? Infinity);
    expect(gapMs).toBeGreaterThanOrEqual(19);
  });

  it('a group that kills its worker each time is given up', async () => {
    const { stage, batchId } = await given(numbersFrom(0, 10));
    const jobId = await nextOf(stage, batchId);
    for (let deaths = 0; deaths < 3; deaths += 1) {
      await stage.carrierClock.takeOver(jobId);
      await stage.database.sql`update carrier_clock set open_at = now() - interval '1 second'`;
      await stage.carrierClock.begin(jobId, 0);
    }
    expect(await ask(stage, batchId)).toMatchObject({ outcome: 'gave up', counts: { failed: 10 } });
    expect(stage.sandbox.yamatoRequests()).toEqual([]);
    expect((await rowsOf(stage, batchId))[0]?.error).toContain(
      'its worker ended before the answer was saved',
    );
  });

  it('a group that has its results is not asked again', async () => {
    const { stage, batchId } = await given(numbersFrom(0, 10));
    const jobId = await nextOf(stage, batchId);
    await ask(stage, batchId);
    const again = await stage.run(stage.activities.askGroup, { batchId, jobId, pauseShare: 0 });
    expect(again).toMatchObject({ outcome: 'asked', waitMs: 0, counts: { completed: 10 } });
    expect(stage.sandbox.yamatoRequests()).toHaveLength(1);
  });
});
