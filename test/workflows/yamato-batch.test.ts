import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { webhookReceived } from '../../src/temporal/messages.ts';
import { FakeBatch } from '../support/workflows/fake-batch.ts';
import { runFake } from '../support/workflows/run-fake.ts';
import type { FakeInput, Running } from '../support/workflows/run-fake.ts';
import { startWorkflowServer } from '../support/workflows/workflow-server.ts';

let env: TestWorkflowEnvironment;

beforeAll(async () => {
  env = await startWorkflowServer();
});
afterAll(() => env.teardown());

let messages = 0;
const message = (by = 'mika', why: string | null = 'stocktaking') => ({ id: `m${++messages}`, by, why });

const run = (
  batch: FakeBatch,
  during: (running: Running) => Promise<void>,
  options: FakeInput & { saveAs?: string } = {},
) => runFake(env, batch, during, { ...options, asksYamato: true });

const askedJobs = (batch: FakeBatch) => batch.asked.map(({ jobId }) => jobId);
const noMessages = async () => {};

/** Less than the five minutes after which a batch looks again: there the time-skipping server may stand still. */
const A_WHILE = '4m';

it('asks group by group with pauses of their own between 1 and 50 s, writes back every ten and at the end', async () => {
  const batch = new FakeBatch(25);
  const askedAtMs: number[] = [];
  batch.onAsk = async () => {
    askedAtMs.push(await env.currentTimeMs());
    return 'asked' as const;
  };
  let writtenAtMs = 0;
  batch.onWriteback = async () => {
    writtenAtMs = await env.currentTimeMs();
  };
  const counts = await run(batch, noMessages, { saveAs: 'yamato-completed' });
  expect(counts).toMatchObject({ total: 25, completed: 25 });
  expect(askedJobs(batch)).toEqual(Array.from({ length: 25 }, (_, jobId) => jobId));
  const shares = batch.asked.map(({ pauseShare }) => pauseShare);
  expect(shares.every((share) => share >= 0 && share < 1)).toBe(true);
  expect(new Set(shares).size).toBe(25);
  // The pauses spread over the whole range, neither all short nor all long.
  expect(Math.max(...shares) - Math.min(...shares)).toBeGreaterThan(0.5);
  for (const [index, ms] of askedAtMs.slice(1).entries())
    expect(ms - (askedAtMs[index] ?? 0)).toBeGreaterThanOrEqual(50_000 * (shares[index] ?? 1));
  // The pause after the last group is nobody's to wait for.
  expect(writtenAtMs - (askedAtMs[24] ?? 0)).toBeLessThan(1_000);
  expect(batch.writebacks.reduce((sum, n) => sum + n, 0)).toBe(25);
  expect(batch.writebacks.slice(0, 2)).toEqual([10, 10]);
  expect(batch.states.map(({ state }) => state)).toEqual(['running', 'completed']);
});

it('one that is poked looks at the database at once: rows given up meanwhile keep it no longer', async () => {
  const batch = new FakeBatch(1);
  batch.paused = { by: 'mika', why: null };
  await run(batch, async ({ handle, until }) => {
    await until(() => batch.states.length > 0);
    Object.assign(batch.rows[0] ?? {}, { state: 'failed' });
    const pokedAtMs = await env.currentTimeMs();
    await handle.signal(webhookReceived, { batchId: 'b1', jobIds: [] });
    await until(() => batch.ended);
    expect((await env.currentTimeMs()) - pokedAtMs).toBeLessThan(60_000);
  });
});

it('a group that must wait, or failed, is asked again in its place; one that was given up is not', async () => {
  const batch = new FakeBatch(3);
  const answers = [
    { outcome: 'wait', waitMs: 7_000, why: 'another request is under way' },
    { outcome: 'failed', waitMs: 30_000, why: 'after attempt 1 of 3: a captcha' },
    { outcome: 'failed', waitMs: 120_000, why: 'after attempt 2 of 3: a captcha' },
    'gave up',
  ] as const;
  let next = 0;
  const askedAtMs: number[] = [];
  batch.onAsk = async () => {
    askedAtMs.push(await env.currentTimeMs());
    return answers[next++] ?? 'asked';
  };
  const counts = await run(batch, noMessages, { saveAs: 'yamato-failed' });
  expect(askedJobs(batch)).toEqual([0, 0, 0, 0, 1, 2]);
  const gapsMs = askedAtMs.slice(1).map((ms, index) => ms - (askedAtMs[index] ?? 0));
  for (const [index, leastMs] of [7_000, 30_000, 120_000].entries()) {
    expect(gapsMs[index]).toBeGreaterThanOrEqual(leastMs);
    expect(gapsMs[index]).toBeLessThan(leastMs + 5_000);
  }
  expect(counts).toMatchObject({ completed: 2, failed: 1 });
});

it('five groups given up in a row hold the batch with the reason, until resume', async () => {
  const batch = new FakeBatch(12);
  // One that answers between them ends a row of failures.
  batch.onAsk = (jobId) => (jobId === 3 || batch.actions.length > 0 ? 'asked' : 'gave up');
  await run(
    batch,
    async ({ handle, until }) => {
      await until(() => batch.states.at(-1)?.state === 'paused');
      await env.sleep(A_WHILE);
      expect(askedJobs(batch)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
      await handle.executeUpdate('resume', { args: [message()] });
    },
    { saveAs: 'yamato-held' },
  );
  expect(batch.states).toEqual([
    { state: 'running', reason: null },
    {
      state: 'paused',
      reason: 'paused by tsuiseki: 5 groups in a row failed, the last: gave up; resume to go on',
    },
    { state: 'running', reason: null },
    { state: 'completed', reason: null },
  ]);
  expect(batch.figures().counts).toMatchObject({ completed: 4, failed: 8 });
});

it('a carrier that is held pauses the batch with the reason until it answers again', async () => {
  const batch = new FakeBatch(2);
  const held = {
    outcome: 'wait',
    waitMs: 180_000,
    why: 'yamato gives no answers: a captcha',
    held: true,
  } as const;
  let asks = 0;
  batch.onAsk = () => ((asks += 1) <= 2 ? held : 'asked');
  await run(batch, noMessages, { saveAs: 'yamato-carrier-held' });
  expect(asks).toBe(4);
  expect(batch.states).toEqual([
    { state: 'running', reason: null },
    { state: 'paused', reason: 'publishing is held: yamato gives no answers: a captcha' },
    { state: 'running', reason: null },
    { state: 'completed', reason: null },
  ]);
});

it('a resume has a held carrier asked at once', async () => {
  const batch = new FakeBatch(1);
  batch.onAsk = () =>
    batch.actions.length > 0
      ? 'asked'
      : { outcome: 'wait', waitMs: 43_200_000, why: 'a captcha', held: true };
  await run(batch, async ({ handle, until }) => {
    await until(() => batch.states.at(-1)?.state === 'paused');
    const resumedAtMs = await env.currentTimeMs();
    await handle.executeUpdate('resume', { args: [message()] });
    await until(() => batch.ended);
    expect((await env.currentTimeMs()) - resumedAtMs).toBeLessThan(60_000);
  });
});

it('a run goes on counting what failed in a row before it', async () => {
  const batch = new FakeBatch(2);
  batch.onAsk = () => (batch.actions.length > 0 ? 'asked' : 'gave up');
  await run(
    batch,
    async ({ handle, until }) => {
      await until(() => batch.states.at(-1)?.state === 'paused');
      expect(askedJobs(batch)).toEqual([0]);
      await handle.executeUpdate('resume', { args: [message()] });
    },
    { carried: { failedInARow: 4, joins: false } },
  );
});

it('pause takes back a group that waits for its turn and ends a long pause; resume goes on', async () => {
  const batch = new FakeBatch(3);
  let waiting = false;
  batch.onAsk = (jobId) => {
    waiting = jobId === 1 && batch.actions.length === 0;
    return waiting ? 'turn' : 'asked';
  };
  await run(
    batch,
    async ({ handle, until }) => {
      await until(() => waiting);
      const paused = await handle.executeUpdate('pause', { args: [message()] });
      expect(paused).toMatchObject({ state: 'paused', reason: 'paused by mika: stocktaking' });
      await env.sleep(A_WHILE);
      expect(askedJobs(batch)).toEqual([0]);
      await handle.executeUpdate('resume', { args: [message()] });
      await until(() => batch.asked.length === 2);
      await handle.executeUpdate('pause', { args: [message()] });
      await env.sleep(A_WHILE);
      expect(askedJobs(batch)).toEqual([0, 1]);
      await handle.executeUpdate('resume', { args: [message()] });
    },
    { saveAs: 'yamato-paused' },
  );
  expect(askedJobs(batch)).toEqual([0, 1, 2]);
});

it('cancel asks no more, and what has come is written', async () => {
  const batch = new FakeBatch(3);
  batch.longestPauseMs = 3_600_000;
  await run(
    batch,
    async ({ handle, until }) => {
      await until(() => batch.asked.length === 1);
      await handle.executeUpdate('cancel', { args: [{ ...message(), drop: false }] });
    },
    { saveAs: 'yamato-cancelled' },
  );
  expect(batch.figures().counts).toMatchObject({ completed: 1, pending: 2 });
  expect(batch.writebacks).toEqual([1]);
  expect(batch.states.at(-1)).toEqual({ state: 'cancelled', reason: 'cancelled by mika: stocktaking' });
});

it('a retry while the batch runs, and of one that has ended, asks for the failed rows again', async () => {
  const batch = new FakeBatch(3);
  const fails = new Set([0, 1]);
  let retried = () => {};
  const retry = new Promise<void>((resolve) => {
    retried = resolve;
  });
  batch.onAsk = async (jobId) => {
    if (jobId === 2) await retry;
    return fails.delete(jobId) ? 'gave up' : 'asked';
  };
  await run(batch, async ({ handle, until }) => {
    await until(() => batch.count('failed') === 2);
    await handle.executeUpdate('retryRows', { args: [{ ...message(), rows: '3' }] });
    retried();
  });
  expect(batch.figures().counts).toMatchObject({ completed: 2, failed: 1 });
  await run(batch, noMessages, { retry: { ...message(), rows: null }, saveAs: 'yamato-retried' });
  expect(batch.figures().counts).toMatchObject({ completed: 3, failed: 0 });
});

it('the rows of a save join the batch while it runs', async () => {
  const batch = new FakeBatch(1);
  batch.onJoin = () => {
    batch.rows.push({ state: 'pending', written: false });
    return null;
  };
  batch.onAsk = () => (batch.rows.length === 1 ? 'turn' : 'asked');
  await run(batch, async ({ handle, until }) => {
    await until(() => batch.states.length === 1);
    await handle.executeUpdate('pause', { args: [message()] });
    await handle.executeUpdate('workbookChanged', { args: [message('a save', null)] });
    await handle.executeUpdate('resume', { args: [message()] });
  });
  expect(askedJobs(batch)).toEqual([0, 1]);
});

it('a long batch is continued by a new run, no group lost or asked twice', { timeout: 60_000 }, async () => {
  const batch = new FakeBatch(800);
  const counts = await run(batch, noMessages, { saveAs: 'yamato-continued' });
  expect(counts).toMatchObject({ total: 800, completed: 800 });
  expect(askedJobs(batch)).toEqual(Array.from({ length: 800 }, (_, jobId) => jobId));
  expect(batch.reads).toBe(1);
});
