import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gaps, percentile, perWindow, worstWindow } from '../../bench/statistics.ts';

const times = fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 60 });

describe('percentile', () => {
  it('is the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile([7], 0.99)).toBe(7);
    // With few values the worst one must count.
    expect(percentile([1, 2, 900], 0.99)).toBe(900);
  });

  it('of nothing is not a number: no figure is reached by it', () => {
    expect(percentile([], 0.99)).toBeNaN();
  });
});

describe('gaps', () => {
  it('are between neighbours in time', () => {
    expect(gaps([10, 0, 4])).toEqual([4, 6]);
    expect(gaps([3])).toEqual([]);
  });
});

describe('worstWindow', () => {
  it('holds what happened less than a window ago', () => {
    expect(worstWindow([0, 100], 100)).toBe(1);
    expect(worstWindow([0, 99], 100)).toBe(2);
    expect(worstWindow([5, 5, 5], 1)).toBe(3);
    expect(worstWindow([], 100)).toBe(0);
  });

  it('is what counting each window by hand gives', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 200 }), (all, windowMs) => {
        const counted = all.map((end) => all.filter((time) => time <= end && time > end - windowMs).length);
        expect(worstWindow(all, windowMs)).toBe(Math.max(0, ...counted));
      }),
    );
  });
});

it('perWindow leaves out what lies before and after', () => {
  expect(perWindow([-1, 0, 9, 10, 29, 30], 0, 10, 3)).toEqual([2, 1, 1]);
});
