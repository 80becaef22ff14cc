import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeBatch } from '../support/workflows/fake-batch.ts';
import { runFake } from '../support/workflows/run-fake.ts';
import { startWorkflowServer } from '../support/workflows/workflow-server.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startWorkflowServer();
});
afterAll(() => env.teardown());

it.each(['FILE_LOCKED', 'FILE_BEING_EDITED', 'WORKBOOK_BUSY'])(
  '%s: the batch runs on, says who it waits for, and writes once it can',
  async (type) => {
    const batch = new FakeBatch(1);
    const triedAt: number[] = [];
    batch.onWriteback = async () => {
      triedAt.push(await env.currentTimeMs());
      if (triedAt.length < 8) throw ApplicationFailure.create({ type, message: 'a.xlsx is locked by Mika' });
    };
    await runFake(
      env,
      batch,
      async ({ webhooks, until }) => {
        await until(() => batch.published.length === 1);
        await webhooks(0);
      },
      { saveAs: 'locked' },
    );
    const gaps = triedAt.slice(1).map((at, index) => Math.round((at - (triedAt[index] ?? 0)) / 1_000));
    expect(gaps).toEqual([2, 4, 8, 16, 32, 60, 60]);
    expect(batch.states).toEqual([
      { state: 'running', reason: null },
      { state: 'running', reason: 'waiting for the workbook: a.xlsx is locked by Mika' },
      { state: 'running', reason: null },
      { state: 'completed', reason: null },
    ]);
    expect(batch.writebacks).toEqual([1]);
  },
);

it('a status column is written at the start, with the results, and at the end', async () => {
  const batch = new FakeBatch(2);
  batch.hasStatusColumn = true;
  batch.onPublish = (jobId) => (jobId === 0 ? 'published' : 'failed');
  await runFake(
    env,
    batch,
    async ({ webhooks, until }) => {
      await until(() => batch.writebacks.length === 1);
      await until(() => batch.published.length === 1);
      await webhooks(0);
    },
    { saveAs: 'status-column' },
  );
  // Row 2 has no result: only the status column has something to say of it at the end.
  expect(batch.writebacks).toEqual([0, 1]);
});

const HELD = 'cloud refused the login (401), and is asked again for everybody at 09:30:00 UTC';
const refuse = () => {
  throw ApplicationFailure.create({ type: 'FILE_LOGIN_HELD', message: HELD });
};
const WAITS = 'TsuisekiWaits';

it('a file server that refuses the login holds a writeback: the batch runs on and says so; resume goes on at once', async () => {
  const batch = new FakeBatch(1);
  const triedAt: number[] = [];
  batch.onWriteback = async () => {
    triedAt.push(await env.currentTimeMs());
    if (batch.actions.length === 0) refuse();
  };
  await runFake(env, batch, async ({ handle, webhooks, until }) => {
    await until(() => batch.published.length === 1);
    await webhooks(0);
    await until(() => triedAt.length === 3);
    await until(() => batch.states.length === 2);
    expect((await handle.describe()).searchAttributes[WAITS]).toEqual(['held']);
    await handle.executeUpdate('resume', { args: [{ id: 'r1', by: 'mika', why: null }] });
  });
  const gaps = triedAt.slice(1).map((at, index) => Math.round((at - (triedAt[index] ?? 0)) / 1_000));
  expect(gaps.slice(0, 2)).toEqual([60, 60]);
  expect(gaps[2]).toBeLessThan(60);
  expect(batch.states).toEqual([
    { state: 'running', reason: null },
    { state: 'running', reason: `the workbook cannot be written: ${HELD}` },
    { state: 'running', reason: null },
    { state: 'completed', reason: null },
  ]);
});

it('a file server that refuses the login holds the reading of a batch, which does not fail', async () => {
  const batch = new FakeBatch(1);
  batch.onRead = () => {
    if (batch.actions.length === 0) refuse();
  };
  await runFake(
    env,
    batch,
    async ({ handle, webhooks, until }) => {
      await until(() => batch.reads === 2);
      expect((await handle.describe()).searchAttributes[WAITS]).toEqual(['held']);
      await handle.executeUpdate('resume', { args: [{ id: 'r1', by: 'mika', why: null }] });
      await until(() => batch.published.length === 1);
      await webhooks(0);
    },
    { saveAs: 'file-server-held' },
  );
  expect(batch.states).toEqual([
    { state: 'running', reason: `the workbook cannot be read: ${HELD}` },
    { state: 'running', reason: null },
    { state: 'completed', reason: null },
  ]);
});

it('a file server that refuses the login holds a join, told in the reason until it is over', async () => {
  const batch = new FakeBatch(1);
  let joins = 0;
  batch.onJoin = () => {
    joins += 1;
    return batch.actions.length === 0 ? refuse() : null;
  };
  await runFake(env, batch, async ({ handle, webhooks, until }) => {
    await until(() => batch.published.length === 1);
    await handle.executeUpdate('workbookChanged', { args: [{ id: 'w1', by: 'a save', why: null }] });
    await until(() => joins === 2);
    expect(batch.states.at(-1)).toEqual({
      state: 'running',
      reason: `the saved workbook cannot be read: ${HELD}`,
    });
    expect((await handle.describe()).searchAttributes[WAITS]).toEqual(['held']);
    await handle.executeUpdate('resume', { args: [{ id: 'r1', by: 'mika', why: null }] });
    await until(() => joins === 3);
    await until(() => batch.states.at(-1)?.reason === null);
    await webhooks(0);
  });
});

it('a reading that is held for days goes on in a new run before its history is full', async () => {
  const batch = new FakeBatch(0);
  // Some ten events a try.
  batch.onRead = () => {
    if (batch.reads < 780) refuse();
  };
  let first: WorkflowHandle | null = null;
  await runFake(env, batch, async ({ handle }) => {
    first = env.client.workflow.getHandle(handle.workflowId, (await handle.describe()).runId);
  });
  expect((await first!.describe()).status.name).toBe('CONTINUED_AS_NEW');
  expect(batch.states.at(-1)).toEqual({ state: 'completed', reason: null });
});
