import { setTimeout as delay } from 'node:timers/promises';
import { cancellationSignal, CancelledFailure } from '@temporalio/activity';
import { FORECAST_EVERY_MS, figuresWithForecast } from '../src/pacing/account-figures.ts';
import { batchFigures } from '../src/db/batch-figures.ts';
import type { BatchFigures } from '../src/db/batch-figures.ts';
import { changeBatch } from '../src/db/batches.ts';
import type { Database } from '../src/db/database.ts';
import { findJob, markFailed, markPending, markPublished } from '../src/db/jobs.ts';
import type { Job } from '../src/db/jobs.ts';
import { errorMessage } from '../src/errors.ts';
import type { AccountClock, Turn } from '../src/pacing/account-clock.ts';
import { ApiError } from '../src/webscraper/api-error.ts';
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
/** A process that was stopped for so long must not send any more: its turn is past, its job perhaps another's. */
const STOPPED_MS = 2_000;

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
   * Waits for the turn and begins; cancelled meanwhile, the turn is given back and nothing is sent. `startMs`: the
   * start by this process's own clock.
   */
  async function beginInTime(job: Job, signal: AbortSignal): Promise<Turn & { startMs?: number }> {
    const turn = await reserve(job.id);
    if (!turn.granted) return turn;
    tellWait('its turn to publish');
    try {
      await delay(Math.max(0, turn.delayMs - BEGIN_EARLY_MS), undefined, { signal });
    } catch (error) {
      await clock.giveBack(job.id, turn.callId);
      throw new CancelledFailure(`the turn was given back: ${errorMessage(error)}`);
    }
    const begun = await clock.begin(turn.callId, job.id);
    if (!begun.granted) return begun;
    const startMs = Date.now() + begun.delayMs;
    // From here on the intent stands: the call is made whatever is cancelled.
    await delay(begun.delayMs);
    if (Date.now() - startMs <= STOPPED_MS) return { ...begun, startMs };
    await changeBatch(db, job.batchId, (tx) => markPending(tx, job.id));
    await clock.giveBack(job.id, begun.callId);
    return { granted: false, waitMs: 1, why: 'its worker was stopped before sending', held: false };
  }

  async function refused(job: Job, error: ApiError): Promise<PublishOutcome> {
    const takenByNobody = ['API_RATE_LIMITED', 'API_UNAUTHORISED', 'API_NO_CONNECTION'].includes(error.code);
    if (takenByNobody) {
      await changeBatch(db, job.batchId, (tx) => markPending(tx, job.id));
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
      if (job?.state !== 'pending' || job.batchId !== input.batchId || sitemapId === null)
        return { outcome: 'failed', ...(await figures(input.batchId)) };
      const turn = await beginInTime(job, signal);
      if (!turn.granted) {
        const { waitMs, why, held } = turn;
        return { outcome: 'wait', waitMs, why, held, ...(await figures(input.batchId)) };
      }
      try {
        const request = { sitemapId, startUrls: job.subjects, customId: job.customId };
        const { value: scrapingJobId, rateLimit, sentMs } = await webscraper.publish(request);
        await changeBatch(db, job.batchId, (tx) => markPublished(tx, job, scrapingJobId, jobDeadlineMs));
        const lateMs = sentMs - (turn.startMs ?? sentMs);
        await clock.settle(turn.callId, { rateLimit }, lateMs < PUNCTUAL_MS ? 0 : lateMs);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        await clock.settle(turn.callId, error);
        return refused(job, error);
      }
      return { outcome: 'published', ...(await figures(input.batchId)) };
    },
  });
}
