import { changeBatch } from '../db/batches.ts';
import type { Database } from '../db/database.ts';
import { adoptNotifications } from '../db/inbox.ts';
import { markFailed, markPending, markPublished } from '../db/jobs.ts';
import type { Job } from '../db/jobs.ts';
import { doubtfulJobs } from '../db/stuck-jobs.ts';
import type { AccountClock } from '../pacing/account-clock.ts';
import type { ScrapingJob, WebScraperClient } from '../webscraper/client.ts';
import { CLOCKS_APART_MS, lookThroughJobs, MAX_PAGES } from './job-list.ts';

export interface DoubtDeps {
  database: Database;
  clock: AccountClock;
  webscraper: WebScraperClient;
  jobDeadlineMs: number;
}

/** Jobs looked up in one look; a page of the list shows a hundred. */
const JOBS_A_LOOK = 100;

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
      await adoptNotifications(db, [job.id]);
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

async function look(
  deps: DoubtDeps,
  oldest: Job,
  wanted: ReadonlySet<string>,
): Promise<{ found: Map<string, number>; isComplete: boolean }> {
  const ours = (jobs: readonly ScrapingJob[]) =>
    jobs.flatMap(({ customId, id }): [string, number][] =>
      customId !== null && wanted.has(customId) ? [[customId, id]] : [],
    );
  const { seen, isComplete } = await lookThroughJobs(deps, {
    sinceMs: (oldest.intentAt?.getTime() ?? 0) - CLOCKS_APART_MS,
    maxPages: MAX_PAGES,
    jobId: oldest.id,
    isEnough: (jobs) => ours(jobs).length === wanted.size,
  });
  return { found: new Map(ours(seen)), isComplete };
}
