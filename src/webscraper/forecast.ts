import type { AccountLimits } from './turns.ts';

/** What stands between now and the last publish of some jobs. */
export interface ForecastInput {
  /** Jobs to publish. */
  jobs: number;
  /** Pending jobs of every other running batch: batches take turns, one job each. */
  others: readonly number[];
  /** Calls of the budget used or kept now. */
  used: number;
  /** How long a scraping job takes. */
  jobMs: number;
}

/** How long a scraping job is reckoned to take, until the account's own are known. */
export const TYPICAL_JOB_MS = 60_000;

/**
 * How long until the last of the jobs has its result, at today's pace and budget. Free calls are spent at the pace,
 * two a job; then each job waits for two calls to leave the window: its publish's after one window, its download's
 * after one window and the job's own time.
 */
export function forecastMs(input: ForecastInput, limits: AccountLimits): number {
  const { jobs, others, used, jobMs } = input;
  if (jobs === 0) return 0;
  const before = others.reduce((sum, count) => sum + Math.min(count, jobs), 0);
  const publishes = jobs + before;
  const atOnce = Math.max(0, Math.floor((limits.callLimit - used) / 2));
  const budgetMs = (2 * limits.callWindowMs + jobMs) / limits.callLimit;
  const waiting = Math.max(0, publishes - atOnce);
  const paced = Math.min(publishes, atOnce);
  const slowMs = Math.max(limits.publishIntervalMs, budgetMs);
  return Math.round(Math.max(0, paced - 1) * limits.publishIntervalMs + waiting * slowMs + jobMs);
}
