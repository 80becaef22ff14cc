import { Publisher } from '../../../src/batches/publish-job.ts';
import type { ScrapingTask } from '../../../src/batches/publish-job.ts';
import type { Database } from '../../../src/db/database.ts';
import { findJob } from '../../../src/db/jobs.ts';
import { AccountClock } from '../../../src/pacing/account-clock.ts';
import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox, SandboxOptions } from '../../../src/sandbox/index.ts';
import { createWebScraperClient } from '../../../src/webscraper/client.ts';
import { givenBatch, givenJob, givenRow } from '../db/given-batch.ts';
import { backedDatabase } from '../db/restored.ts';

export const LIMITS = { callLimit: 200, callWindowMs: 900_000, publishIntervalMs: 0 };
export const JOB_DEADLINE_MS = 1_800_000;
export const TOKEN = 'secret-api-token';
const PATIENCE = { signal: new AbortController().signal, tell: () => {}, answered: async () => {} };

export type World = Awaited<ReturnType<typeof restoredWorld>>;

/** A database that is backed up, and an account that no backup takes back. */
export async function restoredWorld(options: Partial<SandboxOptions> = {}) {
  const backed = await backedDatabase();
  const sandbox: Sandbox = await startSandbox({ token: TOKEN, jobDurationMs: 1, ...options });
  const webscraper = createWebScraperClient({ baseUrl: sandbox.url, token: TOKEN });
  const partsOn = (database: Database) => ({
    database,
    clock: new AccountClock(database, LIMITS),
    webscraper,
    jobDeadlineMs: JOB_DEADLINE_MS,
  });
  return {
    backed,
    sandbox,
    webscraper,
    partsOn,
    /** A job of batch `b1` that waits, with its row. */
    async job(seq: number, more: Partial<Parameters<typeof givenJob>[1]> = {}): Promise<number> {
      const job = {
        batchId: 'b1',
        customId: `owryt-b1-${seq}`,
        seq,
        task: 'official_website_redirect_to_yamato_tracking' as const,
        sitemapId: 1_421_177,
        subjects: ['https://a.example/1'],
        state: 'pending' as const,
        ...more,
      };
      const id = await givenJob(backed.database, job);
      await givenRow(backed.database, { batchId: job.batchId, row: seq + 1, state: 'pending' }, id);
      return id;
    },
    batch: (id = 'b1') =>
      givenBatch(backed.database, id, { task: 'official_website_redirect_to_yamato_tracking' }),
    /** Publishes a job as a worker on that database would. */
    async publish(database: Database, id: number) {
      const job = await findJob(database.db, id);
      return new Publisher(partsOn(database)).publish(job as ScrapingTask, PATIENCE);
    },
    /** The custom_ids that the account was asked to publish, in order. */
    published: (): (string | null)[] =>
      sandbox.calls().flatMap((call) => (call.method === 'POST' ? [call.customId] : [])),
    async close(): Promise<void> {
      await sandbox.close();
      await backed.drop();
    },
  };
}
