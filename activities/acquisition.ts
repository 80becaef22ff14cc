import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../src/db/database.ts';
import { batchesWithUndelivered, storeNotification } from '../src/db/inbox.ts';
import { jobs } from '../src/db/schema.ts';
import type { NotificationRelay } from '../src/temporal/notification-relay.ts';
import type { AccountClock } from '../src/webscraper/account-clock.ts';
import { ApiError } from '../src/webscraper/api-error.ts';
import type { WebScraperClient } from '../src/webscraper/client.ts';
import { withFailures } from './failures.ts';

export interface AcquisitionDeps {
  database: Database;
  clock: AccountClock;
  webscraper: WebScraperClient;
  relay: NotificationRelay;
  jobDeadlineMs: number;
}

export type AcquisitionActivities = ReturnType<typeof createAcquisitionActivities>;

/** A notification is the HTTP server's to signal for so long; then the relay takes it. */
const RELAY_AFTER_MS = 2_000;
/** Overdue jobs asked after in one go: each is a call of the account's budget. */
const CHECKS_A_RUN = 20;

/** On `acquisition_queue`: what could not be signalled, and what was never notified. */
export function createAcquisitionActivities({
  database,
  clock,
  webscraper,
  relay,
  jobDeadlineMs,
}: AcquisitionDeps) {
  const { db } = database;
  return withFailures({
    /** Signals what waits in the inbox; gives back what came after its batch ended. */
    async relayInbox(): Promise<{ batchId: string; jobIds: number[] }[]> {
      const late: { batchId: string; jobIds: number[] }[] = [];
      for (const batchId of await batchesWithUndelivered(db, RELAY_AFTER_MS)) {
        const jobIds = await relay.deliver(batchId);
        if (jobIds.length > 0) late.push({ batchId, jobIds });
      }
      return late;
    },

    /** Those late notifications were dealt with. */
    async settleLate(input: { batchId: string }): Promise<void> {
      await relay.settle(input.batchId);
    },

    /** Asks the API after jobs whose webhook is overdue; what ended is stored as if its webhook had come. */
    async checkOverdueJobs(): Promise<{ asked: number; found: number }> {
      const overdue = await db.query.jobs.findMany({
        where: and(eq(jobs.state, 'published'), sql`deadline_at <= clock_timestamp()`),
        orderBy: jobs.deadlineAt,
        limit: CHECKS_A_RUN,
      });
      let [asked, found] = [0, 0];
      for (const job of overdue) {
        if (job.scrapingJobId === null) continue;
        const turn = await clock.reserveCheck(job.id);
        if (!turn.granted) break;
        asked += 1;
        const status = await webscraper.job(job.scrapingJobId).then(
          (told) => told.status,
          (error: unknown) => {
            if (error instanceof ApiError && error.code === 'API_NOT_FOUND') return 'failed';
            return null;
          },
        );
        await clock.finish(turn.callId, null);
        if (status === 'finished' || status === 'failed' || status === 'stopped') {
          const { scrapingJobId, customId, sitemapId } = job;
          await storeNotification(db, { source: 'check', scrapingJobId, customId, sitemapId, status });
          found += 1;
        }
        await db
          .update(jobs)
          .set({ deadlineAt: sql`clock_timestamp() + ${`${jobDeadlineMs} milliseconds`}::interval` })
          .where(eq(jobs.id, job.id));
      }
      return { asked, found };
    },
  });
}
