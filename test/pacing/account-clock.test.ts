import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dropPendingJobs } from '../../src/db/batches.ts';
import { markFailed } from '../../src/db/jobs.ts';
import { CALL_TIMEOUT_MS } from '../../src/webscraper/client.ts';
import { MAX_WAIT_MS } from '../../src/pacing/account-turns.ts';
import { answer, ClockHarness, granted, NOON_MS, refusal } from '../support/pacing/clock-harness.ts';

let world: ClockHarness;
beforeAll(async () => {
  world = await ClockHarness.create();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

describe('pace', () => {
  it('gives turns an interval apart, no more than ten seconds ahead, and says when to ask again', async () => {
    const clock = world.clock();
    const [a = 0, b = 0, c = 0] = await world.addJobs(3);
    expect(await clock.reservePublish(a)).toMatchObject({ granted: true, delayMs: 0 });
    expect(await clock.reservePublish(b)).toMatchObject({ granted: true, delayMs: 6_000 });
    expect(await clock.reservePublish(c)).toEqual({
      granted: false,
      waitMs: 2_000,
      why: 'other publishes come first',
      held: false,
    });
    world.time.ms += 2_000;
    expect(await clock.reservePublish(c)).toMatchObject({ granted: true, delayMs: MAX_WAIT_MS });
  });

  it('holds between the starts themselves: a late one moves those after it', async () => {
    const clock = world.clock();
    const [a = 0, b = 0] = await world.addJobs(2);
    const [first, second] = [await granted(clock.reservePublish(a)), await granted(clock.reservePublish(b))];
    world.time.ms = NOON_MS + 4_000;
    expect(await clock.begin(first.callId, a)).toMatchObject({ granted: true, delayMs: 0 });
    world.time.ms = NOON_MS + 5_970;
    expect(await clock.begin(second.callId, b)).toMatchObject({ granted: true, delayMs: 4_030 });
  });

  it('is no pace at an interval of zero', async () => {
    const clock = world.clock({ publishIntervalMs: 0 });
    for (const job of await world.addJobs(5)) await world.publish(clock, job);
  });

  it('gives every one of many callers at once a turn of its own', async () => {
    const clock = world.clock({ publishIntervalMs: 1_000, callLimit: 12 });
    const turns = await Promise.all((await world.addJobs(10)).map((job) => clock.reservePublish(job)));
    const delays = turns.flatMap((turn) => (turn.granted ? [turn.delayMs] : []));
    expect(delays.sort((a, b) => a - b)).toEqual([0, 1_000, 2_000, 3_000, 4_000, 5_000]);
    expect(await world.owed()).toBe(6);
  });

  it('lets one of two callers begin a job that both have a turn for', async () => {
    const clock = world.clock({ publishIntervalMs: 0 });
    const job = await world.addJob();
    const turns = [await granted(clock.reservePublish(job)), await granted(clock.reservePublish(job))];
    const begun = await Promise.all(turns.map(({ callId }) => clock.begin(callId, job)));
    expect(begun.filter((turn) => turn.granted)).toHaveLength(1);
    expect(await world.countCalls('publish')).toBe(1);
    expect(await world.owed()).toBe(1);
  });

  it('keeps the turn that was given to another when one is given back', async () => {
    const clock = world.clock();
    const [a = 0, b = 0, c = 0] = await world.addJobs(3);
    const first = await granted(clock.reservePublish(a));
    await granted(clock.reservePublish(b));
    await clock.giveBack(a, first.callId);
    expect(await clock.reservePublish(c)).toMatchObject({ granted: false, waitMs: 2_000 });
    await clock.giveBack(b);
    expect(await clock.reservePublish(c)).toMatchObject({ granted: true, delayMs: 0 });
  });
});

describe('budget', () => {
  it('counts a call from its start until one window after its end', async () => {
    const clock = world.clock({ callLimit: 2, publishIntervalMs: 0 });
    const [a = 0, b = 0] = await world.addJobs(2);
    await world.publish(clock, a);
    world.time.ms += 30_000;
    const download = await granted(clock.reserveDownload(a));
    world.time.ms += 5_000;
    await clock.settle(download.callId, answer());
    world.time.ms = NOON_MS + 900_000;
    const refused = await clock.reservePublish(b);
    // Both calls must have left: the download's ends 35 s after noon; turns are given ten seconds ahead.
    expect(refused).toEqual({
      granted: false,
      waitMs: 25_000,
      why: 'all 2 calls of the account are used or kept',
      held: false,
    });
    world.time.ms += 25_000;
    expect(await clock.reservePublish(b)).toMatchObject({ granted: true, delayMs: MAX_WAIT_MS });
  });

  it('counts a call that never ended as if it took all the time it may', async () => {
    const clock = world.clock({ callLimit: 1, publishIntervalMs: 0 });
    await granted(clock.reserveCheck(await world.addJob()));
    world.time.ms += 900_000 + CALL_TIMEOUT_MS - 1;
    expect((await clock.reserveCheck(0)).granted).toBe(false);
    world.time.ms += 1;
    expect((await clock.reserveCheck(0)).granted).toBe(true);
  });

  it('keeps the download of every publish, and no more than that', async () => {
    const clock = world.clock({ callLimit: 6, publishIntervalMs: 0 });
    const all = await world.addJobs(4);
    const [first = 0, , , fourth = 0] = all;
    for (const job of all.slice(0, 3)) await world.publish(clock, job);
    expect((await clock.reservePublish(fourth)).granted).toBe(false);
    expect((await clock.reserveCheck(first)).granted).toBe(false);
    for (const job of all.slice(0, 3)) await granted(clock.reserveDownload(job));
    expect(await world.owed()).toBe(0);
    // A second download of the same job has no call kept.
    expect((await clock.reserveDownload(first)).granted).toBe(false);
  });

  it('frees the call of a download given up', async () => {
    const clock = world.clock({ callLimit: 3, publishIntervalMs: 0 });
    const job = await world.addJob();
    await world.publish(clock, job);
    await granted(clock.reserveCheck(job));
    expect((await clock.reserveCheck(job)).granted).toBe(false);
    await world.database.db.transaction((tx) => markFailed(tx, job, 'no webhook'));
    expect((await clock.reserveCheck(job)).granted).toBe(true);
  });

  it('never gives more than the limit to callers at once', async () => {
    const clock = world.clock({ callLimit: 7, publishIntervalMs: 0 });
    const all = await world.addJobs(6);
    const turns = await Promise.all([
      ...all.map((job) => clock.reservePublish(job)),
      ...all.map((job) => clock.reserveCheck(job)),
    ]);
    const publishes = turns.slice(0, 6).filter((turn) => turn.granted).length;
    const checks = turns.slice(6).filter((turn) => turn.granted).length;
    expect(2 * publishes + checks).toBeGreaterThanOrEqual(6);
    expect(2 * publishes + checks).toBeLessThanOrEqual(7);
    expect((await world.countCalls('publish')) + (await world.countCalls('check'))).toBe(publishes + checks);
  });

  it('lets a waiting check go before publishes', async () => {
    const clock = world.clock({ callLimit: 3, publishIntervalMs: 0 });
    const [a = 0, b = 0] = await world.addJobs(2);
    await world.publish(clock, a);
    world.time.ms += 1_000;
    await clock.settle((await granted(clock.reserveDownload(a))).callId, answer());
    world.time.ms = NOON_MS + 20_000;
    await clock.settle((await granted(clock.reserveCheck(a))).callId, answer());
    expect(await clock.reserveCheck(a)).toMatchObject({ granted: false, waitMs: 880_000 });
    world.time.ms = NOON_MS + 901_000 - MAX_WAIT_MS;
    // Two calls will be free by then, but one is the check's.
    expect((await clock.reservePublish(b)).granted).toBe(false);
    world.time.ms = NOON_MS + 900_000;
    await granted(clock.reserveCheck(a));
    world.time.ms = NOON_MS + 910_000;
    expect((await clock.reservePublish(b)).granted).toBe(true);
  });

  it('does not wait for a check that never came back', async () => {
    const clock = world.clock({ callLimit: 2, publishIntervalMs: 0 });
    const [a = 0, b = 0] = await world.addJobs(2);
    await world.publish(clock, a);
    expect((await clock.reserveCheck(a)).granted).toBe(false);
    await clock.settle((await granted(clock.reserveDownload(a))).callId, answer());
    world.time.ms += 900_000;
    expect((await clock.reservePublish(b)).granted).toBe(false);
    world.time.ms += 60_000 + 2 * MAX_WAIT_MS;
    expect((await clock.reservePublish(b)).granted).toBe(true);
  });

  it('waits for more calls to leave when the limit was lowered below what is used', async () => {
    const before = world.clock({ callLimit: 20, publishIntervalMs: 0 });
    for (const job of await world.addJobs(8)) {
      await world.publish(before, job);
      await before.settle((await granted(before.reserveDownload(job))).callId, answer());
      world.time.ms += 1_000;
    }
    const clock = world.clock({ callLimit: 4, publishIntervalMs: 0 });
    const job = await world.addJob();
    // Fourteen of the sixteen must leave: the seventh job's calls ended 6 s after noon.
    expect(await clock.reservePublish(job)).toMatchObject({
      granted: false,
      waitMs: 906_000 - 8_000 - MAX_WAIT_MS,
    });
    expect(await clock.reserveCheck(job)).toMatchObject({ granted: false, waitMs: 906_000 - 8_000 });
    world.time.ms = NOON_MS + 906_000;
    expect((await clock.reserveCheck(job)).granted).toBe(true);
  });
});

describe('begin', () => {
  it('writes the intent and the start, and waits for the turn', async () => {
    const clock = world.clock();
    const [a = 0, b = 0] = await world.addJobs(2);
    await world.publish(clock, a);
    const { callId } = await granted(clock.reservePublish(b));
    world.time.ms += 5_970;
    expect(await clock.begin(callId, b)).toEqual({ granted: true, callId, delayMs: 30 });
    expect(await world.job(b)).toMatchObject({
      state: 'publishing',
      intentAt: new Date(NOON_MS + 5_970),
      owesDownload: true,
    });
    const [call] = await world.sql`select started_at as at from calls where id = ${callId}`;
    expect(new Date(String(call?.['at'])).getTime()).toBe(NOON_MS + 6_000);
  });

  it.each([
    [
      'the job was cancelled',
      async (job: number) => {
        await world.database.db.transaction((tx) => dropPendingJobs(tx, 'batch'));
        expect(await world.job(job)).toMatchObject({ state: 'failed' });
      },
    ],
    [
      'the account was held',
      async () => {
        const check = await granted(world.clock().reserveCheck(0));
        await world.clock().settle(check.callId, refusal(401));
      },
    ],
    [
      'the account was closed',
      async () => {
        const check = await granted(world.clock().reserveCheck(0));
        await world.clock().settle(check.callId, refusal(429, 5_000));
      },
    ],
    ['the turn was given back', (job: number) => world.clock().giveBack(job)],
    [
      'the turn is long past',
      () => {
        world.time.ms += MAX_WAIT_MS + 1;
      },
    ],
    [
      'it would have to wait for too long',
      async () => {
        const other = await world.addJob();
        await world.sql`update account_clock set last_publish_at = ${new Date(NOON_MS + 5_000).toISOString()}`;
        await world.sql`delete from jobs where id = ${other}`;
      },
    ],
  ] as const)('is refused when %s, and its turn given back', async (_, meanwhile) => {
    const clock = world.clock();
    const job = await world.addJob();
    const { callId } = await granted(clock.reservePublish(job));
    await meanwhile(job);
    expect(await clock.begin(callId, job)).toEqual({
      granted: false,
      waitMs: 0,
      why: 'the turn was lost',
      held: false,
    });
    expect(await world.countCalls('publish')).toBe(0);
    expect(await world.owed()).toBe(0);
    expect((await world.job(job)).state).not.toBe('publishing');
  });

  it('is refused for a job that is not pending from the start, without a trace', async () => {
    const clock = world.clock();
    const job = await world.addJob();
    await world.database.db.transaction((tx) => markFailed(tx, job, 'cancelled'));
    expect(await clock.reservePublish(job)).toMatchObject({ granted: false, held: false });
    expect(await clock.reservePublish(await world.addJob())).toMatchObject({ granted: true, delayMs: 0 });
    expect(await world.countCalls('publish')).toBe(1);
    expect(await world.owed()).toBe(1);
  });

  it('never brings a job back that is cancelled in the same moment', async () => {
    const clock = world.clock();
    const job = await world.addJob();
    const { callId } = await granted(clock.reservePublish(job));
    const begun = await world.database.db.transaction(async (tx) => {
      await dropPendingJobs(tx, 'batch');
      const [session] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      const begin = clock.begin(callId, job);
      await blockedBy(session?.pid ?? 0);
      return { begin };
    });
    expect(await begun.begin).toMatchObject({ granted: false });
    expect(await world.job(job)).toMatchObject({ state: 'failed', owesDownload: false });
  });
});

describe('giveBack', () => {
  it('leaves a begun publish alone: it may be under way, and counts', async () => {
    const clock = world.clock({ callLimit: 4, publishIntervalMs: 0 });
    const [a = 0, b = 0] = await world.addJobs(2);
    const { callId } = await granted(clock.reservePublish(a));
    await granted(clock.begin(callId, a));
    await clock.giveBack(a);
    expect(await world.countCalls('publish')).toBe(1);
    expect(await world.owed()).toBe(1);
    await clock.settle(callId, answer());
    await world.publish(clock, b);
    expect((await clock.reserveCheck(a)).granted).toBe(false);
  });

  it('gives one turn back and keeps what another turn of the job keeps', async () => {
    const clock = world.clock({ publishIntervalMs: 0 });
    const job = await world.addJob();
    const [first, second] = [
      await granted(clock.reservePublish(job)),
      await granted(clock.reservePublish(job)),
    ];
    await clock.giveBack(job, first.callId);
    expect(await world.owed()).toBe(1);
    await clock.giveBack(job, second.callId);
    expect(await world.owed()).toBe(0);
    expect(await world.countCalls('publish')).toBe(0);
  });

  it('gives every turn of a job back, and nothing of another', async () => {
    const clock = world.clock({ publishIntervalMs: 0 });
    const [a = 0, b = 0] = await world.addJobs(2);
    for (const job of [a, a, b]) await granted(clock.reservePublish(job));
    await clock.giveBack(a);
    expect(await world.countCalls('publish')).toBe(1);
    expect(await world.owed()).toBe(1);
    expect((await world.job(b)).owesDownload).toBe(true);
  });
});

/** Until some session waits for the one given. */
async function blockedBy(pid: number): Promise<void> {
  for (;;) {
    const [found] =
      await world.sql`select from pg_stat_activity where ${pid} = any(pg_blocking_pids(pid)) limit 1`;
    if (found !== undefined) return;
  }
}
