import type { Database } from '../src/db/database.ts';
import { type Job, markFailed, markPublished, rowsOfJobs } from '../src/db/jobs.ts';
import {
  failedDownloads,
  latestNotification,
  redirectJob,
  type RowOutcome,
  saveOutcomes,
  setJobState,
  settleNotifications,
} from '../src/db/results.ts';
import { errorMessage } from '../src/errors.ts';
import { isRedirect } from '../src/tasks/redirect.ts';
import { taskByName } from '../src/tasks/registry.ts';
import { splitRecords } from '../src/tasks/split-records.ts';
import type { CsvRecord, TrackingTask } from '../src/tasks/types.ts';
import type { AccountClock } from '../src/webscraper/account-clock.ts';
import { ApiError } from '../src/webscraper/api-error.ts';
import type { ScrapingJob, WebScraperClient } from '../src/webscraper/client.ts';
import { CsvError, parseResultCsv } from '../src/webscraper/csv.ts';
import { callApi, WaitForAccount } from './api-call.ts';

export interface JobResultsDeps {
  database: Database;
  clock: AccountClock;
  webscraper: WebScraperClient;
  jobDeadlineMs: number;
  sitemapIdOf(task: TrackingTask): number;
}

/** A download that meets an outage is made again after 5, 10, 20, 40 s; then the job is given up. */
const MAX_DOWNLOADS = 5;
const FIRST_RETRY_MS = 5_000;

const NO_RECORD = 'no record came back for its URL';

type RowOfJob = Awaited<ReturnType<typeof rowsOfJobs>>[number];

function outcomeOf(
  task: TrackingTask,
  { url, row }: RowOfJob,
  records: readonly CsvRecord[],
): RowOutcome | null {
  if (records.length === 0) return null;
  const result = task.parse(records, { trackingNumber: row.trackingNumber }, new Date());
  return result === null
    ? { rowId: row.id, result: null, error: `the records of ${hostOf(url)} hold none of the task's fields` }
    : { rowId: row.id, result, error: null };
}

/** Order URLs hold a person's address: only the host is told. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'its URL');

/** From a job's notification to its rows: confirm, download, parse, Postgres. Each step may be done again. */
export function createJobResults(deps: JobResultsDeps) {
  const { clock, webscraper } = deps;
  const { db } = deps.database;

  async function giveUp(job: Job, error: string): Promise<void> {
    await db.transaction(async (tx) => {
      await markFailed(tx, job.id, error);
      await settleNotifications(tx, job.id, 'processed');
    });
  }

  /**
   * A webhook is a hint: what does not agree with the job, and every end but `finished`, is asked of the API. Null:
   * there is no such job of ours.
   */
  async function confirmed(job: Job): Promise<ScrapingJob | null> {
    const hint = await latestNotification(db, job.id);
    const id = job.scrapingJobId ?? hint?.scrapingJobId;
    if (id === undefined) return null;
    const { customId, sitemapId } = job;
    const agrees = hint?.customId === customId && hint.scrapingJobId === id && hint.sitemapId === sitemapId;
    if (agrees && hint.status === 'finished')
      return { id, customId, sitemapId, status: 'finished', storedRecordCount: null };
    const told = await callApi(clock, clock.reserveCheck(job.id), () => webscraper.job(id));
    return told.customId === customId ? told : null;
  }

  async function download(job: Job, scrapingJobId: number): Promise<CsvRecord[]> {
    try {
      const csv = await callApi(clock, clock.reserveDownload(job.id), () => webscraper.csv(scrapingJobId));
      return await parseResultCsv(csv, { task: taskByName(job.task) });
    } catch (error) {
      if (!(error instanceof ApiError) || !error.isOutage) throw error;
      const failures = await failedDownloads(db, job.id);
      if (failures >= MAX_DOWNLOADS) throw error;
      throw new WaitForAccount(FIRST_RETRY_MS * 2 ** (failures - 1), error.message);
    }
  }

  /** Saves what the records say; rows whose URL brought nothing stay as they are. Gives whether there are such. */
  async function save(job: Job, records: readonly CsvRecord[]): Promise<boolean> {
    const task = taskByName(job.task);
    const { byUrl } = splitRecords(records, job.startUrls);
    const recordsOf = new Map(job.startUrls.map((url, index) => [url, byUrl[index] ?? []]));
    const links = await rowsOfJobs(db, [job.id]);
    const redirectTask = task.redirectsTo === null ? null : taskByName(task.redirectsTo);
    const redirected = new Set(
      job.startUrls.filter((url) => redirectTask !== null && isRedirect(task, recordsOf.get(url) ?? [])),
    );
    const stay = links.filter(({ url }) => !redirected.has(url));
    const outcomes = stay.map((link) => outcomeOf(task, link, recordsOf.get(link.url) ?? []));
    const missing = outcomes.includes(null);
    await db.transaction(async (tx) => {
      if (redirectTask !== null && redirected.size > 0)
        await redirectJob(tx, job, [...redirected], {
          task: redirectTask.name,
          sitemapId: deps.sitemapIdOf(redirectTask),
          customIdPrefix: redirectTask.customIdPrefix,
        });
      await saveOutcomes(
        tx,
        outcomes.filter((outcome) => outcome !== null),
      );
      await setJobState(
        tx,
        job.id,
        missing ? 'incomplete' : redirected.size > 0 ? 'redirected' : 'completed',
      );
      if (!missing) await settleNotifications(tx, job.id, 'processed');
    });
    return missing;
  }

  /** One call tells which URLs came back empty and which failed; without an answer the rows still get a reason. */
  async function explainMissing(job: Job, scrapingJobId: number): Promise<void> {
    const problems = await callApi(clock, clock.reserveCheck(job.id), () =>
      webscraper.problematicUrls(scrapingJobId),
    ).catch((error: unknown) => {
      if (error instanceof ApiError) return [];
      throw error;
    });
    const typeOf = new Map(problems.map(({ url, type }) => [url, type]));
    const reasons: Record<string, string> = {
      empty: 'its page came back empty',
      failed: 'its page could not be loaded',
    };
    const links = await rowsOfJobs(db, [job.id]);
    await db.transaction(async (tx) => {
      await saveOutcomes(
        tx,
        links.flatMap(({ url, row }) =>
          // A row sent to a second job is that one's to answer.
          row.state === 'redirected' && job.redirectOf === null
            ? []
            : [{ rowId: row.id, result: null, error: reasons[typeOf.get(url) ?? ''] ?? NO_RECORD }],
        ),
      );
      await setJobState(tx, job.id, 'completed');
      await settleNotifications(tx, job.id, 'processed');
    });
  }

  /**
   * Brings one job's results into the database.
   *
   * @throws {WaitForAccount} a call may not be made yet: process the job again later
   */
  return async function processJob(job: Job): Promise<void> {
    const told = await confirmed(job);
    if (told === null) return settleNotifications(db, job.id, 'disagrees');
    const { id, status } = told;
    if (job.scrapingJobId === null || job.state === 'failed')
      await db.transaction((tx) => markPublished(tx, job, id, deps.jobDeadlineMs));
    if (status !== 'finished' && status !== 'failed' && status !== 'stopped')
      return settleNotifications(db, job.id, 'not ended');
    if (status !== 'finished' && (told.storedRecordCount ?? 0) === 0)
      return giveUp(job, `scraping job ${id} ended ${status} without records`);
    try {
      if (job.state === 'incomplete' || (await save(job, await download(job, id))))
        await explainMissing(job, id);
    } catch (error) {
      if (!(error instanceof CsvError) && !(error instanceof ApiError)) throw error;
      await giveUp(job, errorMessage(error));
    }
  };
}
