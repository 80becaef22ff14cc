import type { AccountLimits } from './account-turns.ts';

/** What stands between now and the last result of some jobs. Times are milliseconds from now. */
export interface ForecastInput {
  /** Jobs to publish. */
  jobs: number;
  /** Pending jobs of every other running batch: batches take turns, one job each. */
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

/**
 * How long until the last of the jobs has its result, at today's pace and budget: publish by publish as the account's
 * clock will allow them, each with its own call and its download's.
 */
export function forecastMs(input: ForecastInput, limits: AccountLimits): number {
  const { jobs, others, owed, jobMs, expiriesMs } = input;
  const { callLimit, callWindowMs, publishIntervalMs } = limits;
  if (jobs === 0) return 0;
  const publishes = jobs + others.reduce((sum, count) => sum + Math.min(count, jobs), 0);
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
  for (let made = 0; made < publishes; made += 1) {
    if (made > 0) atMs += publishIntervalMs;
    for (; used + 2 > callLimit; used -= 1) atMs = Math.max(atMs, leave());
    starts.push(atMs);
    used += 2;
  }
  return Math.round(atMs + jobMs);
}

/** The mean of the pauses of 1–50 s, and an answer: until the carrier's own are known. */
export const TYPICAL_ASK_MS = 26_000;

/** How long some requests to a carrier take, given those of other batches: batches take turns, one request each. */
export function askForecastMs(requests: number, others: readonly number[], askMs: number): number {
  return Math.round((requests + others.reduce((sum, count) => sum + Math.min(count, requests), 0)) * askMs);
}
