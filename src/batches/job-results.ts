import type { LearntTexts } from '../carriers/text-meaning.ts';
import { changeBatch } from '../db/batches.ts';
import type { Database, Queries } from '../db/database.ts';
import type { ImportPlan } from './import-rows.ts';
import { markFailed, markPublished, rowsOfJobs } from '../db/jobs.ts';
import type { Job } from '../db/jobs.ts';
import { lookOfCsvError, lookOfNothing, lookOfOutcomes } from './job-look.ts';
import { failedCalls } from '../pacing/call-records.ts';
import { endReading } from '../db/result-tries.ts';
import type { Reading } from '../db/result-tries.ts';
import { redirectJob, saveOutcomes, setJobState } from '../db/results.ts';
import type { RowOutcome } from '../db/results.ts';
import { Grouped } from '../db/grouped.ts';
import { learntTexts } from '../db/carrier-texts.ts';
import { gaveNothing } from '../db/rows.ts';
import { noteJobs } from '../db/task-drift.ts';
import type { JobLook } from '../db/task-drift.ts';
import { dropDownload, keepDownloads, keptDownload } from '../db/kept-downloads.ts';
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
  /** Odd jobs of a task in a row after which it is held. */
  driftAfter: number;
  planOf(task: TrackingTask): ImportPlan;
}

/** A call that meets an outage is made again after 5, 10, 20, 40 s; then the job is given up. */
const MAX_TRIES = 5;
const FIRST_RETRY_MS = 5_000;

/** `shelved` is rare, and documented as an end: like `failed`, its data are looked for. */
const ENDS: ReadonlySet<string> = new Set(['finished', 'failed', 'stopped', 'shelved']);

/** Whether a scraping job of this status moves no more by itself. */
export const isEnd = (status: string): boolean => ENDS.has(status);

/** Reasons of rows whose pages came back without what they were asked for. */
export const NO_RECORD = 'no record came back for its URL';
export const EMPTY_PAGE = 'its page came back empty';
const NOT_LOADED = 'its page could not be loaded';
export const NO_FIELDS = "hold none of the task's fields";

interface Notified extends Reading {
  lookup: WebscraperLookup;
}

/** A job all of whose URLs brought records, and none of them a redirect. */
interface Complete extends Reading {
  jobId: number;
  outcomes: RowOutcome[];
  look: JobLook | null;
}

type RowOfJob = Awaited<ReturnType<typeof rowsOfJobs>>[number];

function outcomeOf(
  { parse }: WebscraperLookup,
  { subject, row }: RowOfJob,
  records: readonly CsvRecord[],
  learnt: LearntTexts,
): RowOutcome | null {
  if (records.length === 0) return null;
  const result = parse(records, { trackingNumber: row.trackingNumber }, new Date(), learnt);
  if (result !== null) return { rowId: row.id, result, error: null };
  const error = `the records of ${hostOf(subject)} ${NO_FIELDS}`;
  return { rowId: row.id, result, error };
}

/** Order URLs hold a person's address: only the host is told. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'its URL');

/**
 * From the notifications of a batch's jobs to their rows: confirm, download, parse, Postgres. Each step may be done again.
 * Jobs that are processed at the same time share their trips to the database.
 */
export function createJobResults(deps: JobResultsDeps, batchId: string) {
  const { clock, webscraper } = deps;
  const { db } = deps.database;

  const keeping = new Grouped(async (downloads: readonly { jobId: number; csv: Buffer }[]) => {
    await keepDownloads(db, downloads);
    return downloads;
  });

  const links = new Grouped(async (jobIds: readonly number[]) => {
    const found = new Map(jobIds.map((jobId): [number, RowOfJob[]] => [jobId, []]));
    for (const link of await rowsOfJobs(db, jobIds)) found.get(link.jobId)?.push(link);
    return jobIds.map((jobId) => found.get(jobId) ?? []);
  });

  /** Asked for anew with each job: what a person says of a text is in effect at once. */
  const meanings = new Grouped(async (jobIds: readonly number[]) => {
    const learnt = await learntTexts(db);
    return jobIds.map(() => learnt);
  });

  const note = (tx: Queries, ...looks: readonly (JobLook | null)[]) =>
    noteJobs(
      tx,
      looks.filter((look) => look !== null),
      deps.driftAfter,
    );

  const saving = new Grouped(async (complete: readonly Complete[]) => {
    await changeBatch(db, batchId, async (tx) => {
      await saveOutcomes(tx, complete, 'webscraper');
      const jobIds = complete.map(({ jobId }) => jobId);
      await setJobState(tx, jobIds, 'completed');
      await endReading(tx, complete, 'processed');
      await note(tx, ...complete.map(({ look }) => look));
    });
    return complete;
  });

  /** The job's rows fail with the reason; a later notification is still read. */
  async function giveUp(reading: Reading, error: string, look: JobLook | null = null): Promise<void> {
    const { job } = reading;
    await changeBatch(db, batchId, async (tx) => {
      await markFailed(tx, job.id, error);
      await endReading(tx, [reading], 'processed');
      await note(tx, look);
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

  async function download({ job }: Notified, scrapingJobId: number): Promise<Buffer> {
    // By an earlier try that did not come to its end.
    const kept = job.resultTries > 1 ? await keptDownload(db, job.id) : null;
    const csv = kept ?? (await patiently(job, 'download', () => webscraper.csv(scrapingJobId)));
    // Paid for: whatever becomes of it, it is not downloaded again.
    if (kept === null) await keeping.ask({ jobId: job.id, csv });
    return csv;
  }

  /** Saves what the records say; rows whose URL brought nothing stay as they are. Gives whether there are such. */
  async function save(notified: Notified, records: readonly CsvRecord[]): Promise<boolean> {
    const { job, lookup } = notified;
    const { byUrl } = splitRecords(records, job.subjects);
    const recordsOf = new Map(job.subjects.map((url, index) => [url, byUrl[index] ?? []]));
    const [rowsOfJob, learnt] = await Promise.all([links.ask(job.id), meanings.ask(job.id)]);
    const redirectsTo = lookup.redirectsTo === null ? null : deps.planOf(taskByName(lookup.redirectsTo)).task;
    // A row that a later job asks after is that one's to redirect.
    const wanted = new Set(rowsOfJob.flatMap(({ subject, latest }) => (latest ? [subject] : [])));
    const redirected = new Set(
      job.subjects.filter((url) => wanted.has(url) && isRedirect(lookup, recordsOf.get(url) ?? [])),
    );
    const stay = rowsOfJob.filter(({ subject }) => !redirected.has(subject));
    const outcomes = stay.map((link) => outcomeOf(lookup, link, recordsOf.get(link.subject) ?? [], learnt));
    const given = outcomes.filter((outcome) => outcome !== null);
    const missing = given.length < outcomes.length;
    const look = lookOfOutcomes(job, given, lookup, records);
    const found = { ...notified, jobId: job.id, outcomes: given, look };
    if (!missing && redirected.size === 0) {
      await saving.ask(found);
      return false;
    }
    await changeBatch(db, batchId, async (tx) => {
      if (redirectsTo !== null && redirected.size > 0)
        await redirectJob(tx, job, [...redirected], redirectsTo);
      await saveOutcomes(tx, [found], 'webscraper');
      await setJobState(tx, [job.id], missing ? 'incomplete' : 'redirected');
      if (missing) await dropDownload(tx, job.id);
      else await endReading(tx, [notified], 'processed');
      await note(tx, look);
    });
    return missing;
  }

  /** One call tells which URLs came back empty and which failed; without an answer the rows still get a reason. */
  async function explainMissing(notified: Notified, scrapingJobId: number): Promise<void> {
    const { job } = notified;
    const problems = await callApi(clock, clock.reserveCheck(job.id), () =>
      webscraper.problematicUrls(scrapingJobId),
    ).catch((error: unknown) => {
      if (error instanceof ApiError) return [];
      throw error;
    });
    const typeOf = new Map(problems.map(({ url, type }) => [url, type]));
    const reasons: Record<string, string> = { empty: EMPTY_PAGE, failed: NOT_LOADED };
    const outcomes = (await links.ask(job.id)).map(({ subject, row }): RowOutcome => {
      const error = reasons[typeOf.get(subject) ?? ''] ?? NO_RECORD;
      return { rowId: row.id, result: null, error };
    });
    const kind = problems.some(({ type }) => type === 'failed') ? 'page-failed' : 'empty';
    const what = outcomes[0]?.error ?? NO_RECORD;
    // What it gave was noted as it was saved.
    const look = (await gaveNothing(db, job.id)) ? lookOfNothing(job, kind, what) : null;
    await saving.ask({ ...notified, jobId: job.id, outcomes, look });
  }

  async function bring(notified: Notified): Promise<void> {
    const { job } = notified;
    const told = await confirmed(notified);
    if (told === null) return endReading(db, [notified], 'disagrees');
    const { id, status } = told;
    const ended = isEnd(status);
    // One that failed is taken up again with its end: nobody would ask after it in a batch that has ended.
    if (job.state === 'failed' ? ended : job.scrapingJobId === null)
      await changeBatch(db, batchId, (tx) => markPublished(tx, job, id, deps.jobDeadlineMs));
    if (!ended) return endReading(db, [notified], 'not ended');
    if (status !== 'finished' && (told.storedRecordCount ?? 0) === 0) {
      const why = `scraping job ${id} ended ${status} without records`;
      // Over half of its pages answered 4xx or 5xx; who stopped one knows.
      return giveUp(notified, why, status === 'failed' ? lookOfNothing(job, 'page-failed', why) : null);
    }
    if (job.state === 'incomplete') return explainMissing(notified, id);
    const csv = await download(notified, id);
    try {
      const { resultColumns } = notified.lookup;
      const records = parseResultCsv(csv, { task: { name: job.task, resultColumns } });
      if (await save(notified, records)) await explainMissing(notified, id);
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      await giveUp(notified, errorMessage(error), lookOfCsvError(job, error, csv));
    }
  }

  /**
   * Brings one job's results into the database.
   *
   * @throws {WaitForAccount} a call may not be made yet: process the job again later
   */
  async function processJob(reading: Reading): Promise<void> {
    const { lookup } = taskByName(reading.job.task);
    // Its carrier was asked: whatever tells of a scraping job is not of this one.
    if (lookup.by === 'carrier') return endReading(db, [reading], 'disagrees');
    const notified = { ...reading, lookup };
    try {
      await bring(notified);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      await giveUp(notified, errorMessage(error));
    }
  }

  return { processJob, giveUp };
}
