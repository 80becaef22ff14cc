import { ApplicationFailure } from '@temporalio/common';
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
