import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { forecastMs, type ForecastInput } from '../../../src/webscraper/forecast.ts';

const LIMITS = { callLimit: 200, callWindowMs: 900_000, publishIntervalMs: 6_000 };
const MINUTE = 60_000;

it.each<[string, ForecastInput, number]>([
  ['nothing', { jobs: 0, others: [5], used: 0, jobMs: MINUTE }, 0],
  ['one job: its own time', { jobs: 1, others: [], used: 0, jobMs: MINUTE }, MINUTE],
  ['ten at the pace', { jobs: 10, others: [], used: 0, jobMs: MINUTE }, 9 * 6_000 + MINUTE],
  // Ten minutes at the pace spend the budget; from then on 9.3 s a job: 387 an hour (design section 4).
  ['the whole budget', { jobs: 100, others: [], used: 0, jobMs: MINUTE }, 99 * 6_000 + MINUTE],
  ['beyond it', { jobs: 487, others: [], used: 0, jobMs: MINUTE }, 99 * 6_000 + 387 * 9_300 + MINUTE],
  ['a budget used up', { jobs: 2, others: [], used: 200, jobMs: MINUTE }, 2 * 9_300 + MINUTE],
  ['more used than allowed', { jobs: 2, others: [], used: 999, jobMs: MINUTE }, 2 * 9_300 + MINUTE],
  ['an odd call left is of no use', { jobs: 2, others: [], used: 199, jobMs: MINUTE }, 2 * 9_300 + MINUTE],
  // Batches take turns: ten rows beside two thousand are done after twenty publishes.
  ['ten beside many', { jobs: 10, others: [2_000], used: 0, jobMs: MINUTE }, 19 * 6_000 + MINUTE],
  ['many beside ten', { jobs: 50, others: [10], used: 0, jobMs: MINUTE }, 59 * 6_000 + MINUTE],
])('%s', (_, input, expected) => {
  expect(forecastMs(input, LIMITS)).toBe(expected);
});

it('without a pace the budget alone counts', () => {
  const free = { ...LIMITS, publishIntervalMs: 0 };
  expect(forecastMs({ jobs: 100, others: [], used: 0, jobMs: MINUTE }, free)).toBe(MINUTE);
  expect(forecastMs({ jobs: 101, others: [], used: 0, jobMs: MINUTE }, free)).toBe(9_300 + MINUTE);
});

it('more of anything never takes less time', () => {
  const input = fc.record({
    jobs: fc.integer({ min: 0, max: 5_000 }),
    others: fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 4 }),
    used: fc.integer({ min: 0, max: 300 }),
    jobMs: fc.integer({ min: 0, max: 600_000 }),
  });
  fc.assert(
    fc.property(input, fc.integer({ min: 1, max: 3_000 }), (given, more) => {
      const base = forecastMs(given, LIMITS);
      expect(base).toBeGreaterThanOrEqual(0);
      expect(Number.isInteger(base)).toBe(true);
      for (const change of [
        { jobs: given.jobs + more },
        { others: [...given.others, more] },
        { used: given.used + more },
        { jobMs: given.jobMs + more },
      ])
        expect(forecastMs({ ...given, ...change }, LIMITS)).toBeGreaterThanOrEqual(base);
    }),
    { seed: 20_260_301, numRuns: 1_000 },
  );
});
