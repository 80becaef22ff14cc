import { describe, expect, it } from 'vitest';
import { batchFigures } from '../../src/db/batch-figures.ts';
import { findBatch } from '../../src/db/batches.ts';
import { batchOf, jobsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { newMessage } from '../support/activities/messages.ts';
import { callsMade, oneRound, publishAll } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';

const endBatch = (stage: Stage, batchId: string, state: 'completed' | 'cancelled' | 'failed' = 'completed') =>
  stage.run(stage.activities.endBatch, { batchId, state, reason: null });
const openBatch = (stage: Stage, batchId: string) => stage.run(stage.activities.openBatch, { batchId });
const actionsOf = (stage: Stage) => stage.database.sql`select action from actions order by id`;

describe('a message told twice takes effect once', () => {
  it('retry applied twice: rows completed since are not asked for, nor paid for, again', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1), orderUrl(2)]);
    await oneRound(stage, batchId);
    const message = { batchId, ...newMessage(), rows: '2' };
    await stage.run(stage.activities.retryRows, message);
    await oneRound(stage, batchId);
    expect(await stage.run(stage.activities.retryRows, message)).toMatchObject({ next: null });
    await oneRound(stage, batchId);
    expect(callsMade(stage).filter((call) => call.startsWith('POST'))).toHaveLength(3);
    expect(await actionsOf(stage)).toEqual([{ action: 'retry' }]);
  });

  it('at the same time as well', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    await oneRound(stage, batchId);
    const message = { batchId, ...newMessage(), rows: '2' };
    await Promise.all([1, 2, 3].map(() => stage.run(stage.activities.retryRows, message)));
    expect(await jobsOf(stage, batchId)).toHaveLength(2);
    expect(await actionsOf(stage)).toHaveLength(1);
  });

  it('a pause of before does not undo the resume, nor a resume the next pause', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    const { pause, resume } = stage.activities;
    const [first, second, third] = [newMessage('one'), newMessage(), newMessage('three')];
    await stage.run(pause, { batchId, ...first });
    await stage.run(resume, { batchId, ...second });
    expect(await stage.run(pause, { batchId, ...first })).toMatchObject({ paused: null });
    await stage.run(pause, { batchId, ...third });
    const paused = { by: 'mei', why: 'three' };
    expect(await stage.run(resume, { batchId, ...second })).toMatchObject({ paused });
    expect(await actionsOf(stage)).toEqual([{ action: 'pause' }, { action: 'resume' }, { action: 'pause' }]);
  });

  it('a resume of before does not open an account that was held since', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    const message = { batchId, ...newMessage() };
    await stage.run(stage.activities.resume, message);
    await stage.database.sql`update account_clock set held_reason = '401'`;
    await stage.run(stage.activities.resume, message);
    expect(await stage.database.sql`select held_reason from account_clock`).toEqual([{ held_reason: '401' }]);
  });

  it('a cancel is kept once; the next may only drop what is in flight', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    const { cancel } = stage.activities;
    const first = { batchId, ...newMessage('one'), drop: false };
    await stage.run(cancel, first);
    await stage.run(cancel, { batchId, ...newMessage('two'), drop: true });
    const cancelled = { by: 'mei', why: 'two', drop: true };
    expect(await stage.run(cancel, first)).toMatchObject({ cancelled });
    expect(await actionsOf(stage)).toHaveLength(2);
  });
});

describe('a reset of an ended batch', () => {
  it('with nothing left to do says so, and opens nothing', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    await oneRound(stage, batchId);
    await endBatch(stage, batchId);
    expect(await openBatch(stage, batchId)).toMatchObject({
      opened: false,
      ended: true,
      why: 'the batch has ended (completed), and nothing is left to do; retry runs rows again',
    });
  });

  it('saving a state never opens it', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)], { workbook: '/data/a.xlsx' });
    await oneRound(stage, batchId);
    await endBatch(stage, batchId);
    const newer = await batchOf(stage, TASK, [orderUrl(1)], { workbook: '/data/a.xlsx' });
    for (const state of ['running', 'paused'] as const)
      expect(await stage.run(stage.activities.saveState, { batchId, state, reason: null })).toMatchObject({
        ended: true,
      });
    expect(await findBatch(stage.db, batchId)).toMatchObject({ state: 'completed' });
    expect(await findBatch(stage.db, newer)).toMatchObject({ state: 'running', finishedAt: null });
  });

  it('while a newer batch runs for its workbook: is told which one, and waits for it', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)], { workbook: '/data/a.xlsx' });
    await publishAll(stage, batchId);
    await endBatch(stage, batchId, 'failed');
    const newer = await batchOf(stage, TASK, [orderUrl(1)], { workbook: '/data/a.xlsx' });
    expect(await openBatch(stage, batchId)).toMatchObject({
      opened: false,
      why: `batch ${newer} runs for its workbook; reset this one when that has ended`,
    });
    await endBatch(stage, newer, 'cancelled');
    expect(await openBatch(stage, batchId)).toMatchObject({ opened: true, ended: false, inFlight: 1 });
  });

  it('that was cancelled leaves it so, whatever is still in flight', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1, 'lost-webhook'), orderUrl(2)]);
    const [first] = await jobsOf(stage, batchId);
    await stage.run(stage.activities.publishJob, { batchId, jobId: first?.id ?? 0 });
    await stage.run(stage.activities.cancel, { ...newMessage(), batchId, drop: true });
    await stage.run(stage.activities.endBatch, { batchId, state: 'cancelled', reason: null });
    expect(await stage.run(stage.activities.openBatch, { batchId })).toMatchObject({
      opened: false,
      why: 'the batch was cancelled; retry runs rows again',
    });
    expect(await findBatch(stage.db, batchId)).toMatchObject({ state: 'cancelled' });
  });

  it('pressed twice opens it once', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    await publishAll(stage, batchId);
    await endBatch(stage, batchId, 'failed');
    const both = await Promise.all([openBatch(stage, batchId), openBatch(stage, batchId)]);
    expect(both).toMatchObject([{ opened: true }, { opened: true }]);
    expect(await findBatch(stage.db, batchId)).toMatchObject({ state: 'running', finishedAt: null });
  });

  it('publishes nothing again', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    await oneRound(stage, batchId);
    await endBatch(stage, batchId);
    const [job] = await jobsOf(stage, batchId);
    await stage.run(stage.activities.publishJob, { batchId, jobId: job?.id ?? 0 });
    expect(callsMade(stage).filter((call) => call.startsWith('POST'))).toHaveLength(1);
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'completed' }]);
  });
});

describe('an end', () => {
  it('is not made while something is left: the figures say what', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    expect(await endBatch(stage, batchId)).toMatchObject({ ended: false, next: { label: 'row 2' } });
    await publishAll(stage, batchId);
    expect(await endBatch(stage, batchId)).toMatchObject({ ended: false, inFlight: 1 });
  });

  it('of before stays as it was', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    await endBatch(stage, batchId, 'cancelled');
    await endBatch(stage, batchId);
    expect(await findBatch(stage.db, batchId)).toMatchObject({ state: 'cancelled' });
    expect(await batchFigures(stage.db, batchId)).toMatchObject({ counts: { pending: 1 }, next: null });
  });
});
