import { expect } from 'vitest';
import type { PublishOutcome } from '../../../activities/publish.ts';
import type { BatchFigures } from '../../../src/db/batch-figures.ts';
import { jobsOf } from './batch.ts';
import type { Stage } from './stage.ts';

/** Publishes what waits, in order, each job once. Gives the outcomes. */
export async function publishAll(stage: Stage, batchId: string): Promise<PublishOutcome[]> {
  const outcomes: PublishOutcome[] = [];
  for (const { id: jobId, state } of await jobsOf(stage, batchId)) {
    if (state === 'pending') outcomes.push(await stage.run(stage.activities.publishJob, { batchId, jobId }));
  }
  return outcomes;
}

/** Reads all that is unread of the batch, as if what each job had to wait for were over. */
export async function processAll(stage: Stage, batchId: string): Promise<BatchFigures> {
  await stage.database.sql`update jobs set read_after = null where batch_id = ${batchId}`;
  for (;;) {
    const figures = await stage.run(stage.activities.processResults, { batchId });
    if (figures.unread === 0) return figures;
  }
}

/** How long what is unread has to wait, in full seconds; null: nothing waits. */
export function waitOf({ readInMs }: BatchFigures, stepMs = 1_000): number | null {
  return readInMs === null ? null : Math.ceil(readInMs / stepMs) * stepMs;
}

/** Publishes all, waits for their notifications and processes them. */
export async function oneRound(stage: Stage, batchId: string): Promise<BatchFigures> {
  const before = stage.sandbox.notifications().length;
  const outcomes = await publishAll(stage, batchId);
  await stage.notified(before + outcomes.filter(({ outcome }) => outcome === 'published').length);
  return processAll(stage, batchId);
}

/** What arrived at the API: `POST scraping-job`, `GET scraping-job/N/csv` … in order. */
export function callsMade(stage: Stage): string[] {
  return stage.sandbox
    .calls()
    .map(({ method, path }) => `${method} ${path.replace('/api/v1/', '').replace(/\d+/, 'N')}`);
}

/** One round and four more readings: how long the trouble of one job had to wait after each. */
export async function waitsThroughTrouble(stage: Stage, batchId: string): Promise<(number | null)[]> {
  const outcomes = [await oneRound(stage, batchId)];
  expect(outcomes[0]?.counts).toMatchObject({ completed: 1, published: 1 });
  for (let round = 0; round < 4; round += 1) outcomes.push(await processAll(stage, batchId));
  // The other job's reading takes its time.
  return outcomes.map((outcome) => waitOf(outcome, 5_000));
}
