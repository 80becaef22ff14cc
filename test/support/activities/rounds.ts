import { expect } from 'vitest';
import type { PublishOutcome } from '../../../activities/publish.ts';
import type { ResultsOutcome } from '../../../activities/results.ts';
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

/** Processes every job of the batch that has been published, as if each were notified. */
export async function processAll(stage: Stage, batchId: string): Promise<ResultsOutcome> {
  const jobIds = (await jobsOf(stage, batchId))
    .filter(({ state }) => state !== 'pending')
    .map(({ id }) => id);
  return stage.run(stage.activities.processResults, { batchId, jobIds });
}

/** Publishes all, waits for their notifications and processes them. */
export async function oneRound(stage: Stage, batchId: string): Promise<ResultsOutcome> {
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
export async function waitsThroughTrouble(stage: Stage, batchId: string): Promise<(number | undefined)[]> {
  const outcomes = [await oneRound(stage, batchId)];
  expect(outcomes[0]?.counts).toMatchObject({ completed: 1, published: 1 });
  for (let round = 0; round < 4; round += 1) outcomes.push(await processAll(stage, batchId));
  return outcomes.map(({ waiting }) => waiting?.waitMs);
}
