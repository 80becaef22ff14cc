import { changeBatch } from '../db/batches.ts';
import type { Database } from '../db/database.ts';
import { markFailed, markPending, markPublished } from '../db/jobs.ts';
import type { Job } from '../db/jobs.ts';
import { doubtfulJobs } from '../db/stuck-jobs.ts';
import { callApi, WaitForAccount } from '../pacing/account-call.ts';
import type { AccountClock } from '../pacing/account-clock.ts';
import { ApiError } from '../webscraper/api-error.ts';
import type { ScrapingJob, WebScraperClient } from '../webscraper/client.ts';

export interface DoubtDeps {
  database: Database;
  clock: AccountClock;
  webscraper: WebScraperClient;
  jobDeadlineMs: number;
}

/** Jobs looked up in one look; a page of the list shows a hundred. */
const JOBS_A_LOOK = 100;
/** Calls of one look: each is one of the account's budget. */
const MAX_PAGES = 20;
/** The API's clock and the database's may differ by so much. */
const CLOCKS_APART_MS = 600_000;

/** What became of publishes that may have been taken or not. */
export interface Settled {
  adopted: number;
  again: number;
  failed: number;
}

/**
 * Looks all publishes in doubt up in the account's list of jobs by their custom_id. Found: adopted. Not found in a
 * complete look: published again. Not completely looked: waited for until the deadline, then failed. Never blindly.
 */
export async function settleDoubts(deps: DoubtDeps): Promise<Settled> {
  const { db } = deps.database;
  const doubtful = await doubtfulJobs(db, JOBS_A_LOOK);
  const settled: Settled = { adopted: 0, again: 0, failed: 0 };
  const [oldest] = doubtful;
  if (oldest === undefined) return settled;
  const { found, isComplete } = await look(deps, oldest, new Set(doubtful.map(({ customId }) => customId)));
  for (const job of doubtful) {
    const scrapingJobId = found.get(job.customId);
    if (scrapingJobId !== undefined) {
      await changeBatch(db, job.batchId, (tx) => markPublished(tx, job, scrapingJobId, deps.jobDeadlineMs));
      settled.adopted += 1;
    } else if (isComplete) {
      await changeBatch(db, job.batchId, (tx) => markPending(tx, job.id));
      settled.again += 1;
    } else if (Date.now() - (job.intentAt?.getTime() ?? 0) > deps.jobDeadlineMs) {
      const why = 'perhaps published: the list of jobs could not be looked through; retry the row';
      await changeBatch(db, job.batchId, (tx) => markFailed(tx, job.id, why));
      settled.failed += 1;
    }
  }
  return settled;
}

interface Look {
  /** Scraping jobs by custom_id. */
  found: Map<string, number>;
  /** Every job that is as new as the oldest one looked for was seen. */
  isComplete: boolean;
}

async function look(
  { clock, webscraper }: DoubtDeps,
  oldest: Job,
  wanted: ReadonlySet<string>,
): Promise<Look> {
  const found = new Map<string, number>();
  const sinceMs = (oldest.intentAt?.getTime() ?? 0) - CLOCKS_APART_MS;
  const seen: ScrapingJob[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    try {
      const { jobs, lastPage } = await callApi(clock, clock.reserveCheck(oldest.id), () =>
        webscraper.jobs(page),
      );
      for (const { customId, id } of jobs)
        if (customId !== null && wanted.has(customId)) found.set(customId, id);
      seen.push(...jobs);
      if (found.size === wanted.size || page >= lastPage || olderFollow(seen, sinceMs))
        return { found, isComplete: true };
    } catch (error) {
      if (!(error instanceof WaitForAccount) && !(error instanceof ApiError)) throw error;
      break;
    }
  }
  return { found, isComplete: false };
}

/** The order of the list is not documented: only where all that was seen falls in time, older ones follow. */
function olderFollow(seen: readonly ScrapingJob[], sinceMs: number): boolean {
  const times = seen.map(({ createdMs }) => createdMs ?? Infinity);
  const falls = times.every((time, index) => index === 0 || time <= (times[index - 1] ?? Infinity));
  return falls && (times.at(-1) ?? Infinity) < sinceMs;
}
