import { cancellationSignal, CancelledFailure, log } from '@temporalio/activity';
import { FORECAST_EVERY_MS, figuresWithForecast } from '../src/pacing/account-figures.ts';
import { isScrapingTask, Publisher, TurnGivenBack } from '../src/batches/publish-job.ts';
import type { Patience, Published, PublisherDeps, ScrapingTask } from '../src/batches/publish-job.ts';
import { batchFigures } from '../src/db/batch-figures.ts';
import type { BatchFigures } from '../src/db/batch-figures.ts';
import { findJob, whichRows } from '../src/db/jobs.ts';
import { errorMessage } from '../src/errors.ts';
import type { ApiError } from '../src/webscraper/api-error.ts';
import { asActivities, tellWait } from './as-activities.ts';

export type PublishOutcome = BatchFigures & Published;

export type PublishActivities = ReturnType<typeof createPublishActivities>;

/** Without a pace an activity goes on for so long with its batch's next jobs: each by itself would mostly be Temporal's time. */
const GO_ON_MS = 1_000;

/** The one activity of `publish_tracking_queue`: one job, paced by the account's clock, never tried again by itself. */
export function createPublishActivities(deps: PublisherDeps) {
  const { clock } = deps;
  const { db } = deps.database;
  const publisher = new Publisher(deps);
  const reckonedMs = new Map<string, number>();

  async function figures(batchId: string): Promise<BatchFigures> {
    const nowMs = performance.now();
    if (nowMs - (reckonedMs.get(batchId) ?? -Infinity) < FORECAST_EVERY_MS) return batchFigures(db, batchId);
    reckonedMs.set(batchId, nowMs);
    return figuresWithForecast(db, batchId, clock.limits);
  }

  /** By these texts operators have always searched; see docs/logs.md. */
  async function answered(job: ScrapingTask, answer: number | ApiError): Promise<void> {
    // A line less in the log is no reason to fail a publish.
    const which = await whichRows(db, job.id).catch(() => null);
    const fields = { jobId: job.id, customId: job.customId, ...which };
    if (typeof answer === 'number') log.info('Successfully published', { ...fields, scrapingJobId: answer });
    else log.warn('Failed to publish', { ...fields, code: answer.code, error: errorMessage(answer) });
  }

  async function goOn(batchId: string, patience: Patience, untilMs: number): Promise<void> {
    while (performance.now() < untilMs && !patience.signal.aborted) {
      const next = await publisher.publishNext(batchId, patience);
      if (next?.outcome !== 'published') return;
    }
  }

  return asActivities({
    /**
     * Publishes one job, and without a pace those that follow it. `wait`: the clock does not allow it yet, ask for the
     * same job again then. An answer of the API is final: `failed` rows carry the reason.
     */
    async publishJob({ batchId, jobId }: { batchId: string; jobId: number }): Promise<PublishOutcome> {
      const patience = { signal: cancellationSignal(), tell: tellWait, answered };
      const untilMs = performance.now() + GO_ON_MS;
      const [job, before] = await Promise.all([findJob(db, jobId), batchFigures(db, batchId)]);
      const isOpen = isScrapingTask(job) && job.state === 'pending' && job.batchId === batchId;
      if (!isOpen || before.ended) return { outcome: 'failed', ...before };
      const published = await publisher.publish(job, patience).catch((error: unknown) => {
        throw error instanceof TurnGivenBack ? new CancelledFailure(error.message) : error;
      });
      if (published.outcome === 'published' && clock.limits.publishIntervalMs === 0)
        await goOn(batchId, patience, untilMs);
      return { ...published, ...(await figures(batchId)) };
    },
  });
}
