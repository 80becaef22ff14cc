import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { CarrierClock } from '../../src/pacing/carrier-clock.ts';
import { testDatabase } from '../support/db/test-database.ts';
import type { TestDatabase } from '../support/db/test-database.ts';

const HOUR_MS = 3_600_000;
const LOOK_MS = 180_000;

let test: TestDatabase;
let clock: CarrierClock;
let nowMs: number;

beforeAll(async () => {
  test = await testDatabase();
});
beforeEach(async () => {
  await test.database.sql`truncate carrier_clock, carrier_requests`;
  nowMs = Date.UTC(2026, 0, 15);
  clock = new CarrierClock(test.database, 'yamato', () => sql`${new Date(nowMs).toISOString()}::timestamptz`);
});
afterAll(() => test.drop());

/** A request of a job, ended so a second later. */
async function asked(jobId: number, end: 'answer' | 'barrier' | 'timeout'): Promise<void> {
  const turn = await clock.begin(jobId, 0);
  if (!turn.begun) throw new Error(`not begun: ${turn.why}`);
  nowMs += 1_000;
  const failed = { error: 'a captcha', page: null, isBarrier: end === 'barrier' };
  await clock.end(
    test.database.db,
    turn.requestId,
    end === 'answer' ? { answerMs: 1_000, sinceMs: 0 } : failed,
  );
}

const isHeld = async () => {
  const turn = await clock.begin(99, 0);
  return !turn.begun && turn.held === true;
};

it.each([1, 2])(
  'a second barrier in a row, of job %i after one of job 1, holds the carrier for an hour',
  async (second) => {
    await asked(1, 'barrier');
    await asked(second, 'barrier');
    expect(await clock.begin(3, 0)).toEqual({
      begun: false,
      waitMs: LOOK_MS,
      why: 'yamato gives no answers: a captcha',
      held: true,
    });
    nowMs += HOUR_MS - 1_000;
    expect(await clock.begin(3, 0)).toMatchObject({ waitMs: 1_000, held: true });
    nowMs += 1_000;
    await asked(3, 'answer');
  },
);

it.each(['answer', 'timeout'] as const)('between two barriers, an end by %s is none', async (end) => {
  await asked(1, 'barrier');
  await asked(2, end);
  await asked(3, 'barrier');
  await asked(4, 'answer');
});

it('a barrier that stands after a hold holds it twice as long, twelve hours at most; an answer begins anew', async () => {
  await asked(1, 'barrier');
  await asked(2, 'barrier');
  for (const hours of [1, 2, 4, 8, 12, 12]) {
    nowMs += hours * HOUR_MS - 1;
    expect(await isHeld()).toBe(true);
    nowMs += 1;
    await asked(2, 'barrier');
  }
  nowMs += 12 * HOUR_MS;
  await asked(2, 'answer');
  await asked(3, 'barrier');
  await asked(4, 'barrier');
  nowMs += HOUR_MS;
  await asked(4, 'answer');
});

it('a person opens it', async () => {
  await asked(1, 'barrier');
  await asked(2, 'barrier');
  await clock.open();
  await asked(2, 'barrier');
  await asked(2, 'answer');
});

it('a clock that jumped back keeps it held for twelve hours at most', async () => {
  await asked(1, 'barrier');
  await asked(2, 'barrier');
  nowMs -= 365 * 24 * HOUR_MS;
  expect(await isHeld()).toBe(true);
  nowMs += 12 * HOUR_MS;
  expect(await isHeld()).toBe(false);
});
