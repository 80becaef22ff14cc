import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../src/sandbox/index.ts';
import { batchOf, jobsOf, orderUrl } from '../support/activities/batch.ts';
import { newMessage } from '../support/activities/messages.ts';
import { callsMade, publishAll } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';

const stageWith = useStage();

const openCalls = (stage: Stage) =>
  stage.database.sql`select kind, job_id from calls where finished_at is null`;

describe('a turn that has not come', () => {
  it('beyond ten seconds is an answer to the workflow, and costs nothing', async () => {
    const stage = await stageWith({ limits: { publishIntervalMs: 60_000 } });
    const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1), orderUrl(2)]);
    const outcomes = await publishAll(stage, batchId);
    expect(outcomes).toMatchObject([
      { outcome: 'published' },
      { outcome: 'wait', waitMs: 50_000, why: 'other publishes come first', held: false },
    ]);
    expect(await jobsOf(stage, batchId)).toMatchObject([
      {},
      { state: 'pending', attempt: 1, owesDownload: false },
    ]);
    stage.time.nowMs += 60_000;
    expect(await publishAll(stage, batchId)).toMatchObject([{ outcome: 'published' }]);
  });

  it('for want of calls says so', async () => {
    const stage = await stageWith({ limits: { callLimit: 3 } });
    const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1), orderUrl(2)]);
    expect(await publishAll(stage, batchId)).toMatchObject([
      { outcome: 'published' },
      { outcome: 'wait', why: 'all 3 calls of the account are used or kept' },
    ]);
  });

  it('is given back when the publish is cancelled, and nothing is sent', async () => {
    const stage = await stageWith({ limits: { publishIntervalMs: 9_000 } });
    const batchId = await batchOf(stage, 'official_website_tracking', [
      orderUrl(1),
      orderUrl(2),
      orderUrl(3),
    ]);
    const [first, second, third] = await jobsOf(stage, batchId);
    await stage.run(stage.activities.publishJob, { batchId, jobId: first?.id ?? 0 });

    const environment = new MockActivityEnvironment();
    const waiting = environment.run(stage.activities.publishJob, { batchId, jobId: second?.id ?? 0 });
    while ((await openCalls(stage)).length === 0);
    environment.cancel();

    await expect(waiting).rejects.toThrow('the turn was given back');
    expect(await openCalls(stage)).toEqual([]);
    expect(await jobsOf(stage, batchId)).toMatchObject([{}, { state: 'pending', owesDownload: false }, {}]);
    expect(callsMade(stage)).toHaveLength(1);
    // The turn is free for the next one at once: one interval after the first start, however late that was.
    const next = await stage.clock.reservePublish(third?.id ?? 0);
    expect(next).toMatchObject({ granted: true });
    const delayMs = 'delayMs' in next ? next.delayMs : 0;
    expect(delayMs).toBeGreaterThanOrEqual(9_000);
    expect(delayMs).toBeLessThan(10_000);
  });
});

it('cancelled during the call, a publish comes to its answer', async () => {
  const stage = await stageWith({ sandbox: { slowAnswerMs: 300 } });
  const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1, 'publish-slow')]);
  const [job] = await jobsOf(stage, batchId);
  const environment = new MockActivityEnvironment();
  const publish = environment.run(stage.activities.publishJob, { batchId, jobId: job?.id ?? 0 });
  await stage.notified(1);
  environment.cancel();
  expect(await publish).toMatchObject({ outcome: 'published' });
  expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'published' }]);
});

describe('a refused account', () => {
  it.each<FaultKind>(['publish-401', 'publish-402', 'publish-403'])(
    '%s holds publishing for every batch; the row in hand stays pending',
    async (fault) => {
      const stage = await stageWith();
      const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1, fault)]);
      const other = await batchOf(stage, 'official_website_tracking', [orderUrl(2)]);
      expect(await publishAll(stage, batchId)).toMatchObject([{ outcome: 'wait', held: false }]);
      expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'pending', owesDownload: false }]);
      const status = fault.slice(-3);
      expect(await publishAll(stage, other)).toMatchObject([
        { outcome: 'wait', held: true, why: `Web Scraper Cloud answered ${status} to a publish` },
      ]);
      expect(callsMade(stage)).toEqual(['POST scraping-job']);
    },
  );

  it('is opened by the first probe that gets an answer', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1, 'publish-401:1')]);
    await publishAll(stage, batchId);
    expect(await publishAll(stage, batchId)).toMatchObject([{ held: true, waitMs: 180_000 }]);
    stage.time.nowMs += 180_000;
    expect(await publishAll(stage, batchId)).toMatchObject([{ outcome: 'wait', waitMs: 1, held: false }]);
    expect(await publishAll(stage, batchId)).toMatchObject([{ outcome: 'published' }]);
    expect(callsMade(stage)).toEqual(['POST scraping-job', 'GET account', 'POST scraping-job']);
  });

  it('without page credits stays held after a probe', async () => {
    const stage = await stageWith({ sandbox: { pageCredits: 0 } });
    const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1)]);
    await publishAll(stage, batchId);
    stage.time.nowMs += 180_000;
    expect(await publishAll(stage, batchId)).toMatchObject([{ outcome: 'wait', held: true }]);
    expect(callsMade(stage)).toEqual(['POST scraping-job', 'GET account']);
  });

  it('is opened by a person', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1, 'publish-401:1')]);
    await publishAll(stage, batchId);
    await stage.run(stage.activities.resume, { batchId, ...newMessage('new token') });
    expect(await publishAll(stage, batchId)).toMatchObject([{ outcome: 'published' }]);
  });

  it('after five failures in a row is held too', async () => {
    const stage = await stageWith();
    stage.sandbox.addFault({ kind: 'publish-500', times: 5 });
    const urls = Array.from({ length: 6 }, (_, serial) => orderUrl(serial));
    const batchId = await batchOf(stage, 'official_website_tracking', urls);
    const outcomes = await publishAll(stage, batchId);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([...Array<string>(5).fill('failed'), 'wait']);
    expect(outcomes[5]).toMatchObject({ held: true, why: expect.stringContaining('5 failures in a row') });
  });
});
