import type { AccountClock, Reservation } from '../src/webscraper/account-clock.ts';
import { batchFigures, type BatchFigures } from '../src/db/counts.ts';
import type { Database } from '../src/db/database.ts';
import { rowsOfJobs } from '../src/db/import-rows.ts';
import { findJob, type Job, markFailed, markPublished } from '../src/db/jobs.ts';
import {
  latestNotification,
  redirectJob,
  type RowOutcome,
  saveResults,
  settleNotifications,
} from '../src/db/results.ts';
import { errorMessage } from '../src/errors.ts';
import { isRedirect } from '../src/tasks/redirect.ts';
import { taskByName } from '../src/tasks/registry.ts';
import { splitRecords } from '../src/tasks/split-records.ts';
import type { CsvRecord, TrackingTask } from '../src/tasks/types.ts';
import { ApiError } from '../src/webscraper/api-error.ts';
import type { ScrapingJob, WebScraperClient } from '../src/webscraper/client.ts';
import { CsvError, parseResultCsv } from '../src/webscraper/csv.ts';
import { withFailures } from './failures.ts';
import { withHeartbeat } from './heartbeat.ts';

export interface ResultsOutcome extends BatchFigures {
  /** New jobs were made that go before all others. */
  redirects: number;
  /** Jobs whose call the account's clock does not allow yet: ask again at `untilMs`. */
  waiting: { jobIds: number[]; untilMs: number } | null;
}

export interface ResultsDeps {
  database: Database;
  clock: AccountClock;
  webscraper: WebScraperClient;
  jobDeadlineMs: number;
  sitemapIdOf(task: TrackingTask): number;
}

type JobOutcome = 'done' | 'redirected';

class WaitForClock extends Error {
  readonly until: Date;
  constructor(until: Date) {
    super('the account has no call free');
    this.until = until;
  }
}

/** Download, parse, Postgres: results of jobs whose webhook came. Each job may be processed again without harm. */
export function createResultsActivities({
  database,
  clock,
  webscraper,
  jobDeadlineMs,
  sitemapIdOf,
}: ResultsDeps) {
  const { db } = database;

  async function call<T>(reserve: Promise<Reservation>, make: () => Promise<T>): Promise<T> {
    const turn = await reserve;
    if (!turn.granted) throw new WaitForClock(turn.waitUntil);
    try {
      const answer = await make();
      await clock.finish(turn.callId, 200);
      return answer;
    } catch (error) {
      const httpStatus = error instanceof ApiError ? error.httpStatus : null;
      await clock.finish(turn.callId, httpStatus);
      if (error instanceof ApiError && error.code === 'API_RATE_LIMITED') {
        const closedMs = error.retryAfterMs ?? 60_000;
        await clock.close(closedMs, '429 from the API');
        throw new WaitForClock(new Date(Date.now() + closedMs));
      }
      throw error;
    }
  }

  async function giveUp(job: Job, error: string, notification: string): Promise<JobOutcome> {
    await db.transaction(async (tx) => {
      await markFailed(tx, job.id, error);
      await settleNotifications(tx, job.id, notification);
    });
    await clock.release(job.id);
    return 'done';
  }

  /** A webhook is a hint: what does not agree with the job, and every end but `finished`, is asked of the API. */
  async function confirmed(job: Job): Promise<ScrapingJob | 'disagrees'> {
    const hint = await latestNotification(db, job.id);
    const scrapingJobId = job.scrapingJobId ?? hint?.scrapingJobId;
    if (scrapingJobId === undefined) return 'disagrees';
    const agrees =
      hint?.customId === job.customId &&
      hint.scrapingJobId === scrapingJobId &&
      hint.sitemapId === job.sitemapId;
    if (agrees && hint.status === 'finished')
      return {
        id: scrapingJobId,
        customId: job.customId,
        sitemapId: job.sitemapId,
        status: 'finished',
        storedRecordCount: null,
      };
    const told = await call(clock.reserveCheck(job.id), () => webscraper.job(scrapingJobId));
    return told.customId === job.customId ? told : 'disagrees';
  }

  function rowOutcomes(
    task: TrackingTask,
    links: Awaited<ReturnType<typeof rowsOfJobs>>,
    byUrl: ReadonlyMap<string, readonly CsvRecord[]>,
  ): RowOutcome[] {
    const scrapedAt = new Date();
    return links.map(({ url, row }) => {
      const records = byUrl.get(url) ?? [];
      const result = task.parse(records, { trackingNumber: row.trackingNumber }, scrapedAt);
      if (result !== null) return { rowId: row.id, result, error: null };
      const error =
        records.length === 0
          ? 'no record came back for its URL'
          : "the records hold none of the task's fields";
      return { rowId: row.id, result: null, error };
    });
  }

  async function processJob(job: Job): Promise<JobOutcome> {
    const told = await confirmed(job);
    if (told === 'disagrees') {
      await settleNotifications(db, job.id, 'disagrees');
      return 'done';
    }
    if (job.scrapingJobId === null)
      await markPublished(db, { ...job, state: 'publishing' }, told.id, jobDeadlineMs);
    if (told.status !== 'finished' && told.status !== 'failed' && told.status !== 'stopped') return 'done';
    if (told.status !== 'finished' && (told.storedRecordCount ?? 0) === 0)
      return giveUp(job, `scraping job ${told.id} ended ${told.status} without records`, 'processed');
    const task = taskByName(job.task);
    let records: CsvRecord[];
    try {
      const csv = await call(clock.reserveDownload(job.id), () => webscraper.csv(told.id));
      records = await parseResultCsv(csv, { task });
    } catch (error) {
      if (error instanceof CsvError) return giveUp(job, errorMessage(error), 'processed');
      if (error instanceof ApiError && error.code === 'API_NOT_FOUND')
        return giveUp(job, error.message, 'processed');
      throw error;
    }
    const { byUrl } = splitRecords(records, job.startUrls);
    const recordsOf = new Map(job.startUrls.map((url, index) => [url, byUrl[index] ?? []]));
    const links = await rowsOfJobs(db, [job.id]);
    const redirectTask = task.redirectsTo === null ? null : taskByName(task.redirectsTo);
    const redirected = redirectTask !== null && [...recordsOf.values()].every((own) => isRedirect(task, own));
    await db.transaction(async (tx) => {
      if (redirected)
        await redirectJob(tx, job, {
          task: redirectTask.name,
          sitemapId: sitemapIdOf(redirectTask),
          customIdPrefix: redirectTask.customIdPrefix,
        });
      else await saveResults(tx, job, rowOutcomes(task, links, recordsOf));
      await settleNotifications(tx, job.id, 'processed');
    });
    return redirected ? 'redirected' : 'done';
  }

  return withFailures({
    /** Processes the results of several jobs; one job's trouble never keeps the others. */
    async processResults(input: { batchId: string; jobIds: number[] }): Promise<ResultsOutcome> {
      return withHeartbeat(async () => {
        let redirects = 0;
        const waitingIds: number[] = [];
        let untilMs = 0;
        for (const jobId of new Set(input.jobIds)) {
          const job = await findJob(db, jobId);
          if (job === null || job.batchId !== input.batchId) continue;
          if (job.state === 'completed' || job.state === 'redirected') {
            await settleNotifications(db, job.id, 'duplicate');
            continue;
          }
          try {
            const outcome = await processJob(job);
            if (outcome === 'redirected') redirects += 1;
          } catch (error) {
            if (!(error instanceof WaitForClock)) throw error;
            waitingIds.push(jobId);
            untilMs = error.until.getTime();
          }
        }
        const waiting = waitingIds.length === 0 ? null : { jobIds: waitingIds, untilMs };
        return { ...(await batchFigures(db, input.batchId)), redirects, waiting };
      });
    },
  });
}

export type ResultsActivities = ReturnType<typeof createResultsActivities>;
