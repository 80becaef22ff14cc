import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rateLimitProblem, readRateLimit } from '../../src/webscraper/rate-limit-headers.ts';

const NOW = Date.UTC(2026, 2, 1, 12);
const unix = (inSeconds: number) => String(NOW / 1_000 + inSeconds);

describe('the budget', () => {
  it.each([
    ['200', '150', { limit: 200, remaining: 150 }],
    [' 200 ', '0', { limit: 200, remaining: 0 }],
    ['200', '200', { limit: 200, remaining: 200 }],
    ['200', '201', null],
    ['0', '0', null],
    ['200', '-1', null],
    ['200', '1.5', null],
    ['200', '', null],
    ['200', 'many', null],
    ['200', undefined, null],
    [undefined, '10', null],
    ['0xc8', '1', null],
    ['200', '9'.repeat(16), null],
    [['200', '200'], '1', null],
  ])('limit %j, remaining %j', (limit, remaining, budget) => {
    const headers = { 'x-ratelimit-limit': limit, 'x-ratelimit-remaining': remaining };
    expect(readRateLimit(headers, NOW).budget).toEqual(budget);
  });
});

describe('the wait', () => {
  it.each([
    ['30', undefined, 30_000],
    ['0', undefined, 0],
    ['30', unix(500), 30_000],
    [undefined, unix(500), 500_000],
    [undefined, unix(0), 0],
    // Nonsense gives way to the other one.
    ['soon', unix(500), 500_000],
    ['Wed, 21 Oct 2026 07:28:00 GMT', unix(5), 5_000],
    ['86401', unix(5), 5_000],
    ['-5', unix(5), 5_000],
    ['86400', undefined, 86_400_000],
    ['86401', undefined, null],
    [undefined, unix(-1), null],
    [undefined, unix(90_000), null],
    [undefined, String(NOW), null],
    [undefined, undefined, null],
  ])('Retry-After %j, reset %j', (retryAfter, reset, expected) => {
    const headers = { 'retry-after': retryAfter, 'x-ratelimit-reset': reset };
    expect(readRateLimit(headers, NOW).retryAfterMs).toBe(expected);
  });
});

it('makes sense of any headers, or nothing', () => {
  const text = fc.oneof(fc.string(), fc.integer().map(String), fc.constant(undefined), fc.array(fc.string()));
  const headers = fc.record({
    'x-ratelimit-limit': text,
    'x-ratelimit-remaining': text,
    'x-ratelimit-reset': text,
    'retry-after': text,
  });
  fc.assert(
    fc.property(headers, (given) => {
      const { budget, retryAfterMs } = readRateLimit(given, NOW);
      if (budget !== null) {
        expect(budget.limit).toBeGreaterThan(0);
        expect(budget.remaining).toBeGreaterThanOrEqual(0);
        expect(budget.remaining).toBeLessThanOrEqual(budget.limit);
      }
      expect(retryAfterMs ?? 0).toBeGreaterThanOrEqual(0);
      expect(retryAfterMs ?? 0).toBeLessThanOrEqual(86_400_000);
    }),
    { seed: 20_260_301, numRuns: 1_000 },
  );
});

it.each([
  [200, null, null, 'X-RateLimit-Remaining'],
  [200, { limit: 200, remaining: 1 }, null, null],
  [429, null, null, 'Retry-After'],
  [429, null, 0, null],
  [401, null, null, null],
  [502, null, null, null],
])('%i with budget %j and wait %j: %j is missed', (status, budget, retryAfterMs, missed) => {
  const problem = rateLimitProblem({ budget, retryAfterMs }, status);
  if (missed === null) expect(problem).toBeNull();
  else expect(problem).toContain(missed);
});
