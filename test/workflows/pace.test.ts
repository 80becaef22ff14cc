import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { testDatabase } from '../support/db/test-database.ts';
import type { TestDatabase } from '../support/db/test-database.ts';
import type { FakeBatch } from '../support/workflows/fake-batch.ts';
import { PacedBatches } from '../support/pacing/paced-batches.ts';
import { activitiesOf, startFake, withWorkers } from '../support/workflows/run-fake.ts';
import { startWorkflowServer } from '../support/workflows/workflow-server.ts';

let env: TestWorkflowEnvironment;
let db: TestDatabase;

beforeAll(async () => {
  env = await startWorkflowServer();
});
afterAll(() => env.teardown());
beforeEach(async () => {
  db = await testDatabase();
});
afterEach(() => db.drop());

/** Runs batches at once, each from its start to its end. */
async function runAll(batches: ReadonlyMap<string, FakeBatch>): Promise<void> {
  await withWorkers(env, activitiesOf(batches), async () => {
    const handles = await Promise.all([...batches.keys()].map((batchId) => startFake(env, { batchId })));
    // One at a time: each wait lets time be skipped, and the server counts who does.
    for (const handle of handles) await handle.result();
  });
}

function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
}

it('three batches together keep the pace, and take turns', async () => {
  const paced = new PacedBatches(env, db, {
    callLimit: 1_000,
    callWindowMs: 900_000,
    publishIntervalMs: 6_000,
  });
  const batches = new Map<string, FakeBatch>();
  for (const [batchId, rows] of [
    ['many', 40],
    ['some', 40],
    ['few', 5],
  ] as const)
    batches.set(batchId, await paced.batch(batchId, rows));
  await runAll(batches);
  expect(paced.publishes).toHaveLength(85);
  expect(Math.min(...gaps(paced.publishes.map(({ atMs }) => atMs)))).toBeGreaterThanOrEqual(6_000);
  // Each batch has one job in line, so five rows beside two longer batches are done after fifteen publishes, and a few
  // for the start; a batch that stood in line with all its jobs would have them wait for eighty.
  const last = paced.publishes.findLastIndex(({ batchId }) => batchId === 'few');
  expect(last).toBeLessThan(25);
  for (const batch of batches.values()) expect(batch.count('completed')).toBe(batch.rows.length);
});

it('two batches of twice the budget never exceed it in any window, and lose no row', async () => {
  const limits = { callLimit: 20, callWindowMs: 900_000, publishIntervalMs: 6_000 };
  const paced = new PacedBatches(env, db, limits);
  const batches = new Map<string, FakeBatch>();
  for (const batchId of ['a', 'b']) batches.set(batchId, await paced.batch(batchId, 10));
  await runAll(batches);
  expect(paced.publishes).toHaveLength(20);
  const worst = paced.callsMs.map(
    (from) => paced.callsMs.filter((at) => at >= from && at < from + limits.callWindowMs).length,
  );
  expect(Math.max(...worst)).toBe(limits.callLimit);
  for (const batch of batches.values()) expect(batch.count('completed')).toBe(10);
});
