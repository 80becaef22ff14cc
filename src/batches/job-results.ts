import { changeBatch } from '../db/batches.ts';
import type { Database } from '../db/database.ts';
import type { ImportPlan } from './import-rows.ts';
import { markFailed, markPublished, rowsOfJobs } from '../db/jobs.ts';
import type { Job } from '../db/jobs.ts';
import { failedCalls } from '../pacing/call-records.ts';
import type { Notification } from '../db/inbox.ts';
import { endReading } from '../db/result-tries.ts';
import { redirectJob, saveOutcomes, setJobState } from '../db/results.ts';
import type { RowOutcome } from '../db/results.ts';
import { dropDownload, keepDownload, keptDownload } from '../db/kept-downloads.ts';
import { errorMessage } from '../errors.ts';
import type { WebscraperLookup } from '../tasks/lookup.ts';
import { isRedirect } from '../tasks/redirect.ts';
import { taskByName } from '../tasks/registry.ts';
import type { CsvRecord } from '../tasks/result.ts';
import { splitRecords } from '../tasks/split-records.ts';
import type { TrackingTask } from '../tasks/types.ts';
import type { AccountClock } from '../pacing/account-clock.ts';
import { ApiError } from '../webscraper/api-error.ts';
import type { Answered, ScrapingJob, WebScraperClient } from '../webscraper/client.ts';
import { CsvError, parseResultCsv } from '../webscraper/csv.ts';
import { callApi, WaitForAccount } from '../pacing/account-call.ts';

export interface JobResultsDeps {
  database: Database;
  clock: AccountClock;
  webscraper: WebScraperClient;
  jobDeadlineMs: number;
  planOf(task: TrackingTask): ImportPlan;
}

/** A call that meets an outage is made again after 5, 10, 20, 40 s; then the job is given up. */
const MAX_TRIES = 5;
const FIRST_RETRY_MS = 5_000;

/** `shelved` is rare, and documented as an end: like `failed`, its data are looked for. */
const ENDS: ReadonlySet<string> = new Set(['finished', 'failed', 'stopped', 'shelved']);

/** Whether a scraping job of this status moves no more by itself. */
export const isEnd = (status: string): boolean => ENDS.has(status);

const NO_RECORD = 'no record came back for its URL';

/** A scraping job and what was last told of it: later notifications are still to be read. */
interface Notified {
  job: Job;
  lookup: WebscraperLookup;
  hint: Notification | null;
}

type RowOfJob = Awaited<ReturnType<typeof rowsOfJobs>>[number];

function outcomeOf(
  { parse }: WebscraperLookup,
  { subject, row }: RowOfJob,
  records: readonly CsvRecord[],
): RowOutcome | null {
  if (records.length === 0) return null;
  const result = parse(records, { trackingNumber: row.trackingNumber }, new Date());
  if (result !== null) return { rowId: row.id, result, error: null };
  const error = `the records of ${hostOf(subject)} hold none of the task's fields`;
  return { rowId: row.id, result, error };
}

/** Order URLs hold a person's address: only the host is told. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'its URL');

/** From a job's notification to its rows: confirm, download, parse, Postgres. Each step may be done again. */
export function createJobResults(deps: JobResultsDeps) {
  const { clock, webscraper } = deps;
  const { db } = deps.database;

  /** The job's rows fail with the reason; a later notification is still read. */
  async function giveUp({ job, hint }: Pick<Notified, 'job' | 'hint'>, error: string): Promise<void> {
    await changeBatch(db, job.batchId, async (tx) => {
      await markFailed(tx, job.id, error);
      await endReading(tx, job.id, 'processed', hint);
    });
  }

  /** Meets an outage with patience: the job waits for the next try, or after so many the error stands. */
  async function patiently<T>(
    job: Job,
    kind: 'download' | 'check',
    call: () => Promise<Answered<T>>,
  ): Promise<T> {
    try {
      const reserve = kind === 'download' ? clock.reserveDownload(job.id) : clock.reserveCheck(job.id);
      return await callApi(clock, reserve, call);
    } catch (error) {
      if (!(error instanceof ApiError) || !error.isOutage) throw error;
      const tries = (await failedCalls(db, job.id, kind)) % MAX_TRIES;
      if (tries === 0) throw error;
      throw new WaitForAccount(FIRST_RETRY_MS * 2 ** (tries - 1), error.message);
    }
  }

  /**
   * A webhook is a hint: what does not agree with the job, and every end but `finished`, is asked of the API. Null:
   * there is no such job of ours.
   */
  async function confirmed({ job, hint }: Notified): Promise<ScrapingJob | null> {
    const id = job.scrapingJobId ?? hint?.scrapingJobId;
    if (id === undefined) return null;
    const { customId, sitemapId } = job;
    const agrees = hint?.customId === customId && hint.scrapingJobId === id && hint.sitemapId === sitemapId;
    // What is incomplete has been confirmed before its download.
    if (job.state === 'incomplete' || (agrees && hint.status === 'finished'))
      return { id, customId, sitemapId, status: 'finished', storedRecordCount: null, createdMs: null };
    try {
      const told = await patiently(job, 'check', () => webscraper.job(id));
      return told.customId === customId ? { ...told, id } : null;
    } catch (error) {
      const unknown = error instanceof ApiError && error.code === 'API_NOT_FOUND';
      if (unknown && job.scrapingJobId === null) return null;
      throw error;
    }
  }

  async function download({ job, lookup }: Notified, scrapingJobId: number): Promise<CsvRecord[]> {
    // By an earlier try that did not come to its end.
    const kept = job.resultTries > 1 ? await keptDownload(db, job.id) : null;
    const csv = kept ?? (await patiently(job, 'download', () => webscraper.csv(scrapingJobId)));
    // Paid for: whatever becomes of it, it is not downloaded again.
    if (kept === null) await keepDownload(db, job.id, csv);
    return parseResultCsv(csv, { task: { name: job.task, resultColumns: lookup.resultColumns } });
  }

  /** Saves what the records say; rows whose URL brought nothing stay as they are. Gives whether there are such. */
  async function save({ job, lookup, hint }: Notified, records: readonly CsvRecord[]): Promise<boolean> {
    const { byUrl } = splitRecords(records, job.subjects);
    const recordsOf = new Map(job.subjects.map((url, index) => [url, byUrl[index] ?? []]));
    const links = await rowsOfJobs(db, [job.id]);
    const redirectsTo = lookup.redirectsTo === null ? null : deps.planOf(taskByName(lookup.redirectsTo)).task;
    // A row that a later job asks after is that one's to redirect.
    const wanted = new Set(links.flatMap(({ subject, latest }) => (latest ? [subject] : [])));
    const redirected = new Set(
      job.subjects.filter((url) => wanted.has(url) && isRedirect(lookup, recordsOf.get(url) ?? [])),
    );
    const stay = links.filter(({ subject }) => !redirected.has(subject));
    const outcomes = stay.map((link) => outcomeOf(lookup, link, recordsOf.get(link.subject) ?? []));
    const missing = outcomes.includes(null);
    await changeBatch(db, job.batchId, async (tx) => {
      if (redirectsTo !== null && redirected.size > 0)
        await redirectJob(tx, job, [...redirected], redirectsTo);
      await saveOutcomes(
        tx,
        job.id,
        outcomes.filter((outcome) => outcome !== null),
        'webscraper',
      );
      await setJobState(
        tx,
        job.id,
        missing ? 'incomplete' : redirected.size > 0 ? 'redirected' : 'completed',
      );
      if (missing) await dropDownload(tx, job.id);
      else await endReading(tx, job.id, 'processed', hint);
    });
    return missing;
  }

  /** One call tells which URLs came back empty and which failed; without an answer the rows still get a reason. */
  async function explainMissing({ job, hint }: Notified, scrapingJobId: number): Promise<void> {
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
    await changeBatch(db, job.batchId, async (tx) => {
      await saveOutcomes(
        tx,
        job.id,
        links.map(({ subject, row }) => {
          const error = reasons[typeOf.get(subject) ?? ''] ?? NO_RECORD;
          return { rowId: row.id, result: null, error };
        }),
        'webscraper',
      );
      await setJobState(tx, job.id, 'completed');
      await endReading(tx, job.id, 'processed', hint);
    });
  }

  async function bring(notified: Notified): Promise<void> {
    const { job, hint } = notified;
    const told = await confirmed(notified);
    if (told === null) return endReading(db, job.id, 'disagrees', hint);
    const { id, status } = told;
    const ended = isEnd(status);
    // One that failed is taken up again with its end: nobody would ask after it in a batch that has ended.
    if (job.state === 'failed' ? ended : job.scrapingJobId === null)
      await changeBatch(db, job.batchId, (tx) => markPublished(tx, job, id, deps.jobDeadlineMs));
    if (!ended) return endReading(db, job.id, 'not ended', hint);
    if (status !== 'finished' && (told.storedRecordCount ?? 0) === 0)
      return giveUp(notified, `scraping job ${id} ended ${status} without records`);
    if (job.state === 'incomplete' || (await save(notified, await download(notified, id))))
      await explainMissing(notified, id);
  }

  /**
   * Brings one job's results into the database.
   *
   * @throws {WaitForAccount} a call may not be made yet: process the job again later
   */
  async function processJob(job: Job, hint: Notification | null): Promise<void> {
    const { lookup } = taskByName(job.task);
    // Its carrier was asked: whatever tells of a scraping job is not of this one.
    if (lookup.by === 'carrier') return endReading(db, job.id, 'disagrees', hint);
    const notified = { job, lookup, hint };
    try {
      await bring(notified);
    } catch (error) {
      if (!(error instanceof CsvError) && !(error instanceof ApiError)) throw error;
      await giveUp(notified, errorMessage(error));
    }
  }

  return { processJob, giveUp };
}
