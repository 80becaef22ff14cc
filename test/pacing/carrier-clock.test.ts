import { asc, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { BEGIN_EARLY_MS, CarrierClock, LEASE_MS, LOOK_AGAIN_MS } from '../../src/pacing/carrier-clock.ts';
import { failedRequests, pruneRequests } from '../../src/pacing/call-records.ts';
import { carrierRequests } from '../../src/db/pacing-schema.ts';
import { testDatabase } from '../support/db/test-database.ts';
import type { TestDatabase } from '../support/db/test-database.ts';

let test: TestDatabase;
let clock: CarrierClock;
let nowMs: number;

beforeAll(async () => {
  test = await testDatabase();
});
beforeEach(async () => {
  await test.database.sql`truncate carrier_clock, carrier_requests`;
  nowMs = Date.UTC(2026, 0, 15, 3);
  clock = new CarrierClock(test.database, 'yamato', () => sql`${new Date(nowMs).toISOString()}::timestamptz`);
});
afterAll(() => test.drop());

const requests = () =>
  test.database.db.query.carrierRequests.findMany({ orderBy: [asc(carrierRequests.id)] });

async function begun(jobId: number, pauseMs: number): Promise<number> {
  const turn = await clock.begin(jobId, pauseMs);
  if (!turn.begun) throw new Error(`not begun: ${turn.why}`);
  return turn.requestId;
}
const end = (requestId: number) => clock.end(test.database.db, requestId, { answerMs: 300, sinceMs: 0 });

it('keeps the pause of the last request after its end, whoever asks next', async () => {
  const first = await begun(1, 20_000);
  nowMs += 3_000;
  await end(first);
  nowMs += 1;
  expect(await clock.begin(2, 1_000)).toEqual({
    begun: false,
    waitMs: 19_999,
    why: 'yamato: the pause between two requests',
  });
  nowMs += 19_999 - BEGIN_EARLY_MS;
  const early = await clock.begin(2, 1_000);
  if (!early.begun) throw new Error(`not begun: ${early.why}`);
  expect(early.delayMs).toBeLessThanOrEqual(BEGIN_EARLY_MS);
  nowMs += BEGIN_EARLY_MS + 300;
  // The answer was there a while before it was read.
  await clock.end(test.database.db, early.requestId, { answerMs: 260, sinceMs: 40 });
  expect(await clock.begin(1, 50_000)).toMatchObject({ begun: false, waitMs: 960 });
  expect(await requests()).toMatchObject([
    { jobId: 1, pauseMs: 20_000, answerMs: 300, error: null },
    { jobId: 2, pauseMs: 1_000, answerMs: 260, error: null, startedAt: new Date(nowMs - 300) },
  ]);
});

it('begins one request of many that are asked for at once', async () => {
  const turns = await Promise.all(Array.from({ length: 8 }, (_, jobId) => clock.begin(jobId, 0)));
  expect(turns.filter((turn) => turn.begun)).toHaveLength(1);
  expect(turns.find((turn) => !turn.begun)).toMatchObject({
    waitMs: LOOK_AGAIN_MS,
    why: 'yamato: another request is under way',
  });
});

it('opens again after a request whose worker died and whose job nobody asks for', async () => {
  await begun(1, 2_000);
  nowMs += LEASE_MS + 1_999 - BEGIN_EARLY_MS;
  expect(await clock.begin(2, 0)).toMatchObject({ begun: false });
  nowMs += 1;
  await begun(2, 0);
});

it('a job takes its own lost request over at once, nobody else’s, and keeps the pause', async () => {
  const lost = await begun(1, 2_000);
  nowMs += 6_000;
  await clock.takeOver(2);
  expect(await clock.begin(2, 0)).toMatchObject({ why: 'yamato: another request is under way' });
  await clock.takeOver(1);
  expect(await clock.begin(1, 5_000)).toMatchObject({ begun: false, waitMs: 2_000 });
  expect(await failedRequests(test.database.db, 1)).toEqual({
    tries: 1,
    error: 'its worker ended before the answer was saved',
  });
  nowMs += 2_000;
  const again = await begun(1, 5_000);
  // The dead one lived after all: its end is not the end of the request that took its place.
  await end(lost);
  expect(await clock.begin(2, 0)).toMatchObject({ why: 'yamato: another request is under way' });
  await end(again);
  expect(await clock.begin(2, 0)).toMatchObject({ waitMs: 5_000 });
});

it('a job without lost requests takes nothing over', async () => {
  await end(await begun(1, 2_000));
  await clock.takeOver(1);
  expect(await clock.begin(1, 0)).toMatchObject({ begun: false, waitMs: 2_000 });
  expect(await failedRequests(test.database.db, 1)).toEqual({ tries: 0, error: '' });
});

it('a clock that jumped back keeps it closed for one request and its pause at most', async () => {
  await end(await begun(1, 2_000));
  nowMs -= 86_400_000;
  expect(await clock.begin(1, 0)).toMatchObject({ begun: false, waitMs: LEASE_MS + 2_000 });
  nowMs += LEASE_MS + 2_000;
  await begun(1, 0);
});

it('a page is kept for a week, a request for two months', async () => {
  for (const days of [61, 59, 8, 6]) {
    const requestId = await begun(days, 0);
    await clock.end(test.database.db, requestId, { error: 'a captcha', page: `<p>${days}\0</p>` });
    await test.database
      .sql`update carrier_requests set started_at = now() - make_interval(days => ${days}) where id = ${requestId}`;
  }
  expect(await pruneRequests(test.database.db, 60, 7)).toBe(1);
  expect((await requests()).map(({ jobId, page }) => ({ jobId, page }))).toEqual([
    { jobId: 59, page: null },
    { jobId: 8, page: null },
    { jobId: 6, page: '<p>6\uFFFD</p>' },
  ]);
});
