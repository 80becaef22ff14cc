import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { markPending } from '../../src/db/jobs.ts';
import { FAILURES_TO_HOLD, PROBE_EVERY_MS } from '../../src/pacing/call-answers.ts';
import { readLocked } from '../../src/pacing/account-state.ts';
import { answer, ClockHarness, granted, outage, refusal } from '../support/pacing/clock-harness.ts';

let world: ClockHarness;
beforeAll(async () => {
  world = await ClockHarness.create();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

describe('429', () => {
  it('closes the account for everybody until then', async () => {
    const clock = world.clock();
    const [a = 0, b = 0] = await world.addJobs(2);
    const { callId } = await granted(clock.reservePublish(a));
    await granted(clock.begin(callId, a));
    await clock.settle(callId, refusal(429, 40_000));
    await markPending(world.database.db, a);
    const why = 'closed until 12:00:40 UTC, 429 from the API';
    const other = world.clock();
    expect(await other.reservePublish(a)).toEqual({ granted: false, waitMs: 30_000, why, held: false });
    expect(await other.reserveDownload(b)).toEqual({ granted: false, waitMs: 40_000, why, held: false });
    expect(await other.reserveCheck(b)).toEqual({ granted: false, waitMs: 40_000, why, held: false });
    world.time.ms += 40_000;
    expect((await other.reserveCheck(b)).granted).toBe(true);
    expect((await other.reservePublish(a)).granted).toBe(true);
  });

  it('closes for a minute when it does not say, and never opens earlier than an earlier one said', async () => {
    const clock = world.clock();
    const calls = [await granted(clock.reserveCheck(0)), await granted(clock.reserveCheck(0))];
    await clock.settle(calls[0]?.callId ?? 0, refusal(429));
    expect(await clock.reserveCheck(0)).toMatchObject({ waitMs: 60_000 });
    await clock.settle(calls[1]?.callId ?? 0, refusal(429, 5_000));
    expect(await clock.reserveCheck(0)).toMatchObject({ waitMs: 60_000 });
  });
});

describe('holding', () => {
  it.each([401, 402, 403])('%i holds publishing at once, whatever call met it', async (status) => {
    const clock = world.clock();
    const job = await world.addJob();
    await clock.settle((await granted(clock.reserveCheck(job))).callId, refusal(status));
    expect(await clock.reservePublish(job)).toEqual({
      granted: false,
      waitMs: PROBE_EVERY_MS,
      why: `answered ${status}`,
      held: true,
    });
    // Results still come in.
    expect((await clock.reserveDownload(job)).granted).toBe(true);
  });

  it('B.23: while it is held, one refused download stands for all others until the next probe', async () => {
    const clock = world.clock();
    const [a = 0, b = 0] = await world.addJobs(2);
    await clock.settle((await granted(clock.reserveCheck(a))).callId, refusal(401));
    const first = await granted(clock.reserveDownload(a));
    await clock.settle(first.callId, refusal(401));
    world.time.ms += 60_000;
    const waitMs = PROBE_EVERY_MS - 60_000;
    expect(await clock.reserveDownload(b)).toEqual({
      granted: false,
      waitMs,
      why: 'answered 401',
      held: true,
    });
    world.time.ms += waitMs;
    await clock.settle((await granted(clock.reserveDownload(b))).callId, answer());
    expect((await clock.reserveDownload(a)).granted).toBe(true);
  });

  it('is done by five outages of publishes in a row; a success in between starts anew', async () => {
    const clock = world.clock({ publishIntervalMs: 0 });
    const meet = async (met: ReturnType<typeof answer> | ReturnType<typeof outage>) => {
      const job = await world.addJob();
      const { callId } = await granted(clock.reservePublish(job));
      await granted(clock.begin(callId, job));
      await clock.settle(callId, met);
    };
    for (let i = 1; i < FAILURES_TO_HOLD; i++) await meet(outage());
    await meet(answer());
    for (const code of ['API_SERVER_ERROR', 'API_NOT_JSON', 'API_TIMEOUT', 'API_NO_CONNECTION'] as const)
      await meet(outage(code));
    expect(await world.account()).toMatchObject({ heldReason: null, streak: FAILURES_TO_HOLD - 1 });
    await meet(refusal(422));
    expect(await world.account()).toMatchObject({ heldReason: null, streak: 0 });
    for (let i = 1; i < FAILURES_TO_HOLD; i++) await meet(outage());
    // What downloads and checks meet is not a publish's.
    await clock.settle((await granted(clock.reserveCheck(0))).callId, outage());
    expect((await world.account()).heldReason).toBeNull();
    await meet(outage('API_BROKEN_OFF'));
    expect((await world.account()).heldReason).toBe('5 failures in a row, the last: no answer');
  });

  it('is probed by one caller at a time, every few minutes, and opened', async () => {
    const clock = world.clock();
    const job = await world.addJob();
    expect(await clock.reserveProbe()).toMatchObject({ granted: false, held: false });
    await clock.settle((await granted(clock.reserveCheck(job))).callId, refusal(402));
    expect(await clock.reserveProbe()).toMatchObject({ granted: false, held: true, waitMs: PROBE_EVERY_MS });
    world.time.ms += PROBE_EVERY_MS;
    const probes = await Promise.all([1, 2, 3].map(() => clock.reserveProbe()));
    const [probe, ...others] = probes.flatMap((turn) => (turn.granted ? [turn] : []));
    expect(others).toEqual([]);
    await clock.settle(probe?.callId ?? 0, refusal(402));
    world.time.ms += PROBE_EVERY_MS;
    const second = await granted(clock.reserveProbe());
    await clock.settle(second.callId, answer());
    await clock.open();
    expect((await clock.reservePublish(job)).granted).toBe(true);
    expect((await clock.reserveProbe()).granted).toBe(false);
    expect(await world.account()).toMatchObject({ heldReason: null, streak: 0 });
  });

  it('probes again after the probing worker died, and not before a closed account opens', async () => {
    const clock = world.clock();
    await clock.settle((await granted(clock.reserveCheck(0))).callId, refusal(401));
    world.time.ms += PROBE_EVERY_MS;
    const closing = await granted(clock.reserveCheck(0));
    await clock.settle(closing.callId, refusal(429, 90_000));
    expect(await clock.reserveProbe()).toMatchObject({ granted: false, waitMs: 90_000 });
    expect(await clock.reservePublish(await world.addJob())).toMatchObject({ held: true, waitMs: 90_000 });
    world.time.ms += 90_000;
    await granted(clock.reserveProbe());
    world.time.ms += PROBE_EVERY_MS;
    await granted(clock.reserveProbe());
  });

  it('keeps the first reason', async () => {
    const clock = world.clock();
    const calls = [await granted(clock.reserveCheck(0)), await granted(clock.reserveCheck(0))];
    await clock.settle(calls[0]?.callId ?? 0, refusal(402));
    await clock.settle(calls[1]?.callId ?? 0, refusal(401));
    expect((await world.account()).heldReason).toBe('answered 402');
  });
});

describe('calls of someone else', () => {
  it('take their places in the budget for one window', async () => {
    const clock = world.clock({ callLimit: 10, publishIntervalMs: 0 });
    const [a = 0, b = 0] = await world.addJobs(2);
    // One call of ours, seven of theirs; one is kept for the download.
    await world.publish(clock, a, answer(2, 10));
    expect(await world.countCalls('foreign')).toBe(7);
    expect((await clock.reservePublish(b)).granted).toBe(false);
    expect((await clock.reserveCheck(a)).granted).toBe(true);
    expect((await clock.reserveDownload(a)).granted).toBe(true);
    world.time.ms += 900_000;
    expect((await clock.reservePublish(b)).granted).toBe(true);
  });

  it('are not counted twice', async () => {
    const clock = world.clock({ callLimit: 10 });
    for (const remaining of [6, 5, 4])
      await clock.settle((await granted(clock.reserveCheck(0))).callId, answer(remaining, 10));
    expect(await world.countCalls('foreign')).toBe(3);
  });

  it('are none of ours that left the window while the answer was on its way', async () => {
    const clock = world.clock({ callLimit: 10 });
    for (let i = 0; i < 5; i++) await clock.settle((await granted(clock.reserveCheck(0))).callId, answer());
    world.time.ms += 899_000;
    const slow = await granted(clock.reserveCheck(0));
    world.time.ms += 2_000;
    // Six were used when the call came in; five of them have left by now.
    await clock.settle(slow.callId, answer(4, 10));
    expect(await world.countCalls('foreign')).toBe(0);
  });

  it('are none that a margin below the API’s own limit leaves to others', async () => {
    const clock = world.clock({ callLimit: 150 });
    await clock.settle((await granted(clock.reserveCheck(0))).callId, answer(159, 200));
    expect(await world.countCalls('foreign')).toBe(0);
    await clock.settle((await granted(clock.reserveCheck(0))).callId, answer(100, 200));
    expect(await world.countCalls('foreign')).toBe(48);
  });

  it('are never more than the limit, whatever the headers say', async () => {
    const clock = world.clock({ callLimit: 10 });
    await clock.settle((await granted(clock.reserveCheck(0))).callId, answer(0, 999_999_999_999_999));
    expect(await world.countCalls('foreign')).toBe(9);
  });
});

describe('a clock that jumps back', () => {
  it('never lets two publishes through, and does not block for as long as the jump', async () => {
    const clock = world.clock();
    const [a = 0, b = 0] = await world.addJobs(2);
    await world.publish(clock, a);
    world.time.ms -= 3_600_000;
    expect(await clock.reservePublish(b)).toMatchObject({ granted: true, delayMs: 6_000 });
    const { owed, used } = { owed: await world.owed(), used: await world.countCalls('publish') };
    expect({ owed, used }).toEqual({ owed: 2, used: 2 });
  });

  it('moves turns, closing, budget and probe with it', async () => {
    const clock = world.clock({ callLimit: 4 });
    const [a = 0, b = 0] = await world.addJobs(2);
    await world.publish(clock, a);
    const { callId } = await granted(clock.reservePublish(b));
    world.time.ms += 2_000 - 3_600_000;
    // As if no time had passed meanwhile: six seconds from the last time the clock was used.
    expect(await clock.begin(callId, b)).toMatchObject({ granted: true, delayMs: 6_000 });
    await clock.settle(callId, refusal(429, 30_000));
    world.time.ms -= 3_600_000;
    expect(await clock.reserveDownload(a)).toMatchObject({ waitMs: 30_000 });
    world.time.ms += 30_000;
    expect((await clock.reserveDownload(a)).granted).toBe(true);
    expect(await clock.reserveCheck(a)).toMatchObject({ granted: false, waitMs: 900_000 - 30_000 });
  });

  it('takes no call of ours for someone else’s', async () => {
    const clock = world.clock({ callLimit: 10 });
    for (let i = 0; i < 5; i++) await clock.settle((await granted(clock.reserveCheck(0))).callId, answer());
    world.time.ms -= 600_000;
    await clock.settle((await granted(clock.reserveCheck(0))).callId, answer(4, 10));
    expect(await world.countCalls('foreign')).toBe(0);
  });
});

it('a process that is stopped in the middle of a reservation keeps the others for seconds only', async () => {
  const { limits } = world.clock();
  const timeout = await world.sql.begin(async (tx) => {
    await readLocked(tx, limits, world.timeSource);
    return tx`show idle_in_transaction_session_timeout`;
  });
  expect(timeout).toEqual([{ idle_in_transaction_session_timeout: '5s' }]);
  expect(await world.sql`show idle_in_transaction_session_timeout`).toEqual([
    { idle_in_transaction_session_timeout: '0' },
  ]);
});

describe('a clean answer', () => {
  /** While somebody holds the clock's lock, whether `work` comes to its end. */
  async function withoutLock(work: () => Promise<unknown>): Promise<'done' | 'waits'> {
    let done: Promise<'done'> = Promise.resolve('done');
    const told = await world.sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock('account_clock'::regclass::oid::bigint)`;
      done = work().then(() => 'done' as const);
      const blocked = () => world.sql`select from pg_locks where locktype = 'advisory' and not granted`;
      while ((await Promise.race([done, Promise.resolve(null)])) === null)
        if ((await blocked()).length > 0) return 'waits';
      return 'done';
    });
    await done;
    return told;
  }

  it('is taken beside the clock’s lock, and counts for one window from then', async () => {
    const clock = world.clock();
    const { callId } = await granted(clock.reserveCheck(0));
    world.time.ms += 700;
    expect(await withoutLock(() => clock.settle(callId, answer(199, 200)))).toBe('done');
    const [call] = await world.sql<{ status: number; leftMs: number }[]>`
      select http_status as status, (extract(epoch from expires_at - finished_at) * 1000)::float8 as "leftMs"
      from calls where id = ${callId}`;
    expect(call).toEqual({ status: 200, leftMs: 900_000 });
  });

  it.each([
    ['others used the account too', () => answer(150, 200), 0],
    ['the call failed', () => outage(), 0],
    ['a publish was sent late', () => answer(199, 200), 40],
  ])('is not clean where %s: it waits for the lock', async (_, told, lateMs) => {
    const clock = world.clock();
    const job = await world.addJob();
    const { callId } = await granted(clock.reservePublish(job));
    expect(await withoutLock(() => clock.settle(callId, told(), lateMs))).toBe('waits');
  });

  it('is not clean after failures: the next publish counts from none', async () => {
    const clock = world.clock();
    await world.sql`update account_clock set failure_streak = 3`;
    const { callId } = await granted(clock.reservePublish(await world.addJob()));
    expect(await withoutLock(() => clock.settle(callId, answer()))).toBe('waits');
  });
});
