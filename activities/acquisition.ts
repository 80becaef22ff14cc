import { setBatchState } from '../src/db/batches.ts';
import { pruneCalls, pruneRequests } from '../src/pacing/call-records.ts';
import type { Database } from '../src/db/database.ts';
import { batchesWithUndelivered, settleLateNotifications, storeNotification } from '../src/db/inbox.ts';
import { overdueJobs, postponeDeadline } from '../src/db/jobs.ts';
import { pruneSaves } from '../src/db/saves.ts';
import { endedUnwritten } from '../src/db/written-rows.ts';
import type { BatchSweep, OrphanedBatch } from '../src/temporal/batch-sweep.ts';
import type { NotificationRelay } from '../src/temporal/notification-relay.ts';
import type { AccountClock } from '../src/pacing/account-clock.ts';
import { ApiError } from '../src/webscraper/api-error.ts';
import type { WebScraperClient } from '../src/webscraper/client.ts';
import { callApi, WaitForAccount } from '../src/pacing/account-call.ts';
import { asActivities } from './as-activities.ts';

export interface AcquisitionDeps {
  database: Database;
  clock: AccountClock;
  webscraper: WebScraperClient;
  relay: NotificationRelay;
  sweep: BatchSweep;
  jobDeadlineMs: number;
}

export type AcquisitionActivities = ReturnType<typeof createAcquisitionActivities>;

/** A notification is the HTTP server's to signal for so long; then the relay takes it. */
const RELAY_AFTER_MS = 2_000;
/** Overdue jobs asked after in one go: each is a call of the account's budget. */
const CHECKS_A_RUN = 20;
/** The record of calls outlives Temporal's histories, which are kept 30 days. */
const CALLS_KEPT_DAYS = 60;
const CALLS_A_PRUNING = 50_000;
/** Pages without results are for whoever looks into it now. */
const PAGES_KEPT_DAYS = 7;

/** On `acquisition_queue`: what could not be signalled, what was never notified, what lost its workflow. */
export function createAcquisitionActivities(deps: AcquisitionDeps) {
  const { clock, webscraper, relay, sweep, jobDeadlineMs } = deps;
  const { db } = deps.database;

  /** The job's status; null when the API does not tell. */
  async function statusOf(jobId: number, scrapingJobId: number): Promise<string | null> {
    try {
      const { status } = await callApi(clock, clock.reserveCheck(jobId), () => webscraper.job(scrapingJobId));
      return status;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return error.code === 'API_NOT_FOUND' ? 'failed' : null;
    }
  }

  return asActivities({
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
      await settleLateNotifications(db, input.batchId);
    },

    /** Asks the API after jobs whose webhook is overdue; what ended is stored as if its webhook had come. */
    async checkOverdueJobs(): Promise<{ asked: number; found: number }> {
      let [asked, found] = [0, 0];
      for (const { id, ...job } of await overdueJobs(db, CHECKS_A_RUN)) {
        let status: string | null;
        try {
          status = await statusOf(id, job.scrapingJobId);
        } catch (error) {
          if (error instanceof WaitForAccount) break;
          throw error;
        }
        asked += 1;
        if (status === 'finished' || status === 'failed' || status === 'stopped') {
          await storeNotification(db, { source: 'check', ...job, status });
          found += 1;
        }
        await postponeDeadline(db, id, jobDeadlineMs);
      }
      return { asked, found };
    },

    /** Completes starts that died half-way; gives back running batches whose workflow is no more. */
    async sweepBatches(): Promise<OrphanedBatch[]> {
      return sweep.run();
    },

    /** Batches that ended while their workbook could not be written. */
    async unwrittenBatches(): Promise<string[]> {
      return endedUnwritten(db);
    },

    /** Closes a batch whose workflow is no more; the workbook is free again. */
    async closeOrphan(input: OrphanedBatch): Promise<void> {
      await setBatchState(db, input.batchId, 'failed', input.reason);
    },

    /** Prunes the records of calls, of requests to carriers and of saves. */
    async cleanUp(): Promise<{ calls: number; requests: number; saves: number }> {
      return {
        saves: await pruneSaves(db, CALLS_KEPT_DAYS),
        calls: await pruneCalls(db, CALLS_KEPT_DAYS, CALLS_A_PRUNING),
        requests: await pruneRequests(db, CALLS_KEPT_DAYS, PAGES_KEPT_DAYS),
      };
    },
  });
}
