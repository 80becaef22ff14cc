import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { endBatch } from '../batches/ends.ts';
import { changeBatch, findBatch, runningBatches } from '../db/batches.ts';
import type { Batch } from '../db/batches.ts';
import type { Database } from '../db/database.ts';

/** A batch that the database has as running and Temporal has not. */
export interface OrphanedBatch {
  batchId: string;
  reason: string;
}

/** A start takes a moment between its row and its workflow; an end likewise. */
const SETTLED_AFTER_MS = 60_000;

const isEnded = (status: string | null) => status === null || ENDED.has(status);
const reasonOf = (status: string | null) =>
  `its workflow is no more (${status?.toLowerCase().replaceAll('_', ' ') ?? 'not found'}); retry runs it again`;

const ENDED: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT']);

/** Holds the running batches of the database against the workflows of Temporal. */
export class BatchSweep {
  readonly #database: Database;
  readonly #client: Client;
  readonly #start: (batch: Batch) => Promise<unknown>;

  constructor(database: Database, client: Client, start: (batch: Batch) => Promise<unknown>) {
    this.#database = database;
    this.#client = client;
    this.#start = start;
  }

  /** Starts workflows that a dying `start` left out; gives back batches whose workflow has ended without them. */
  async run(): Promise<OrphanedBatch[]> {
    const orphans: OrphanedBatch[] = [];
    for (const batch of await runningBatches(this.#database.db, SETTLED_AFTER_MS)) {
      const status = await this.#statusOf(batch);
      if (status === null && batch.runId === null) await this.#start(batch);
      else if (isEnded(status)) orphans.push({ batchId: batch.id, reason: reasonOf(status) });
    }
    return orphans;
  }

  /** Closes a batch whose workflow is still no more: one that was reset or run again meanwhile goes on. */
  async close({ batchId, reason }: OrphanedBatch): Promise<void> {
    const { db } = this.#database;
    const before = await findBatch(db, batchId);
    if (before === null || !isEnded(await this.#statusOf(before))) return;
    await changeBatch(db, batchId, async (tx) => {
      const batch = await findBatch(tx, batchId);
      if (batch?.openedAt.getTime() === before.openedAt.getTime())
        await endBatch(tx, { batchId, state: 'failed', reason });
    });
  }

  async #statusOf({ workflowId }: Batch): Promise<string | null> {
    try {
      const { status } = await this.#client.workflow.getHandle(workflowId).describe();
      return status.name;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }
}
