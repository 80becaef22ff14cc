import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { eq } from 'drizzle-orm';
import { jobs } from '../../../src/db/schema.ts';
import { AccountClock } from '../../../src/pacing/account-clock.ts';
import type { AccountLimits } from '../../../src/pacing/account-turns.ts';
import { givenBatch, givenJob } from '../db/given-batch.ts';
import type { TestDatabase } from '../db/test-database.ts';
import { FakeBatch } from '../workflows/fake-batch.ts';
import type { Wait } from '../workflows/fake-batch.ts';

export interface PacedPublish {
  batchId: string;
  atMs: number;
}

/**
 * Batches whose publishes go through the real account's clock, on the test server's skipped time. A turn ahead of its
 * time is given back and waited for by the workflow: no activity waits, so no test does.
 */
export class PacedBatches {
  readonly publishes: PacedPublish[] = [];
  /** Every call as the API would have counted it. */
  readonly callsMs: number[] = [];
  readonly #env: TestWorkflowEnvironment;
  readonly #db: TestDatabase;
  readonly #clock: AccountClock;
  /** Jobs in the order in which they first asked, as their activities stand in the real task queue. */
  readonly #line: number[] = [];
  #nowMs = 0;

  constructor(env: TestWorkflowEnvironment, db: TestDatabase, limits: AccountLimits) {
    this.#env = env;
    this.#db = db;
    this.#clock = new AccountClock(
      db.database,
      limits,
      (sql) => sql`${new Date(this.#nowMs).toISOString()}::timestamptz`,
    );
  }

  /** A batch of so many rows, a job each, whose webhook comes at once. Its workflow's id is the batch's. */
  async batch(batchId: string, rows: number): Promise<FakeBatch> {
    await givenBatch(this.#db.database, batchId);
    const ids: number[] = [];
    for (let seq = 1; seq <= rows; seq += 1)
      ids.push(await givenJob(this.#db.database, { batchId, customId: `yto-${batchId}-${seq}`, seq }));
    await this.#db.database.db.update(jobs).set({ state: 'pending' });
    const batch = new FakeBatch(rows);
    batch.onPublish = async (job) => {
      const outcome = await this.#inStandingTime(() => this.#publish(batchId, ids[job] ?? 0));
      if (outcome === 'published') {
        batch.unread.add(job);
        await this.#env.client.workflow
          .getHandle(batchId)
          .signal('webhookReceived', { batchId, jobIds: [job] });
      }
      return outcome;
    };
    return batch;
  }

  /** Otherwise hours are skipped while an activity works for a millisecond, and its heartbeat with them. */
  async #inStandingTime<T>(work: () => Promise<T>): Promise<T> {
    const { testService } = this.#env.connection;
    if (testService === undefined) throw new Error('no time-skipping server');
    await testService.lockTimeSkipping({});
    try {
      return await work();
    } finally {
      await testService.unlockTimeSkipping({});
    }
  }

  async #publish(batchId: string, jobId: number): Promise<'published' | Wait> {
    if (!this.#line.includes(jobId)) this.#line.push(jobId);
    if (this.#line[0] !== jobId) return { waitMs: 6_000, why: 'its turn', held: false };
    this.#nowMs = await this.#env.currentTimeMs();
    const turn = await this.#clock.reservePublish(jobId);
    if (!turn.granted) return { waitMs: turn.waitMs, why: turn.why, held: turn.held };
    if (turn.delayMs > 0) {
      await this.#clock.giveBack(jobId, turn.callId);
      return { waitMs: turn.delayMs, why: 'its turn', held: false };
    }
    const begun = await this.#clock.begin(turn.callId, jobId);
    if (!begun.granted) return { waitMs: 1, why: begun.why, held: false };
    this.#line.shift();
    this.publishes.push({ batchId, atMs: this.#nowMs });
    this.callsMs.push(this.#nowMs);
    await this.#clock.settle(turn.callId, { rateLimit: { budget: null, retryAfterMs: null } });
    await this.#download(jobId);
    return 'published';
  }

  /** A scraping job that is done at once: its download is made with the call kept for it. */
  async #download(jobId: number): Promise<void> {
    const turn = await this.#clock.reserveDownload(jobId);
    if (!turn.granted) throw new Error(`a download owed was refused: ${turn.why}`);
    this.callsMs.push(this.#nowMs);
    await this.#clock.settle(turn.callId, { rateLimit: { budget: null, retryAfterMs: null } });
    await this.#db.database.db.update(jobs).set({ state: 'completed' }).where(eq(jobs.id, jobId));
  }
}
