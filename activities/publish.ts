import { setTimeout as delay } from 'node:timers/promises';
import { batchFigures, type BatchFigures } from '../src/db/counts.ts';
import type { Database } from '../src/db/database.ts';
import { findJob, type Job, markFailed, markPending, markPublished, markPublishing } from '../src/db/jobs.ts';
import { errorMessage } from '../src/errors.ts';
import type { AccountClock } from '../src/webscraper/account-clock.ts';
import { ApiError } from '../src/webscraper/api-error.ts';
import type { WebScraperClient } from '../src/webscraper/client.ts';
import { withFailures } from './failures.ts';
import { withHeartbeat } from './heartbeat.ts';

export type PublishOutcome =
  | ({ outcome: 'published' | 'failed' } & BatchFigures)
  | { outcome: 'wait'; untilMs: number; why: string };

export type PublishActivities = ReturnType<typeof createPublishActivities>;

export interface PublishDeps {
  database: Database;
  clock: AccountClock;
  webscraper: WebScraperClient;
  jobDeadlineMs: number;
}

/** How long the account stays closed after a 429 that does not say. */
const DEFAULT_RETRY_AFTER_MS = 60_000;

/** The one activity of `publish_tracking_queue`: one job, paced by the account's clock, never tried again by itself. */
export function createPublishActivities({ database, clock, webscraper, jobDeadlineMs }: PublishDeps) {
  const { db } = database;

  async function refused(job: Job, callId: number, error: ApiError): Promise<PublishOutcome> {
    await clock.finish(callId, error.httpStatus);
    await clock.release(job.id);
    if (error.code === 'API_RATE_LIMITED') {
      const closedMs = error.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS;
      const why = '429 from the API';
      await clock.close(closedMs, why);
      await markPending(db, job.id);
      return { outcome: 'wait', untilMs: Date.now() + closedMs, why };
    }
    const perhaps = error.perhapsTaken ? 'perhaps published: ' : '';
    await db.transaction((tx) => markFailed(tx, job.id, `${perhaps}${errorMessage(error)}`));
    return { outcome: 'failed', ...(await batchFigures(db, job.batchId)) };
  }

  return withFailures({
    /**
     * Publishes one job. `wait`: the clock does not allow it yet, ask for the same job again then. An answer of the
     * API is final: `failed` rows carry the reason. Intent before the call, job id after it.
     */
    async publishJob(input: { batchId: string; jobId: number }): Promise<PublishOutcome> {
      return withHeartbeat(async (signal) => {
        const job = await findJob(db, input.jobId);
        if (job === null || job.state !== 'pending')
          return { outcome: 'failed', ...(await batchFigures(db, input.batchId)) };
        const turn = await clock.reservePublish(job.id);
        if (!turn.granted) return { outcome: 'wait', untilMs: turn.waitUntil.getTime(), why: turn.why };
        await delay(turn.delayMs, undefined, { signal });
        await markPublishing(db, job.id);
        let scrapingJobId: number;
        try {
          scrapingJobId = await webscraper.publish(
            { sitemapId: job.sitemapId, startUrls: job.startUrls, customId: job.customId },
            signal,
          );
        } catch (error) {
          if (error instanceof ApiError) return refused(job, turn.callId, error);
          throw error;
        }
        await clock.finish(turn.callId, 200);
        await db.transaction((tx) => markPublished(tx, job, scrapingJobId, jobDeadlineMs));
        return { outcome: 'published', ...(await batchFigures(db, input.batchId)) };
      });
    },
  });
}
