import { setTimeout as delay } from 'node:timers/promises';
import { cancellationSignal, CancelledFailure } from '@temporalio/activity';
import { FORECAST_EVERY_MS, figuresWithForecast } from '../src/pacing/account-figures.ts';
import { batchFigures } from '../src/db/batch-figures.ts';
import type { BatchFigures } from '../src/db/batch-figures.ts';
import { changeBatch } from '../src/db/batches.ts';
import type { Database } from '../src/db/database.ts';
import { adoptNotifications } from '../src/db/inbox.ts';
import { findJob, markFailed, markPending, markPublished } from '../src/db/jobs.ts';
import type { Job } from '../src/db/jobs.ts';
import { errorMessage } from '../src/errors.ts';
import type { AccountClock, Turn } from '../src/pacing/account-clock.ts';
import type { OpenConnection } from '../src/outbound/open-connection.ts';
import { ApiError } from '../src/webscraper/api-error.ts';
import type { ApiErrorCode } from '../src/webscraper/api-error.ts';
import type { WebScraperClient } from '../src/webscraper/client.ts';
import { asActivities, tellWait } from './as-activities.ts';

/** `wait`: ask for the same job again in `waitMs`; `held`: nobody may publish until a probe or a person opens it. */
export type PublishOutcome = BatchFigures &
  ({ outcome: 'published' | 'failed' } | { outcome: 'wait'; waitMs: number; why: string; held: boolean });

export type PublishActivities = ReturnType<typeof createPublishActivities>;

export interface PublishDeps {
  database: Database;
  clock: AccountClock;
  webscraper: WebScraperClient;
  jobDeadlineMs: number;
}

/** A publish begins so long before its start: time for the intent's transaction, so that the start itself is exact. */
const BEGIN_EARLY_MS = 30;
/** What sending takes on any machine; counted, it would add up from publish to publish. */
const PUNCTUAL_MS = 8;
/** A database that is away just after the API answered: tried for ten seconds and more, what its driver waits beside. */
const KEEP_TRIES = 20;
const KEEP_AGAIN_MS = 500;
/** The connection is made so long before the turn. */
const CONNECT_EARLY_MS = 2_000;
/** A process that stood still for so long must not send any more: its turn is past, its job perhaps another's. */
const STOOD_STILL_MS = 500;
/** The clock's answer may take so long; a process that stood still meanwhile takes it for a new one. */
const LONGEST_BEGIN_MS = 2_000;

const TAKEN_BY_NOBODY: readonly ApiErrorCode[] = [
  'API_RATE_LIMITED',
  'API_UNAUTHORISED',
  'API_NO_CONNECTION',
  'API_NOT_SENT',
];

type Granted = Extract<Turn, { granted: true }>;
type Refused = Extract<Turn, { granted: false }>;

/** The one activity of `publish_tracking_queue`: one job, paced by the account's clock, never tried again by itself. */
export function createPublishActivities({ database, clock, webscraper, jobDeadlineMs }: PublishDeps) {
  const { db } = database;
  const reckonedMs = new Map<string, number>();

  async function figures(batchId: string): Promise<BatchFigures> {
    const nowMs = performance.now();
    if (nowMs - (reckonedMs.get(batchId) ?? -Infinity) < FORECAST_EVERY_MS) return batchFigures(db, batchId);
    reckonedMs.set(batchId, nowMs);
    return figuresWithForecast(db, batchId, clock.limits);
  }

  /** Asks a held account whether it works again, one caller a time, every few minutes; opens it if it does. */
  async function probe(): Promise<boolean> {
    const turn = await clock.reserveProbe();
    if (!turn.granted) return false;
    try {
      const { value: credits, rateLimit } = await webscraper.account();
      await clock.settle(turn.callId, { rateLimit });
      const works = credits === null || credits > 0;
      if (works) await clock.open();
      return works;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      await clock.settle(turn.callId, error);
      return false;
    }
  }

  /** A probe may take a minute: what it opens is published by the next activity, which has its whole time. */
  async function reserve(jobId: number): Promise<Turn> {
    const turn = await clock.reservePublish(jobId);
    if (turn.granted || !turn.held) return turn;
    if (await probe()) return { granted: false, waitMs: 1, why: 'the account works again', held: false };
    return clock.reservePublish(jobId);
  }

  /**
   * Connects, and waits for the turn; cancelled meanwhile, the turn is given back and nothing is sent. Throws
   * {@link ApiError} where there is no connection.
   */
  async function connectInTime(job: Job, turn: Granted, signal: AbortSignal): Promise<OpenConnection> {
    const turnMs = Date.now() + turn.delayMs;
    const until = (ms: number) => delay(Math.max(0, ms - Date.now()), undefined, { signal });
    tellWait('its turn to publish');
    try {
      await until(turnMs - CONNECT_EARLY_MS);
      const connection = await webscraper.connect(signal);
      await until(turnMs - BEGIN_EARLY_MS).catch((error: unknown) => {
        connection.close();
        throw error;
      });
      return connection;
    } catch (error) {
      if (!signal.aborted) throw error;
      await clock.giveBack(job.id, turn.callId);
      throw new CancelledFailure(`the turn was given back: ${errorMessage(error)}`);
    }
  }

  /** Sends over `connection` at the start that the clock gives, exactly then or not at all; null: the turn was lost. */
  async function send(job: Job, { callId }: Granted, connection: OpenConnection, sitemapId: number) {
    const askedMs = Date.now();
    const begun = await clock.begin(callId, job.id);
    if (!begun.granted) return begun;
    const startMs = Date.now() + begun.delayMs;
    const latestMs = Math.min(startMs + STOOD_STILL_MS, askedMs + begun.delayMs + LONGEST_BEGIN_MS);
    tellWait('the answer of Web Scraper Cloud');
    // From here on the intent stands: the call is made whatever is cancelled.
    await delay(begun.delayMs);
    const request = { sitemapId, startUrls: job.subjects, customId: job.customId };
    const {
      value: scrapingJobId,
      rateLimit,
      sentMs,
    } = await webscraper.publish(request, {
      connection,
      latestMs,
    });
    await keep(job, scrapingJobId);
    const lateMs = sentMs - startMs;
    await clock.settle(callId, { rateLimit }, lateMs < PUNCTUAL_MS ? 0 : lateMs);
    return null;
  }

  /** The API took it: its id is worth trying for as long as the activity may last. */
  async function keep(job: Job, scrapingJobId: number): Promise<void> {
    tellWait(`scraping job ${scrapingJobId} to be written down`);
    for (let tries = 1; ; tries += 1) {
      try {
        await changeBatch(db, job.batchId, (tx) => markPublished(tx, job, scrapingJobId, jobDeadlineMs));
        return await adoptNotifications(db, job, scrapingJobId);
      } catch (error) {
        if (tries === KEEP_TRIES) throw error;
        await delay(KEEP_AGAIN_MS);
      }
    }
  }

  async function refused(job: Job, callId: number, error: ApiError): Promise<PublishOutcome> {
    const wasSent = error.code !== 'API_NOT_SENT';
    if (wasSent) await clock.settle(callId, error);
    if (TAKEN_BY_NOBODY.includes(error.code)) {
      await changeBatch(db, job.batchId, (tx) => markPending(tx, job.id));
      await clock.giveBack(job.id, wasSent ? null : callId);
      return { outcome: 'wait', waitMs: 1, why: error.message, held: false, ...(await figures(job.batchId)) };
    }
    const perhaps = error.perhapsTaken ? 'perhaps published: ' : '';
    await changeBatch(db, job.batchId, (tx) => markFailed(tx, job.id, `${perhaps}${errorMessage(error)}`));
    return { outcome: 'failed', ...(await figures(job.batchId)) };
  }

  return asActivities({
    /**
     * Publishes one job. `wait`: the clock does not allow it yet, ask for the same job again then. An answer of the
     * API is final: `failed` rows carry the reason. Intent before the call, job id after it.
     */
    async publishJob(input: { batchId: string; jobId: number }): Promise<PublishOutcome> {
      const signal = cancellationSignal();
      const job = await findJob(db, input.jobId);
      const sitemapId = job?.sitemapId ?? null;
      const before = await batchFigures(db, input.batchId);
      const isOpen = job?.state === 'pending' && job.batchId === input.batchId && !before.ended;
      if (!isOpen || sitemapId === null) return { outcome: 'failed', ...before };
      const wait = async ({ waitMs, why, held }: Refused): Promise<PublishOutcome> => ({
        outcome: 'wait',
        waitMs,
        why,
        held,
        ...(await figures(input.batchId)),
      });
      const turn = await reserve(job.id);
      if (!turn.granted) return wait(turn);
      let connection: OpenConnection | null = null;
      try {
        connection = await connectInTime(job, turn, signal);
        const lost = await send(job, turn, connection, sitemapId);
        return lost === null ? { outcome: 'published', ...(await figures(input.batchId)) } : await wait(lost);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return await refused(job, turn.callId, error);
      } finally {
        connection?.close();
      }
    },
  });
}
