import type { Database } from '../db/database.ts';
import { storeNotifications } from '../db/inbox.ts';
import type { Job } from '../db/jobs.ts';
import { callApi, WaitForAccount } from '../pacing/account-call.ts';
import type { AccountClock } from '../pacing/account-clock.ts';
import { ApiError } from '../webscraper/api-error.ts';
import type { WebScraperClient } from '../webscraper/client.ts';
import { isEnd } from './job-results.ts';
import { CLOCKS_APART_MS, lookThroughJobs, MAX_PAGES } from './job-list.ts';

export interface AskDeps {
  database: Pick<Database, 'db'>;
  clock: AccountClock;
  webscraper: Pick<WebScraperClient, 'job'>;
}

/** What the API says of a job: its status, or why it told none. */
export interface Said {
  ended: boolean;
  says: string;
}

/**
 * Asks the API after a published job, one call of the account's budget; what ended is stored as if its webhook had come.
 *
 * @throws {WaitForAccount} the account has no call free
 */
export async function askAfter(deps: AskDeps, job: Job): Promise<Said> {
  const said = await statusOf(deps, job);
  if (said.ended) await tellCheck(deps, job, said.says);
  return said;
}

async function statusOf({ clock, webscraper }: AskDeps, { id, scrapingJobId }: Job): Promise<Said> {
  try {
    const { status } = await callApi(clock, clock.reserveCheck(id), () => webscraper.job(scrapingJobId ?? 0));
    return { ended: isEnd(status), says: status };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return error.code === 'API_NOT_FOUND'
      ? { ended: true, says: 'failed' }
      : { ended: false, says: error.message };
  }
}

/** A page of the list is worth a call where it may spare so many. */
const JOBS_A_PAGE = 5;

/** What the account's list says of many jobs, a hundred a call, by scraping job id; of few nothing is asked. */
export async function askList(
  deps: AskDeps & Parameters<typeof lookThroughJobs>[0],
  jobs: readonly Job[],
): Promise<Map<number, Said>> {
  const [first] = jobs;
  if (first === undefined) return new Map();
  const wanted = new Set(jobs.map(({ scrapingJobId }) => scrapingJobId));
  const { seen } = await lookThroughJobs(deps, {
    sinceMs: Math.min(...jobs.map(({ publishedAt }) => publishedAt?.getTime() ?? 0)) - CLOCKS_APART_MS,
    maxPages: Math.min(MAX_PAGES, Math.floor(jobs.length / JOBS_A_PAGE)),
    jobId: first.id,
    isEnough: (list) => list.filter(({ id }) => wanted.has(id)).length === wanted.size,
  });
  return new Map(seen.map(({ id, status }) => [id, { ended: isEnd(status), says: status }]));
}

/** Stores what a check found as if the job's webhook had said it. */
export async function tellCheck(
  { database: { db } }: Pick<AskDeps, 'database'>,
  { customId, sitemapId, scrapingJobId }: Job,
  status: string,
): Promise<void> {
  if (scrapingJobId === null) return;
  await storeNotifications(db, [{ source: 'check', customId, sitemapId, scrapingJobId, status }]);
}

/** What was told of a batch's jobs in flight; `refused`: the account had no call free for the rest. */
export interface AskedAfter {
  asked: number;
  ended: number;
  waiting: { rows: number[]; customId: string; scrapingJobId: number | null; says: string }[];
  refused: WaitForAccount | null;
}

/** Asks after one job after the other, until the account has no call free; each answer is told as it comes. */
export async function askAfterAll(
  deps: AskDeps,
  inFlight: readonly { job: Job; rows: number[] }[],
  onSaid: (rows: readonly number[], job: Job, said: Said) => void,
): Promise<AskedAfter> {
  const told: AskedAfter = { asked: 0, ended: 0, waiting: [], refused: null };
  for (const { job, rows } of inFlight) {
    try {
      const said = await askAfter(deps, job);
      const { customId, scrapingJobId } = job;
      told.asked += 1;
      if (said.ended) told.ended += 1;
      else told.waiting.push({ rows, customId, scrapingJobId, says: said.says });
      onSaid(rows, job, said);
    } catch (error) {
      if (!(error instanceof WaitForAccount)) throw error;
      return { ...told, refused: error };
    }
  }
  return told;
}
