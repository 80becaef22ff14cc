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

let messages = 0;
const message = (by = 'mika', why: string | null = 'stocktaking') => ({ id: `m${++messages}`, by, why });

/** Less than the five minutes after which a batch looks again: there the time-skipping server may stand still. */
const A_WHILE = '4m';

it('pause publishes nothing more, results go on, resume goes on', async () => {
  const batch = new FakeBatch(3);
  let inTurn = false;
  batch.onPublish = (jobId) => {
    if (jobId === 0 || batch.actions.length > 0) return 'published';
    inTurn = true;
    return 'turn';
  };
  await runFake(
    env,
    batch,
    async ({ handle, webhooks, until }) => {
      // Not while it is scheduled and not yet started: there the time-skipping server stands still.
      await until(() => inTurn);
      const paused = await handle.executeUpdate('pause', { args: [message()] });
      expect(paused).toMatchObject({ state: 'paused', reason: 'paused by mika: stocktaking' });
      await webhooks(0);
      await until(() => batch.count('completed') === 1);
      await env.sleep(A_WHILE);
      expect(batch.published).toEqual([0]);
      expect(await handle.query('progress')).toMatchObject({ state: 'paused' });
      await handle.executeUpdate('resume', { args: [message('ken', null)] });
      await until(() => batch.published.length === 3);
      await webhooks(1, 2);
    },
    { saveAs: 'paused' },
  );
  expect(batch.published).toEqual([0, 1, 2]);
  expect(batch.actions).toEqual(['pause mika stocktaking', 'resume ken null']);
  expect(batch.states.map(({ state }) => state)).toEqual(['running', 'paused', 'running', 'completed']);
});

it('pause and resume work in the middle of a long wait', async () => {
  const batch = new FakeBatch(1);
  batch.onPublish = () =>
    batch.actions.length < 2 ? { waitMs: 86_400_000, why: 'used up', held: false } : 'published';
  const startMs = await env.currentTimeMs();
  await runFake(env, batch, async ({ handle, webhooks, until }) => {
    await env.sleep('1m');
    await handle.executeUpdate('pause', { args: [message()] });
    await handle.executeUpdate('resume', { args: [message()] });
    await until(() => batch.published.length === 1);
    expect((await env.currentTimeMs()) - startMs).toBeLessThan(3_600_000);
    await webhooks(0);
  });
});

it('a held account pauses the batch with the reason; it goes on by itself', async () => {
  const batch = new FakeBatch(1);
  let asked = 0;
  batch.onPublish = () => (++asked <= 2 ? { waitMs: 180_000, why: '401', held: true } : 'published');
  await runFake(
    env,
    batch,
    async ({ webhooks, until }) => {
      await until(() => batch.published.length === 1);
      await webhooks(0);
    },
    { saveAs: 'held' },
  );
  expect(batch.states).toEqual([
    { state: 'running', reason: null },
    { state: 'paused', reason: 'publishing is held: 401' },
    { state: 'running', reason: null },
    { state: 'completed', reason: null },
  ]);
});

it('resume opens a held account at once', async () => {
  const batch = new FakeBatch(1);
  batch.onPublish = () =>
    batch.actions.length === 0 ? { waitMs: 86_400_000, why: '401', held: true } : 'published';
  const startMs = await env.currentTimeMs();
  await runFake(env, batch, async ({ handle, webhooks, until }) => {
    await until(() => batch.states.length === 2);
    await handle.executeUpdate('resume', { args: [message()] });
    await until(() => batch.published.length === 1);
    expect((await env.currentTimeMs()) - startMs).toBeLessThan(3_600_000);
    await webhooks(0);
  });
});

it('cancel publishes no more and waits for what is in flight', async () => {
  const batch = new FakeBatch(3);
  let waits = 0;
  batch.onPublish = (jobId) => {
    if (jobId !== 1) return 'published';
    waits += 1;
    return { waitMs: 3_600_000, why: 'used up', held: false };
  };
  await runFake(
    env,
    batch,
    async ({ handle, webhooks, until }) => {
      // Not while it is scheduled and not yet started: there the time-skipping server stands still.
      await until(() => waits === 1);
      await handle.executeUpdate('cancel', { args: [{ ...message(), drop: false }] });
      await env.sleep('1m');
      expect(batch.states.at(-1)?.state).toBe('running');
      await webhooks(0);
    },
    { saveAs: 'cancelled' },
  );
  expect(batch.figures().counts).toMatchObject({ completed: 1, pending: 2 });
  expect(batch.writebacks).toEqual([1]);
  expect(batch.states.at(-1)).toEqual({ state: 'cancelled', reason: 'cancelled by mika: stocktaking' });
});

it('cancel --drop does not wait', async () => {
  const batch = new FakeBatch(1);
  await runFake(
    env,
    batch,
    async ({ handle, until }) => {
      await until(() => batch.published.length === 1);
      await handle.executeUpdate('cancel', { args: [{ ...message('mika', null), drop: true }] });
    },
    { saveAs: 'cancelled-dropped' },
  );
  expect(batch.count('published')).toBe(1);
  expect(batch.states.at(-1)?.state).toBe('cancelled');
});

it("the Web UI's Cancel is cancel --drop, with a last writeback", async () => {
  const batch = new FakeBatch(2);
  const ended = runFake(
    env,
    batch,
    async ({ handle, webhooks, until }) => {
      await until(() => batch.published.length === 2);
      await webhooks(0);
      await until(() => batch.count('completed') === 1);
      await handle.cancel();
    },
    { saveAs: 'ui-cancelled' },
  );
  await expect(ended).rejects.toThrow();
  expect(batch.writebacks).toEqual([1]);
  expect(batch.states.at(-1)).toEqual({ state: 'cancelled', reason: 'cancelled by the Web UI' });
});

it('a retry while the batch runs, and of one that has ended, publishes the failed rows again', async () => {
  const batch = new FakeBatch(3);
  const fails = new Set([1, 2]);
  batch.onPublish = (jobId) => (fails.delete(jobId) ? 'failed' : 'published');
  await runFake(
    env,
    batch,
    async ({ handle, webhooks, until }) => {
      await until(() => batch.count('failed') === 2);
      await handle.executeUpdate('retryRows', { args: [{ ...message(), rows: '3' }] });
      await until(() => batch.published.length === 2);
      await webhooks(0, 1);
    },
    { saveAs: 'retried-running' },
  );
  expect(batch.figures().counts).toMatchObject({ completed: 2, failed: 1 });
  await runFake(
    env,
    batch,
    async ({ webhooks, until }) => {
      await until(() => batch.published.length === 3);
      await webhooks(2);
    },
    { retry: { ...message(), rows: null }, saveAs: 'retried-ended' },
  );
  expect(batch.published).toEqual([0, 1, 2]);
  expect(batch.figures().counts).toMatchObject({ completed: 3, failed: 0 });
});

it('rows that are none are refused by the Update', async () => {
  const batch = new FakeBatch(1);
  await runFake(env, batch, async ({ handle, webhooks, until }) => {
    await until(() => batch.published.length === 1);
    await expect(
      handle.executeUpdate('retryRows', { args: [{ ...message(), rows: '1,x' }] }),
    ).rejects.toThrow();
    await webhooks(0);
  });
});

it('what was asked of a run holds for its successor: it stands in the database', async () => {
  const batch = new FakeBatch(2);
  batch.paused = { by: 'mika', why: 'stocktaking' };
  const carried = { failedInARow: 0, joins: false };
  await runFake(
    env,
    batch,
    async ({ handle, webhooks, until }) => {
      await env.sleep('1m');
      expect(batch.published).toEqual([]);
      await handle.executeUpdate('resume', { args: [message()] });
      await until(() => batch.published.length === 2);
      await webhooks(0, 1);
    },
    { carried },
  );
  const cancelled = new FakeBatch(2);
  cancelled.cancelled = { by: 'mika', why: 'stocktaking', drop: false };
  await runFake(env, cancelled, async () => {}, { carried });
  expect(cancelled.published).toEqual([]);
  expect(cancelled.states.at(-1)?.state).toBe('cancelled');
});

it('the rows of a save join the batch while it runs, and none when it is ending', async () => {
  const batch = new FakeBatch(1);
  batch.onJoin = () => {
    batch.rows.push({ state: 'pending', written: false });
    return null;
  };
  await runFake(
    env,
    batch,
    async ({ handle, webhooks, until }) => {
      await until(() => batch.published.length === 1);
      await handle.executeUpdate('workbookChanged', { args: [message('a save', null)] });
      await until(() => batch.published.length === 2);
      await handle.executeUpdate('cancel', { args: [{ ...message(), drop: false }] });
      const late = handle.executeUpdate('workbookChanged', { args: [message('a save', null)] });
      await expect(late).rejects.toThrow();
      await webhooks(0, 1);
    },
    { saveAs: 'joined' },
  );
  expect(batch.rows).toHaveLength(2);
});

it('a save that is being joined while all else is done has its rows before the end', async () => {
  const batch = new FakeBatch(1);
  let joining = false;
  let goOn = () => {};
  batch.onJoin = async () => {
    joining = true;
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
    batch.rows.push({ state: 'pending', written: false });
    return null;
  };
  await runFake(env, batch, async ({ handle, webhooks, until }) => {
    await until(() => batch.published.length === 1);
    await handle.executeUpdate('workbookChanged', { args: [message('a save', null)] });
    await until(() => joining);
    await webhooks(0);
    await until(() => batch.count('completed') === 1);
    await until(() => batch.unread.size === 0);
    // It answers: nothing turns in a circle meanwhile.
    expect(await handle.query('progress')).toMatchObject({ counts: { completed: 1 } });
    goOn();
    await until(() => batch.published.length === 2);
    await webhooks(1);
  });
  expect(batch.figures().counts).toMatchObject({ total: 2, completed: 2 });
});

it('more rows than may go unasked pause it until resume', async () => {
  const batch = new FakeBatch(1);
  batch.onJoin = () => {
    batch.rows.push({ state: 'pending', written: false });
    return '1 row is more than 0';
  };
  await runFake(env, batch, async ({ handle, webhooks, until }) => {
    await until(() => batch.published.length === 1);
    await handle.executeUpdate('workbookChanged', { args: [message('a save', null)] });
    await until(() => batch.states.at(-1)?.state === 'paused');
    expect(batch.states.at(-1)?.reason).toBe('paused by tsuiseki: 1 row is more than 0');
    await env.sleep(A_WHILE);
    expect(batch.published).toEqual([0]);
    await handle.executeUpdate('resume', { args: [message()] });
    await until(() => batch.published.length === 2);
    await webhooks(0, 1);
  });
});

it('a batch that is to be asked for first starts paused', async () => {
  const batch = new FakeBatch(1);
  batch.paused = { by: 'tsuiseki', why: 'too many' };
  await runFake(
    env,
    batch,
    async ({ handle, webhooks, until }) => {
      await until(() => batch.states.length === 1);
      await env.sleep(A_WHILE);
      expect(batch.published).toEqual([]);
      await handle.executeUpdate('resume', { args: [message()] });
      await until(() => batch.published.length === 1);
      await webhooks(0);
    },
    { saveAs: 'asked-first' },
  );
  expect(batch.states[0]).toEqual({ state: 'paused', reason: 'paused by tsuiseki: too many' });
});
