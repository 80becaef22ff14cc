import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeBatch } from '../support/workflows/fake-batch.ts';
import { runFake, startFake, withWorkers } from '../support/workflows/run-fake.ts';
import { startWorkflowServer } from '../support/workflows/workflow-server.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startWorkflowServer();
});
afterAll(() => env.teardown());

let messages = 0;
const mika = () => ({ id: `m${++messages}`, by: 'mika', why: null });
let serial = 0;
const started = (batch: FakeBatch, input: Parameters<typeof startFake>[1] = {}) =>
  startFake(env, { ...input, batchId: 'b1' }, `stranded-${batch.rows.length}-${++serial}`);

/** Resolves when `open` is called. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('what comes in the last moment (B.6)', () => {
  it('a notification that is stored while the end is written is read by the batch', async () => {
    const batch = new FakeBatch(2);
    const activities = batch.activities();
    const [ending, go] = [gate(), gate()];
    let isFirst = true;
    const end = activities.endBatch;
    batch.onPublish = (jobId) => (jobId === 0 ? 'published' : 'failed');
    activities.endBatch = async (input) => {
      if (isFirst) {
        isFirst = false;
        ending.open();
        await go.opened;
      }
      return end(input);
    };
    await withWorkers(env, activities, async () => {
      const handle = await started(batch);
      while (batch.published.length < 1) await env.sleep('100ms');
      batch.unread.add(0);
      await handle.signal('webhookReceived', { batchId: 'b1', jobIds: [0] });
      await ending.opened;
      batch.unread.add(1);
      await handle.signal('webhookReceived', { batchId: 'b1', jobIds: [1] });
      go.open();
      await handle.result();
    });
    expect(batch.figures().counts).toMatchObject({ completed: 2, failed: 0 });
  });

  it('a signal that is lost costs nothing: the figures tell', async () => {
    const batch = new FakeBatch(1);
    await runFake(env, batch, async ({ until }) => {
      await until(() => batch.published.length === 1);
      batch.unread.add(0);
    });
    expect(batch.count('completed')).toBe(1);
  });
});

describe('while the last writeback waits for a locked workbook (B.3)', () => {
  it('retried and joined rows are published, and results are read', async () => {
    const batch = new FakeBatch(2);
    const fails = new Set([1]);
    batch.onPublish = (jobId) => (fails.delete(jobId) ? 'failed' : 'published');
    let locked = true;
    batch.onWriteback = () => {
      if (locked)
        throw ApplicationFailure.create({ type: 'FILE_BEING_EDITED', message: 'open in an editor' });
    };
    batch.onJoin = () => {
      batch.rows.push({ state: 'pending', written: false });
      return null;
    };
    await runFake(env, batch, async ({ handle, webhooks, until }) => {
      await until(() => batch.published.length === 1 && batch.count('failed') === 1);
      await webhooks(0);
      await until(() => batch.states.some(({ reason }) => reason?.includes('open in an editor') === true));
      await handle.executeUpdate('retryRows', { args: [{ ...mika(), rows: null }] });
      await handle.executeUpdate('workbookChanged', { args: [mika()] });
      await until(() => batch.published.length === 3);
      await webhooks(1, 2);
      await until(() => batch.count('completed') === 3);
      locked = false;
    });
    expect(batch.published).toEqual([0, 1, 2]);
    expect(batch.states.at(-1)).toEqual({ state: 'completed', reason: null });
  });
});

describe('a file that cannot be reached (B.2)', () => {
  it('is told in the reason, and cancel --drop ends the batch', async () => {
    const batch = new FakeBatch(1);
    batch.onWriteback = () => {
      throw ApplicationFailure.create({ type: 'FILE_TIMEOUT', message: 'Nextcloud does not answer' });
    };
    await runFake(env, batch, async ({ handle, webhooks, until }) => {
      await until(() => batch.published.length === 1);
      await webhooks(0);
      await until(() =>
        batch.states.some(({ reason }) => reason?.includes('Nextcloud does not answer') === true),
      );
      await handle.executeUpdate('cancel', { args: [{ ...mika(), drop: true }] });
    });
    expect(batch.states.at(-1)).toMatchObject({ state: 'cancelled' });
  });

  it('keeps nobody from cancelling a batch whose workbook could not be read yet', async () => {
    const batch = new FakeBatch(1);
    batch.onRead = () => {
      throw ApplicationFailure.create({ type: 'FILE_UNAVAILABLE', message: 'Nextcloud answered 503' });
    };
    await runFake(env, batch, async ({ handle, until }) => {
      await until(() => batch.states.some(({ reason }) => reason?.includes('answered 503') === true));
      await handle.executeUpdate('cancel', { args: [{ ...mika(), drop: false }] });
    });
    expect(batch.states.at(-1)?.state).toBe('cancelled');
    expect(batch.published).toEqual([]);
  });
});

it("B.9: the Web UI's Cancel takes back the job that waits for its turn, with state and audit", async () => {
  const batch = new FakeBatch(2);
  batch.onPublish = () => 'turn';
  let inTurn = false;
  const activities = batch.activities();
  const publish = activities.publishJob;
  activities.publishJob = (input) => {
    inTurn = true;
    return publish(input);
  };
  await withWorkers(env, activities, async () => {
    const handle = await started(batch);
    while (!inTurn) await env.sleep('100ms');
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
  });
  expect(batch.published).toEqual([]);
  expect(batch.actions).toEqual(['cancel the Web UI null']);
  expect(batch.states.at(-1)).toEqual({ state: 'cancelled', reason: 'cancelled by the Web UI' });
});

it('B.7: figures that arrive late do not stop the batch', async () => {
  const batch = new FakeBatch(2);
  const activities = batch.activities();
  const write = activities.writeBack;
  let isFirst = true;
  const [first, last] = [gate(), gate()];
  activities.writeBack = async (input) => {
    const figures = await write(input);
    if (!isFirst) return figures;
    isFirst = false;
    first.open();
    await last.opened;
    return { ...figures, revision: 1_000_000 };
  };
  await withWorkers(env, activities, async () => {
    const handle = await started(batch, { writebackEvery: 1 });
    while (batch.published.length < 2) await env.sleep('100ms');
    batch.unread.add(0);
    await handle.signal('webhookReceived', { batchId: 'b1', jobIds: [0] });
    await first.opened;
    batch.unread.add(1);
    await handle.signal('webhookReceived', { batchId: 'b1', jobIds: [1] });
    while (batch.count('completed') < 2) await env.sleep('100ms');
    last.open();
    // Nothing later is believed after that, but the end is the database's to tell.
    await env.sleep('1m');
    await handle.executeUpdate('cancel', { args: [{ ...mika(), drop: true }] }).catch(() => null);
    await handle.terminate().catch(() => null);
  });
  expect(batch.count('completed')).toBe(2);
});

describe('messages', () => {
  it('B.10: one that is delivered twice takes effect once', async () => {
    const batch = new FakeBatch(2);
    const fails = new Set([0]);
    batch.onPublish = (jobId) => (fails.delete(jobId) ? 'failed' : 'published');
    await runFake(env, batch, async ({ handle, webhooks, until }) => {
      await until(() => batch.published.length === 1);
      const retry = { ...mika(), rows: '2' };
      await handle.executeUpdate('retryRows', { args: [retry] });
      await until(() => batch.published.length === 2);
      await webhooks(0);
      await until(() => batch.count('completed') === 1);
      await handle.executeUpdate('retryRows', { args: [retry] });
      await webhooks(1);
    });
    expect(batch.published).toEqual([1, 0]);
  });
});

describe('a run that was reset (B.11)', () => {
  it('of a batch that has ended with nothing left ends by itself, and opens nothing', async () => {
    const batch = new FakeBatch(1);
    batch.rows[0] = { state: 'completed', written: true };
    batch.ended = true;
    batch.opens = false;
    await runFake(env, batch, async () => {}, { carried: { failedInARow: 0, joins: false } });
    expect(batch.states).toEqual([]);
    expect(batch.published).toEqual([]);
  });

  it('of a batch that has ended with something left opens it and goes on', async () => {
    const batch = new FakeBatch(1);
    batch.ended = true;
    await runFake(
      env,
      batch,
      async ({ webhooks, until }) => {
        await until(() => batch.published.length === 1);
        await webhooks(0);
      },
      { carried: { failedInARow: 0, joins: false } },
    );
    expect(batch.states.at(-1)?.state).toBe('completed');
  });
});
