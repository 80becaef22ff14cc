import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { findBatch } from '../db/batches.ts';
import type { Database } from '../db/database.ts';
import { unreadJobs } from '../db/inbox.ts';
import { webhookReceived } from './messages.ts';
import type { WebhookMessage } from './messages.ts';

/** Jobs named in a signal: a poke for many costs one signal and one activity, not one each. */
const JOBS_A_SIGNAL = 100;
/** Without an end a call to a Temporal that hangs would keep its batch's flight up for ever. */
const SIGNAL_TIMEOUT_MS = 10_000;

/** Between two signals to a batch: with one for each webhook, bursts of them were mostly Temporal's work. */
const PAUSE_MS = 2_000;

/** What of Temporal's client the relay needs. */
export interface RelayClient {
  workflow: { getHandle(workflowId: string): Pick<WorkflowHandle, 'signal'> };
  withDeadline<T>(deadline: number | Date, run: () => Promise<T>): Promise<T>;
}

interface Flight {
  /** Something was stored since the flight's last look. */
  again: boolean;
  landed: Promise<void>;
}

/**
 * Pokes batches whose notifications were stored: what is unread stands in the database. While one signal to a batch is in
 * flight, and for a moment after it, those that arrive are collected and sent as one; a lone one goes at once.
 */
export class NotificationRelay {
  readonly #database: Pick<Database, 'db'>;
  readonly #client: RelayClient;
  readonly #pauseMs: number;
  readonly #flights = new Map<string, Flight>();

  constructor(database: Pick<Database, 'db'>, client: RelayClient, pauseMs = PAUSE_MS) {
    this.#database = database;
    this.#client = client;
    this.#pauseMs = pauseMs;
  }

  /**
   * Something was stored for this batch. Resolves when it was signalled (or its batch has ended); rejects when it
   * was not: it stays unread, and the relay's schedule tries again.
   */
  notify(batchId: string): Promise<void> {
    const flight = this.#flights.get(batchId);
    if (flight !== undefined) {
      flight.again = true;
      return flight.landed;
    }
    const own: Flight = { again: false, landed: Promise.resolve() };
    this.#flights.set(batchId, own);
    own.landed = this.#fly(batchId, own);
    return own.landed;
  }

  async #fly(batchId: string, flight: Flight): Promise<void> {
    try {
      do {
        flight.again = false;
        await this.poke(batchId);
        await delay(this.#pauseMs, undefined, { ref: false });
      } while (flight.again);
    } finally {
      // In the same turn as the last look at `again`: whoever stores after it finds no flight and starts one.
      this.#flights.delete(batchId);
    }
  }

  /**
   * Pokes a batch whose notifications are unread; its jobs' ids are for the eye. False: it has ended, or its workflow is
   * no more: what came for it is read without it.
   */
  async poke(batchId: string): Promise<boolean> {
    const { db } = this.#database;
    const batch = await findBatch(db, batchId);
    if (batch === null || batch.finishedAt !== null) return false;
    const unread = await unreadJobs(db, batchId, JOBS_A_SIGNAL);
    if (unread.length === 0) return true;
    const jobIds = unread.map(({ jobId }) => jobId);
    try {
      await this.#signal(batch.workflowId, { batchId, jobIds });
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  #signal(workflowId: string, message: WebhookMessage): Promise<void> {
    const handle = this.#client.workflow.getHandle(workflowId);
    return this.#client.withDeadline(Date.now() + SIGNAL_TIMEOUT_MS, () =>
      handle.signal(webhookReceived, message),
    );
  }
}
