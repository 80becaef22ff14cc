import { log } from '@temporalio/activity';
import { changeBatch } from '../src/db/batches.ts';
import { pruneCalls, pruneRequests } from '../src/pacing/call-records.ts';
import type { Database } from '../src/db/database.ts';
import { batchesWithUnread, pruneNotifications, settleOrphans } from '../src/db/inbox.ts';
import { markFailed } from '../src/db/jobs.ts';
import { failStuckRows, forgottenJobs, overdueJobs, postponeDeadline } from '../src/db/stuck-jobs.ts';
import { rootMessage } from '../src/errors.ts';
import { askAfter, askList, tellCheck } from '../src/batches/ask-after.ts';
import { pruneChecks } from '../src/db/carrier-checks.ts';
import { settleDoubts } from '../src/batches/perhaps-published.ts';
import type { Settled } from '../src/batches/perhaps-published.ts';
import { forgetOld } from '../src/db/forgetting.ts';
import { pruneSaves } from '../src/db/saves.ts';
import { pruneWords } from '../src/db/sheet-words.ts';
import { pruneUnknownTexts } from '../src/db/carrier-texts.ts';
import { pruneParcels } from '../src/db/parcel-record.ts';
import { pruneRounds } from '../src/db/rounds.ts';
import { endedUnwritten } from '../src/db/written-rows.ts';
import type { Pruned } from '../src/temporal/workflows.ts';
import type { BatchSweep, OrphanedBatch } from '../src/temporal/batch-sweep.ts';
import { forwardWaiting } from '../src/batches/forward-notifications.ts';
import type { ForwardWebhook } from '../src/outbound/forward-webhook.ts';
import type { NotificationRelay } from '../src/temporal/notification-relay.ts';
import type { AccountClock } from '../src/pacing/account-clock.ts';
import type { WebScraperClient } from '../src/webscraper/client.ts';
import { WaitForAccount } from '../src/pacing/account-call.ts';
import { asActivities, tellWait } from './as-activities.ts';
import { PageCredits } from './page-credits.ts';

export interface AcquisitionDeps {
  database: Database;
  clock: AccountClock;
  webscraper: WebScraperClient;
  relay: NotificationRelay;
  sweep: BatchSweep;
  /** Takes the notifications of jobs that are not ours; null: nobody does. */
  forward: ForwardWebhook | null;
  jobDeadlineMs: number;
  personalDataKeptMs: number;
}

export type AcquisitionActivities = ReturnType<typeof createAcquisitionActivities>;

/** A notification is the HTTP server's to poke for, and its batch's to read, for so long; then the relay pokes. */
const RELAY_AFTER_MS = 15_000;
/** Overdue jobs looked after in one go; those that the account's list tells nothing of are a call each. */
const OVERDUE_A_RUN = 2_000;
const CHECKS_A_RUN = 20;
/** A job that is asked after so often and never ends has gone wrong. */
const MAX_ASKED = 24;
/** The record of calls outlives Temporal's histories, which are kept 30 days. */
const CALLS_KEPT_DAYS = 60;
const CALLS_A_PRUNING = 50_000;
/** As long as Temporal's histories: what rounds found stands with the rows that it was for. */
const ROUNDS_KEPT_DAYS = 30;
/** Nobody has looked at it since: long after the 60 days of the record and of a number's next use, and personal data's 180. */
const PARCELS_KEPT_DAYS = 365;
/** No carrier has written it since: whoever was to say what it means has no use of it any more. */
const TEXTS_KEPT_DAYS = 365;
/** A million rows take some minutes of the half hour that a clean-up has; the next goes on. */
const FORGOTTEN_A_RUN = 1_000_000;
const DAY_MS = 86_400_000;
/** Pages without results are for whoever looks into it now. */
const PAGES_KEPT_DAYS = 7;

/** On `acquisition_queue`: what could not be signalled, what was never notified, what lost its workflow. */
export function createAcquisitionActivities(deps: AcquisitionDeps) {
  const { relay, sweep, forward, jobDeadlineMs, personalDataKeptMs } = deps;
  const { db } = deps.database;
  const credits = new PageCredits(deps);

  async function sendOn(to: ForwardWebhook): Promise<void> {
    tellWait('the system that takes the notifications of other jobs');
    const { sent, refused, why } = await forwardWaiting(deps.database, to);
    if (sent > 0) log.info('Notifications forwarded', { sent });
    for (const error of refused) log.warn('a notification was refused by the other system', { error });
    if (why !== null) log.warn('notifications could not be forwarded; tried again in 30 s', { error: why });
  }

  return asActivities({
    /**
     * Pokes batches whose notifications nobody has read; gives those that have ended, which nobody will read them for. Sends
     * those of jobs that are not ours on.
     */
    async relayInbox(): Promise<{ late: string[] }> {
      const late: string[] = [];
      tellWait('batches to be poked');
      for (const batchId of await batchesWithUnread(db, RELAY_AFTER_MS)) {
        // One that cannot be signalled keeps none of the others.
        const poked = await relay.poke(batchId).catch((error: unknown) => {
          log.warn('a batch could not be poked', { batchId, error: rootMessage(error, 200) });
          return true;
        });
        if (!poked) late.push(batchId);
      }
      if (forward !== null) await sendOn(forward);
      return { late };
    },

    /**
     * Every job that is not final is looked after here, whether its batch runs or has ended: publishes in doubt, overdue
     * webhooks, results that a lost run had in hand, rows whose job can no more move. What ended is stored as if its
     * webhook had come.
     */
    async checkOverdueJobs(): Promise<{ asked: number; found: number } & Settled> {
      tellWait('what Web Scraper Cloud says of its jobs');
      const settled = await settleDoubts(deps);
      let [asked, found] = [0, 0];
      const overdue = await overdueJobs(db, OVERDUE_A_RUN);
      const listed = await askList(deps, overdue);
      let calls = 0;
      for (const job of overdue) {
        let said = listed.get(job.scrapingJobId ?? 0) ?? null;
        if (said?.ended === true) await tellCheck(deps, job, said.says);
        if (said === null && calls < CHECKS_A_RUN) {
          said = await askAfter(deps, job).catch((error: unknown) => {
            if (error instanceof WaitForAccount) return null;
            throw error;
          });
          calls = said === null ? CHECKS_A_RUN : calls + 1;
        }
        if (said === null) continue;
        asked += 1;
        if (said.ended) found += 1;
        if ((await postponeDeadline(db, job.id, jobDeadlineMs)) >= MAX_ASKED)
          await changeBatch(db, job.batchId, (tx) =>
            markFailed(tx, job.id, `nothing has moved over ${MAX_ASKED} askings`),
          );
      }
      for (const job of await forgottenJobs(db, CHECKS_A_RUN)) await tellCheck(deps, job, 'finished');
      await failStuckRows(db);
      await credits.ask();
      return { asked, found, ...settled };
    },

    /** Completes starts that died half-way; gives back running batches whose workflow is no more. */
    async sweepBatches(): Promise<OrphanedBatch[]> {
      tellWait('what Temporal says of the batches');
      return sweep.run();
    },

    /** Batches that ended while their workbook could not be written. */
    async unwrittenBatches(): Promise<string[]> {
      return endedUnwritten(db);
    },

    /** Closes a batch whose workflow is no more; the workbook is free again. */
    async closeOrphan(input: OrphanedBatch): Promise<void> {
      await sweep.close(input);
    },

    /**
     * Prunes the records of calls, of requests to carriers, of saves, of words in sheets, of what was told of jobs, of rounds,
     * of parcels and of unknown texts; forgets the personal data of batches that ended long ago.
     */
    async cleanUp(): Promise<Pruned> {
      await settleOrphans(db);
      tellWait('the database to forget what is old');
      const keptDays = Math.min(CALLS_KEPT_DAYS, Math.ceil(personalDataKeptMs / DAY_MS));
      await pruneWords(db, keptDays);
      await pruneChecks(db, CALLS_KEPT_DAYS);
      return {
        notifications: await pruneNotifications(db, CALLS_KEPT_DAYS, CALLS_A_PRUNING),
        saves: await pruneSaves(db, keptDays),
        calls: await pruneCalls(db, CALLS_KEPT_DAYS, CALLS_A_PRUNING),
        requests: await pruneRequests(db, CALLS_KEPT_DAYS, Math.min(PAGES_KEPT_DAYS, keptDays)),
        rounds: await pruneRounds(db, ROUNDS_KEPT_DAYS, CALLS_A_PRUNING),
        parcels: await pruneParcels(db, PARCELS_KEPT_DAYS, CALLS_A_PRUNING),
        texts: await pruneUnknownTexts(db, TEXTS_KEPT_DAYS),
        forgotten: await forgetOld(deps.database, personalDataKeptMs, FORGOTTEN_A_RUN),
      };
    },
  });
}
