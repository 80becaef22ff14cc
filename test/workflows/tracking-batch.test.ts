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

it('publishes in order, writes back every ten and at the end', async () => {
  const batch = new FakeBatch(25);
  const counts = await runFake(
    env,
    batch,
    async ({ webhooks, until }) => {
      await until(() => batch.published.length === 25);
      for (let first = 0; first < 25; first += 5) {
        await webhooks(...[0, 1, 2, 3, 4].map((offset) => first + offset));
        await until(() => batch.count('completed') >= first + 5);
      }
    },
    { saveAs: 'completed' },
  );
  expect(batch.published).toEqual(Array.from({ length: 25 }, (_, jobId) => jobId));
  expect(counts).toMatchObject({ total: 25, completed: 25 });
  expect(batch.writebacks.reduce((sum, n) => sum + n, 0)).toBe(25);
  expect(batch.writebacks.slice(0, 2).every((n) => n >= 10)).toBe(true);
  expect(batch.states.map(({ state }) => state)).toEqual(['running', 'completed']);
});

it('failure 1 of before: a publish that fails leaves its row failed, and the next goes on', async () => {
  const batch = new FakeBatch(3);
  batch.onPublish = (jobId) => (jobId === 1 ? 'failed' : 'published');
  const counts = await runFake(
    env,
    batch,
    async ({ webhooks, until }) => {
      await until(() => batch.published.length === 2);
      await webhooks(0, 2);
    },
    { saveAs: 'failed-publishes' },
  );
  expect(counts).toMatchObject({ completed: 2, failed: 1, pending: 0 });
});

it('a publish whose worker died is settled, and the next goes on', async () => {
  const batch = new FakeBatch(3);
  batch.onPublish = (jobId) => (jobId === 1 ? 'died' : 'published');
  const counts = await runFake(env, batch, async ({ webhooks, until }) => {
    await until(() => batch.published.length === 2);
    await webhooks(0, 2);
  });
  expect(batch.published).toEqual([0, 2]);
  expect(counts).toMatchObject({ completed: 2, failed: 1 });
});

it('waiting uses up no attempt and loses no place', async () => {
  const batch = new FakeBatch(2);
  let asked = 0;
  const startMs = await env.currentTimeMs();
  let publishedMs = 0;
  batch.onPublish = (jobId) => {
    if (jobId === 0 && ++asked === 1) return { waitMs: 600_000, why: 'the budget is used up', held: false };
    return 'published';
  };
  await runFake(
    env,
    batch,
    async ({ webhooks, until }) => {
      await until(() => batch.published.length === 2);
      publishedMs = await env.currentTimeMs();
      await webhooks(0, 1);
    },
    { saveAs: 'waited' },
  );
  expect(batch.published).toEqual([0, 1]);
  expect(asked).toBe(2);
  expect(publishedMs - startMs).toBeGreaterThanOrEqual(600_000);
});

it('results that have to wait keep no others, and come back by themselves', async () => {
  const batch = new FakeBatch(2);
  let asked = 0;
  batch.onResults = (jobIds) =>
    jobIds.includes(0) && ++asked === 1 ? { jobIds: [0], waitMs: 60_000 } : null;
  await runFake(env, batch, async ({ webhooks, until }) => {
    await until(() => batch.published.length === 2);
    await webhooks(0);
    await until(() => asked === 1);
    await webhooks(1);
    await until(() => batch.count('completed') === 1);
    expect(batch.rows.map((row) => row.state)).toEqual(['published', 'completed']);
  });
  expect(batch.count('completed')).toBe(2);
});

it('a message of another batch is not taken', async () => {
  const batch = new FakeBatch(1);
  await runFake(env, batch, async ({ handle, webhooks, until }) => {
    await until(() => batch.published.length === 1);
    await handle.signal('webhookReceived', { batchId: 'other', jobIds: [0] });
    await env.sleep('1m');
    expect(batch.count('published')).toBe(1);
    await webhooks(0);
  });
});

it('a workbook that cannot be written is tried again, told meanwhile', async () => {
  const batch = new FakeBatch(1);
  let tries = 0;
  batch.onWriteback = () => {
    tries += 1;
    if (tries <= 2) throw new Error('gone');
  };
  await runFake(env, batch, async ({ webhooks, until }) => {
    await until(() => batch.published.length === 1);
    await webhooks(0);
  });
  expect(batch.writebacks).toEqual([1]);
});

it('failure 12 of before: a batch without rows completes', async () => {
  const batch = new FakeBatch(0);
  const counts = await runFake(env, batch, async () => {});
  expect(counts).toMatchObject({ total: 0 });
  expect(batch.writebacks).toEqual([]);
  expect(batch.states.at(-1)?.state).toBe('completed');
});

it('a workbook that cannot be read fails the batch with its line', async () => {
  const batch = new FakeBatch(0);
  batch.onRead = () => {
    throw ApplicationFailure.nonRetryable('w.xlsx is no workbook', 'WORKBOOK_NOT_A_WORKBOOK');
  };
  await expect(runFake(env, batch, async () => {}, { saveAs: 'unreadable' })).rejects.toThrow();
  expect(batch.states).toEqual([{ state: 'failed', reason: 'w.xlsx is no workbook' }]);
});

it('a long batch is continued by a new run, nothing lost', { timeout: 60_000 }, async () => {
  const batch = new FakeBatch(700);
  const counts = await runFake(
    env,
    batch,
    async ({ webhooks, until }) => {
      for (let jobId = 0; jobId < 700; jobId += 1) {
        if (jobId % 50 === 0) await until(() => batch.published.length >= Math.min(700, jobId + 50));
        await webhooks(jobId);
      }
    },
    { saveAs: 'continued-as-new' },
  );
  expect(counts).toMatchObject({ total: 700, completed: 700 });
  expect(batch.published).toEqual(Array.from({ length: 700 }, (_, jobId) => jobId));
  expect(batch.reads).toBe(1);
});
