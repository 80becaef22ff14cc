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

const FROM_ROWS = { fromRows: true, title: 'yamato_tracking_only · rows.csv · all rows' } as const;

/** A batch from rows: it has no workbook to read. */
function givenBatch(rows: number): FakeBatch {
  const batch = new FakeBatch(rows);
  batch.isGiven = true;
  batch.onRead = () => {
    throw new Error('there is no workbook');
  };
  return batch;
}

it('reads no workbook; delivers ten rows at a time however they end, and the rest as the last', async () => {
  const batch = givenBatch(25);
  batch.onPublish = (jobId) => (jobId % 5 === 0 ? 'failed' : 'published');
  const counts = await runFake(
    env,
    batch,
    async ({ webhooks, until }) => {
      await until(() => batch.published.length === 20);
      await webhooks(...batch.published.slice(0, 6));
      await until(() => batch.deliveries.length === 1);
      await webhooks(...batch.published.slice(6));
    },
    { ...FROM_ROWS, saveAs: 'rows-delivered' },
  );
  expect(counts).toMatchObject({ completed: 20, failed: 5 });
  expect(batch.reads).toBe(0);
  expect(batch.deliveries).toEqual([
    { rows: 10, done: false },
    { rows: 10, done: false },
    { rows: 5, done: true },
  ]);
  expect(batch.states).toEqual([
    { state: 'running', reason: null },
    { state: 'completed', reason: null },
  ]);
});

it('without any rows the end is told all the same', async () => {
  const batch = givenBatch(0);
  await runFake(env, batch, async () => {}, FROM_ROWS);
  expect(batch.deliveries).toEqual([{ rows: 0, done: true }]);
});

it('where the last ten were delivered before it was known that they are, the end follows without rows', async () => {
  const batch = givenBatch(11);
  batch.onPublish = (jobId) => (jobId === 10 ? 'turn' : 'published');
  await runFake(
    env,
    batch,
    async ({ handle, webhooks, until }) => {
      await until(() => batch.published.length === 10);
      await webhooks(...batch.published);
      await until(() => batch.deliveries.length === 1);
      await handle.executeUpdate('cancel', { args: [{ id: 'c1', by: 'mika', why: null, drop: false }] });
    },
    { ...FROM_ROWS, saveAs: 'rows-cancelled' },
  );
  expect(batch.deliveries).toEqual([
    { rows: 10, done: false },
    { rows: 0, done: true },
  ]);
  expect(batch.states.at(-1)).toEqual({ state: 'cancelled', reason: 'cancelled by mika' });
});

it('a webhook that takes nothing is tried with growing pauses, told in the reason; the batch waits for it', async () => {
  const batch = givenBatch(1);
  const triedAt: number[] = [];
  batch.onWriteback = async () => {
    triedAt.push(await env.currentTimeMs());
    // Two attempts each, a second apart.
    if (triedAt.length <= 12)
      throw ApplicationFailure.create({ type: 'RESULTS_NOT_TAKEN', message: 'hook.example answered 500' });
  };
  await runFake(
    env,
    batch,
    async ({ handle, webhooks, until }) => {
      await until(() => batch.published.length === 1);
      await webhooks(0);
      await until(() => triedAt.length === 2 && batch.states.length === 2);
      expect((await handle.describe()).searchAttributes['TsuisekiWaits']).toEqual(['webhook']);
    },
    { ...FROM_ROWS, saveAs: 'rows-webhook-down' },
  );
  const gaps = triedAt.slice(1).map((at, index) => Math.round((at - (triedAt[index] ?? 0)) / 1_000));
  expect(gaps.filter((_, index) => index % 2 === 1)).toEqual([60, 120, 240, 480, 600, 600]);
  expect(batch.states).toEqual([
    { state: 'running', reason: null },
    { state: 'running', reason: 'the results cannot be sent: hook.example answered 500' },
    { state: 'running', reason: null },
    { state: 'completed', reason: null },
  ]);
  expect(batch.deliveries).toEqual([{ rows: 1, done: true }]);
});

it('dropped, it is tried once more only: the rest is the sweep’s', async () => {
  const batch = givenBatch(2);
  let tries = 0;
  batch.onWriteback = () => {
    tries += 1;
    throw ApplicationFailure.create({ type: 'RESULTS_NOT_TAKEN', message: 'hook.example answered 500' });
  };
  await runFake(
    env,
    batch,
    async ({ handle, webhooks, until }) => {
      await until(() => batch.published.length === 2);
      await webhooks(0, 1);
      await until(() => tries === 2);
      await handle.executeUpdate('cancel', { args: [{ id: 'c1', by: 'mika', why: null, drop: true }] });
    },
    FROM_ROWS,
  );
  expect(tries).toBe(4);
  expect(batch.deliveries).toEqual([]);
  expect(batch.states.at(-1)?.state).toBe('cancelled');
});

it('a retry of one that has ended delivers what it changes', async () => {
  const batch = givenBatch(2);
  batch.onPublish = (jobId) => (jobId === 1 && batch.published.length < 2 ? 'failed' : 'published');
  const done = async ({ webhooks, until }: Parameters<Parameters<typeof runFake>[2]>[0]) => {
    await until(() => batch.count('published') === 1);
    await webhooks(...[0, 1].filter((jobId) => batch.rows[jobId]?.state === 'published'));
  };
  await runFake(env, batch, done, FROM_ROWS);
  batch.ended = false;
  batch.onPublish = () => 'published';
  const retry = { id: 'r1', by: 'mika', why: null, rows: null };
  await runFake(env, batch, done, { ...FROM_ROWS, retry, saveAs: 'rows-retried' });
  expect(batch.deliveries).toEqual([
    { rows: 2, done: true },
    { rows: 1, done: true },
  ]);
});

it('a save is none of its business: it refuses to be told of one', async () => {
  const batch = givenBatch(1);
  await runFake(
    env,
    batch,
    async ({ handle, webhooks, until }) => {
      await until(() => batch.published.length === 1);
      const told = handle.executeUpdate('workbookChanged', { args: [{ id: 'w1', by: 'a save', why: null }] });
      await expect(told).rejects.toThrow();
      await webhooks(0);
    },
    FROM_ROWS,
  );
});

it('Yamato’s numbers are delivered alike', async () => {
  const batch = givenBatch(12);
  await runFake(env, batch, async () => {}, {
    ...FROM_ROWS,
    asksYamato: true,
    saveAs: 'rows-yamato',
  });
  expect(batch.deliveries.at(-1)).toMatchObject({ done: true });
  expect(batch.deliveries.reduce((sum, { rows }) => sum + rows, 0)).toBe(12);
});
