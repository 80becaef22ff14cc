import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closedText, decideNow, decidePublish, MAX_WAIT_MS } from '../../src/pacing/account-turns.ts';
import type { AccountLimits, AccountState } from '../../src/pacing/account-turns.ts';

const NOW = Date.UTC(2026, 2, 1, 14, 5);
const LIMITS: AccountLimits = { callLimit: 200, callWindowMs: 900_000, publishIntervalMs: 6_000 };

const state = (change: Partial<AccountState> = {}): AccountState => ({
  nowMs: NOW,
  lastTurnMs: null,
  closedUntilMs: null,
  closedReason: null,
  checkFirstUntilMs: null,
  free: 200,
  leavesMs: [],
  ...change,
});

describe('decidePublish', () => {
  it.each<[string, Partial<AccountState>, number]>([
    ['nothing before it', {}, 0],
    ['the last turn long ago', { lastTurnMs: NOW - 60_000 }, 0],
    ['the last turn an interval ago', { lastTurnMs: NOW - 6_000 }, 0],
    ['the last turn a moment less ago', { lastTurnMs: NOW - 5_999 }, 1],
    ['the last turn ahead', { lastTurnMs: NOW + 4_000 }, 10_000],
    ['closed until a moment ago', { closedUntilMs: NOW - 1 }, 0],
    ['closed for a little', { closedUntilMs: NOW + 7_000 }, 7_000],
    ['closed for less than the pace', { closedUntilMs: NOW + 1_000, lastTurnMs: NOW }, 6_000],
    ['two calls free', { free: 2 }, 0],
    ['one call free', { free: 1, leavesMs: [NOW + 3_000, NOW + 4_000] }, 3_000],
    ['none free', { free: 0, leavesMs: [NOW + 3_000, NOW + 4_000] }, 4_000],
    ['more used than allowed', { free: -9, leavesMs: [NOW + 3_000, NOW + 4_000] }, 4_000],
    ['two free, one for a check', { free: 2, checkFirstUntilMs: NOW + 1, leavesMs: [NOW + 9_000] }, 9_000],
    ['three free, one for a check', { free: 3, checkFirstUntilMs: NOW + 1 }, 0],
    ['two free, the check never came', { free: 2, checkFirstUntilMs: NOW, leavesMs: [NOW + 9_000] }, 0],
  ])('gives a turn: %s', (_, change, delayMs) => {
    expect(decidePublish(state(change), LIMITS)).toEqual({ atMs: NOW + delayMs });
  });

  it.each<[string, Partial<AccountState>, number, string]>([
    ['turns ten seconds ahead', { lastTurnMs: NOW + 4_001 }, 1, 'other publishes come first'],
    ['a closed account', { closedUntilMs: NOW + 70_000 }, 60_000, 'closed until 14:06:10 UTC'],
    [
      'a closed account, and why',
      { closedUntilMs: NOW + 70_000, closedReason: '429 from the API' },
      60_000,
      'closed until 14:06:10 UTC, 429 from the API',
    ],
    [
      'a budget used up',
      { free: 0, leavesMs: [NOW + 3_000, NOW + 400_000] },
      390_000,
      'all 200 calls of the account are used or kept',
    ],
    // Nothing is about to leave: all is kept for downloads, and nobody knows when those are made.
    ['a budget all kept', { free: 0 }, 9_000, 'all 200 calls of the account are used or kept'],
    // However far the moment: after one window anything may have changed.
    ['closed for a day', { closedUntilMs: NOW + 86_400_000 }, 910_000, 'closed until 14:05:00 UTC'],
  ])('refuses: %s', (_, change, waitMs, why) => {
    expect(decidePublish(state(change), LIMITS)).toEqual({ askAgainMs: NOW + waitMs, why });
  });
});

describe('decideNow', () => {
  it.each<[string, Partial<AccountState>, boolean]>([
    ['one call free', { free: 1 }, false],
    ['none free but its own', { free: 0, leavesMs: [NOW + 5_000] }, true],
    ['its own, the limit lowered meanwhile', { free: -50, leavesMs: [NOW + 5_000] }, true],
    ['no pace holds', { lastTurnMs: NOW + 9_000 }, false],
  ])('lets a call start: %s', (_, change, owed) => {
    expect(decideNow(state(change), LIMITS, owed)).toEqual({ atMs: NOW });
  });

  it.each<[string, Partial<AccountState>, boolean, number, string]>([
    [
      'none free',
      { free: 0, leavesMs: [NOW + 5_000] },
      false,
      5_000,
      'all 200 calls of the account are used or kept',
    ],
    ['all kept', { free: 0 }, false, 19_000, 'all 200 calls of the account are used or kept'],
    ['closed, even its own', { closedUntilMs: NOW + 1 }, true, 1, 'closed until 14:05:00 UTC'],
  ])('refuses: %s', (_, change, owed, waitMs, why) => {
    expect(decideNow(state(change), LIMITS, owed)).toEqual({ askAgainMs: NOW + waitMs, why });
  });
});

describe('any decision', () => {
  const delay = fc.integer({ min: -20_000, max: 1_000_000 });
  const moment = fc.option(
    delay.map((ms) => NOW + ms),
    { nil: null },
  );
  const anyState = fc.record({
    nowMs: fc.constant(NOW),
    lastTurnMs: moment,
    closedUntilMs: moment,
    closedReason: fc.constant(null),
    checkFirstUntilMs: moment,
    free: fc.integer({ min: -300, max: 300 }),
    leavesMs: fc
      .array(fc.integer({ min: 1, max: 1_000_000 }), { maxLength: 3 })
      .map((leaves) => leaves.map((ms) => NOW + ms).sort((a, b) => a - b)),
  });
  const anyLimits = fc.record({
    callLimit: fc.integer({ min: 2, max: 1_000 }),
    callWindowMs: fc.integer({ min: 1, max: 3_600_000 }),
    publishIntervalMs: fc.integer({ min: 0, max: 120_000 }),
  });

  it('keeps the pace, the closing and the budget, or says a later moment that is not for ever', () => {
    fc.assert(
      fc.property(anyState, anyLimits, fc.boolean(), (given, limits, owed) => {
        const publish = decidePublish(given, limits);
        const now = decideNow(given, limits, owed);
        for (const decision of [publish, now]) {
          if ('atMs' in decision) continue;
          expect(decision.askAgainMs).toBeGreaterThan(NOW);
          expect(decision.askAgainMs).toBeLessThanOrEqual(NOW + limits.callWindowMs + MAX_WAIT_MS);
        }
        if ('atMs' in publish) {
          expect(publish.atMs).toBeGreaterThanOrEqual(NOW);
          expect(publish.atMs).toBeLessThanOrEqual(NOW + MAX_WAIT_MS);
          expect(publish.atMs).toBeGreaterThanOrEqual(given.closedUntilMs ?? 0);
          expect(publish.atMs).toBeGreaterThanOrEqual((given.lastTurnMs ?? 0) + limits.publishIntervalMs);
          const left = given.leavesMs.filter((ms) => ms <= publish.atMs).length;
          expect(Math.max(0, given.free) + left).toBeGreaterThanOrEqual(2);
        }
        if ('atMs' in now) {
          expect(now.atMs).toBe(NOW);
          expect(given.closedUntilMs ?? 0).toBeLessThanOrEqual(NOW);
          expect(owed || given.free >= 1).toBe(true);
        }
      }),
      { seed: 20_260_301, numRuns: 2_000 },
    );
  });
});

it('tells until when the account is closed', () => {
  expect(closedText(Date.UTC(2026, 0, 1, 0, 0, 9), null)).toBe('closed until 00:00:09 UTC');
});
