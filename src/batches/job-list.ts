import { callApi, WaitForAccount } from '../pacing/account-call.ts';
import type { AccountClock } from '../pacing/account-clock.ts';
import { ApiError } from '../webscraper/api-error.ts';
import type { ScrapingJob, WebScraperClient } from '../webscraper/client.ts';

/** Calls of one look: each is one of the account's budget, and shows a hundred jobs. */
export const MAX_PAGES = 20;

/** The API's clock and the database's may differ by so much. */
export const CLOCKS_APART_MS = 600_000;

export interface LookOptions {
  /** What was made before is not looked for, by the API's clock. */
  sinceMs: number;
  maxPages: number;
  /** The job that the calls are booked on; null: they are for none. */
  jobId: number | null;
  /** All that was looked for is among these. */
  isEnough: (seen: readonly ScrapingJob[]) => boolean;
  /** Waits until a call is free; without it the look ends there. */
  onWait?: (wait: WaitForAccount) => Promise<void>;
}

/**
 * Looks through the account's list of jobs. `isComplete`: every job made since then was seen, or all that was looked for.
 * Ends early, and not complete, where the account has no call free or the API is in trouble: `broke`.
 */
export async function lookThroughJobs(
  { clock, webscraper }: { clock: AccountClock; webscraper: Pick<WebScraperClient, 'jobs'> },
  { sinceMs, maxPages, jobId, isEnough, onWait }: LookOptions,
): Promise<{ seen: ScrapingJob[]; isComplete: boolean; broke: WaitForAccount | ApiError | null }> {
  const seen: ScrapingJob[] = [];
  for (let page = 1; page <= maxPages;) {
    try {
      const { jobs, lastPage } = await callApi(clock, clock.reserveCheck(jobId), () => webscraper.jobs(page));
      seen.push(...jobs);
      if (isEnough(seen) || page >= lastPage || olderFollow(seen, sinceMs))
        return { seen, isComplete: true, broke: null };
      page += 1;
    } catch (error) {
      if (!(error instanceof WaitForAccount) && !(error instanceof ApiError)) throw error;
      if (onWait === undefined || error instanceof ApiError || isRefused(error.cause))
        return { seen, isComplete: false, broke: error };
      await onWait(error);
    }
  }
  return { seen, isComplete: false, broke: null };
}

/** Waiting does not help. */
const isRefused = (cause: unknown) => cause instanceof ApiError && cause.code === 'API_UNAUTHORISED';

/** The order of the list is not documented: only where all that was seen falls in time, older ones follow. */
function olderFollow(seen: readonly ScrapingJob[], sinceMs: number): boolean {
  const times = seen.map(({ createdMs }) => createdMs ?? Infinity);
  const falls = times.every((time, index) => index === 0 || time <= (times[index - 1] ?? Infinity));
  return falls && (times.at(-1) ?? Infinity) < sinceMs;
}
