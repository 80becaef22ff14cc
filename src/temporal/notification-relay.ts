import { WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { findBatch } from '../db/batches.ts';
import type { Database } from '../db/database.ts';
import { markDelivered, undelivered } from '../db/inbox.ts';
import { webhookReceived } from './messages.ts';
import type { WebhookMessage } from './messages.ts';

/** Notifications a signal: a list costs one signal and one activity, not one each. */
const NOTIFICATIONS_A_SIGNAL = 100;
/** Without an end a call to a Temporal that hangs would keep its batch's flight up for ever. */
const SIGNAL_TIMEOUT_MS = 10_000;

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
 * Signals stored notifications to their batches. While one signal to a batch is in flight, those that arrive are
 * collected and sent as one; a lone one goes at once. Two processes may signal the same notification: a batch takes
 * the second for a duplicate.
 */
export class NotificationRelay {
  readonly #database: Pick<Database, 'db'>;
  readonly #client: RelayClient;
  readonly #flights = new Map<string, Flight>();

  constructor(database: Pick<Database, 'db'>, client: RelayClient) {
    this.#database = database;
    this.#client = client;
  }

  /**
   * Something was stored for this batch. Resolves when it was signalled (or its batch has ended); rejects when it
   * was not: then it stays undelivered, and the relay's schedule tries again.
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
        await this.deliver(batchId);
      } while (flight.again);
    } finally {
      // In the same turn as the last look at `again`: whoever stores after it finds no flight and starts one.
      this.#flights.delete(batchId);
    }
  }

  /** Signals everything that waits for a batch; the jobs of an ended batch are given back instead. */
  async deliver(batchId: string): Promise<number[]> {
    const { db } = this.#database;
    const batch = await findBatch(db, batchId);
    while (batch !== null) {
      const waiting = await undelivered(db, batchId, NOTIFICATIONS_A_SIGNAL);
      if (waiting.length === 0) break;
      const jobIds = [...new Set(waiting.flatMap(({ jobId }) => (jobId === null ? [] : [jobId])))];
      try {
        await this.#signal(batch.workflowId, { batchId, jobIds });
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return jobIds;
        throw error;
      }
      await markDelivered(
        db,
        waiting.map(({ id }) => id),
      );
    }
    return [];
  }

  #signal(workflowId: string, message: WebhookMessage): Promise<void> {
    const handle = this.#client.workflow.getHandle(workflowId);
    return this.#client.withDeadline(Date.now() + SIGNAL_TIMEOUT_MS, () =>
      handle.signal(webhookReceived, message),
    );
  }
}
