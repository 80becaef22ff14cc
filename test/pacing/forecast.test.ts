import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { forecastMs as forecast, publishTimes } from '../../src/pacing/forecast.ts';
import type { ForecastInput } from '../../src/pacing/forecast.ts';

const LIMITS = { callLimit: 200, callWindowMs: 900_000, publishIntervalMs: 6_000 };
const MINUTE = 60_000;

const forecastMs = (input: ForecastInput, limits: typeof LIMITS) =>
  forecast(input, publishTimes(input, limits));

const OPEN: ForecastInput = { jobs: 0, others: [], expiriesMs: [], owed: 0, jobMs: MINUTE };
const USED_UP = Array<number>(200).fill(600_000);

it.each<[string, Partial<ForecastInput>, number]>([
  ['nothing', { others: [5] }, 0],
  ['one job: its own time', { jobs: 1 }, MINUTE],
  ['ten at the pace', { jobs: 10 }, 9 * 6_000 + MINUTE],
  ['the whole budget', { jobs: 100 }, 99 * 6_000 + MINUTE],
  // The first two publishes leave the budget one window after they were made.
  ['one beyond it', { jobs: 101 }, 6_000 + 900_000 + MINUTE],
  ['a budget used up', { jobs: 2, expiriesMs: USED_UP }, 600_000 + 6_000 + MINUTE],
  ['more used than allowed', { jobs: 1, expiriesMs: [1_000, ...USED_UP] }, 600_000 + MINUTE],
  ['an odd call left is of no use', { jobs: 1, expiriesMs: USED_UP.slice(1) }, 600_000 + MINUTE],
  ['downloads owed are made, then leave', { jobs: 1, owed: 200 }, MINUTE + 900_000 + MINUTE],
  // Batches take turns: ten rows beside two thousand are done after twenty publishes.
  ['ten beside many', { jobs: 10, others: [2_000] }, 19 * 6_000 + MINUTE],
  ['many beside ten', { jobs: 50, others: [10] }, 59 * 6_000 + MINUTE],
])('%s', (_, input, expected) => {
  expect(forecastMs({ ...OPEN, ...input }, LIMITS)).toBe(expected);
});

it('a long batch takes what the budget gives: 387 an hour (design section 4)', () => {
  const hours = forecastMs({ ...OPEN, jobs: 10_000 }, LIMITS) / 3_600_000;
  expect(10_000 / hours).toBeGreaterThan(385);
  expect(10_000 / hours).toBeLessThan(392);
});

it('without a pace the budget alone counts', () => {
  const free = { ...LIMITS, publishIntervalMs: 0 };
  expect(forecastMs({ ...OPEN, jobs: 100 }, free)).toBe(MINUTE);
  expect(forecastMs({ ...OPEN, jobs: 101 }, free)).toBe(900_000 + MINUTE);
});

it('more of anything never takes less time', () => {
  const input = fc.record({
    jobs: fc.integer({ min: 0, max: 1_000 }),
    others: fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 4 }),
    expiriesMs: fc
      .array(fc.integer({ min: 0, max: 960_000 }), { maxLength: 300 })
      .map((times) => times.toSorted((a, b) => a - b)),
    owed: fc.integer({ min: 0, max: 100 }),
    jobMs: fc.integer({ min: 0, max: 600_000 }),
  });
  fc.assert(
    fc.property(input, fc.integer({ min: 1, max: 300 }), (given, more) => {
      const base = forecastMs(given, LIMITS);
      expect(Number.isInteger(base) && base >= 0).toBe(true);
      for (const change of [
        { jobs: given.jobs + more },
        { others: [...given.others, more] },
        { expiriesMs: [...given.expiriesMs, 960_000] },
        { owed: given.owed + more },
        { jobMs: given.jobMs + more },
      ])
        expect(forecastMs({ ...given, ...change }, LIMITS)).toBeGreaterThanOrEqual(base);
    }),
    { seed: 20_260_301, numRuns: 300 },
  );
});
