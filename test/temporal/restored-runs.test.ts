import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { RestoreStep } from '../../src/batches/after-restore.ts';
import { compareRuns } from '../../src/temporal/restored-runs.ts';
import { givenBatch } from '../support/db/given-batch.ts';
import { testDatabase } from '../support/db/test-database.ts';
import type { TestDatabase } from '../support/db/test-database.ts';
import { pausingServer } from '../support/temporal/dev-server.ts';
import type { DevServer } from '../support/temporal/dev-server.ts';

/** A server that indexes what was written. */
const PATIENCE = { timeout: 30_000, interval: 200 };

let server: DevServer;
let test: TestDatabase;
beforeAll(async () => {
  [server, test] = await Promise.all([pausingServer(), testDatabase()]);
});
afterAll(async () => {
  await server.stop();
  await test.drop();
});

const start = (workflowId: string) =>
  server.client.workflow.start('TrackingBatchWorkflow', {
    workflowId,
    taskQueue: 'tracking_batch_queue',
    args: [],
  });

async function told(): Promise<[string, string | null][]> {
  const steps: RestoreStep[] = [];
  await compareRuns(server.client, test.database.db, (step) => void steps.push(step));
  return steps.map(({ what, batchId, details }) => [what, batchId ?? details]);
}

it('a run of a batch that the database does not know is terminated; others believe the database again', async () => {
  const { database } = test;
  await givenBatch(database, 'runs');
  await givenBatch(database, 'lost');
  await givenBatch(database, 'again', { state: 'completed', finishedAt: new Date() });
  await database.sql`update batch_figures set revision = 5`;
  await Promise.all(['tracking:runs', 'tracking:again', 'tracking:gone'].map((id) => start(id)));
  await server.pause('tracking:again');
  await vi.waitFor(async () => {
    expect(await server.client.workflow.count("ExecutionStatus IN ('Running', 'Paused')")).toMatchObject({
      count: 3,
    });
  }, PATIENCE);

  expect(await told()).toEqual([
    ['terminated', 'tracking:gone: its batch is not in the database'],
    ['no workflow', 'lost'],
  ]);
  const { status } = await server.client.workflow.getHandle('tracking:gone').describe();
  expect(status.name).toBe('TERMINATED');
  const raised =
    await database.sql`select batch_id as id from batch_figures where revision > 1e12 order by 1`;
  expect(raised.map(({ id }) => id as string)).toEqual(['again', 'lost', 'runs']);
  await vi.waitFor(async () => expect(await told()).toEqual([['no workflow', 'lost']]), PATIENCE);
});
