import type { AccountLimits } from './account-turns.ts';

/** What stands between now and the last result of some jobs. Times are milliseconds from now. */
export interface ForecastInput {
  /** Jobs to publish. */
  jobs: number;
  /** Pending jobs of every other running batch. */
  others: readonly number[];
  /** When each counted call leaves the budget, ascending. */
  expiriesMs: readonly number[];
  /** Downloads that will follow publishes already made. */
  owed: number;
  /** How long a scraping job takes. */
  jobMs: number;
}

/** How long a scraping job is reckoned to take, until the account's own are known. */
export const TYPICAL_JOB_MS = 60_000;

/** When the nth publish from now on may start, the first being 1. */
export type PublishTimes = (nth: number) => number;

/**
 * Publish by publish as the account's clock will allow them, at today's pace and budget, each with its own call and its
 * download's: reckoned as far as was asked for, and kept.
 */
export function publishTimes(
  { owed, jobMs, expiriesMs }: Pick<ForecastInput, 'owed' | 'jobMs' | 'expiriesMs'>,
  { callLimit, callWindowMs, publishIntervalMs }: AccountLimits,
): PublishTimes {
  // What leaves the budget, in order: what counts now, the downloads owed, then each publish and its download.
  const counted = [...expiriesMs, ...Array<number>(owed).fill(jobMs + callWindowMs)].toSorted(
    (a, b) => a - b,
  );
  const starts: number[] = [];
  let [left, published, downloaded] = [0, 0, 0];
  const leave = (): number => {
    const next = [
      counted[left] ?? Infinity,
      (starts[published] ?? Infinity) + callWindowMs,
      (starts[downloaded] ?? Infinity) + jobMs + callWindowMs,
    ];
    const first = Math.min(...next);
    if (first === next[0]) left += 1;
    else if (first === next[1]) published += 1;
    else downloaded += 1;
    return first;
  };
  let used = counted.length;
  let atMs = 0;
  return (nth) => {
    while (starts.length < nth) {
      if (starts.length > 0) atMs += publishIntervalMs;
      for (; used + 2 > callLimit; used -= 1) atMs = Math.max(atMs, leave());
      starts.push(atMs);
      used += 2;
    }
    return starts[nth - 1] ?? 0;
  };
}

/** How long until the last of the jobs has its result. */
export function forecastMs(
  { jobs, others, jobMs }: Pick<ForecastInput, 'jobs' | 'others' | 'jobMs'>,
  startOf: PublishTimes,
): number {
  return jobs === 0 ? 0 : Math.round(startOf(turns(jobs, others)) + jobMs);
}

/** Batches take turns, one job each: how many have been done when the last of these is. */
function turns(jobs: number, others: readonly number[]): number {
  return jobs + others.reduce((sum, count) => sum + Math.min(count, jobs), 0);
}

/** The mean of the pauses of 1–50 s, and an answer: until the carrier's own are known. */
export const TYPICAL_ASK_MS = 26_000;

/** How long some requests to a carrier take, given those of other batches. */
export function askForecastMs(requests: number, others: readonly number[], askMs: number): number {
  return Math.round(turns(requests, others) * askMs);
}
