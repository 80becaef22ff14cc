import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { findBatch } from '../db/batches.ts';
import type { Database } from '../db/database.ts';
import { markDelivered, undelivered } from '../db/inbox.ts';
import type { WebhookMessage } from '../../workflows/messages.ts';

/** Notifications a signal: a list costs one signal and one activity, not one each. */
const NOTIFICATIONS_A_SIGNAL = 100;

/**
 * Signals stored notifications to their batches. While one signal to a batch is in flight, those that arrive are
 * collected and sent as one; a lone one goes at once.
 */
export class NotificationRelay {
  private readonly database: Database;
  private readonly client: Client;
  private readonly inFlight = new Map<string, { again: boolean }>();

  constructor(database: Database, client: Client) {
    this.database = database;
    this.client = client;
  }

  /** Something was stored for this batch. Errors are the caller's to log: the relay's schedule tries again. */
  async notify(batchId: string): Promise<void> {
    const flight = this.inFlight.get(batchId);
    if (flight !== undefined) {
      flight.again = true;
      return;
    }
    const own = { again: true };
    this.inFlight.set(batchId, own);
    try {
      while (own.again) {
        own.again = false;
        await this.deliver(batchId);
      }
    } finally {
      this.inFlight.delete(batchId);
    }
  }

  /** Signals everything that waits for a batch; the jobs of an ended batch are given back instead. */
  async deliver(batchId: string): Promise<number[]> {
    const { db } = this.database;
    const batch = await findBatch(db, batchId);
    while (batch !== null) {
      const waiting = await undelivered(db, batchId, NOTIFICATIONS_A_SIGNAL);
      if (waiting.length === 0) break;
      const jobIds = waiting.flatMap(({ jobId }) => (jobId === null ? [] : [jobId]));
      try {
        const message: WebhookMessage = { batchId, jobIds };
        await this.client.workflow.getHandle(batch.workflowId).signal('webhookReceived', message);
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

  /** Notifications of an ended batch were processed without it. */
  async settle(batchId: string): Promise<void> {
    const waiting = await undelivered(this.database.db, batchId, NOTIFICATIONS_A_SIGNAL);
    await markDelivered(
      this.database.db,
      waiting.map(({ id }) => id),
    );
  }
}
