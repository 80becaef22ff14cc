import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAggregationActivities } from '../../activities/aggregation.ts';
import { makeReport } from '../../src/batches/roll-ups/make-report.ts';
import { builtFile } from '../../src/paths.ts';
import { QUEUES } from '../../src/temporal/names.ts';
import type { Workflows } from '../../src/temporal/workflows.ts';
import { rebuilt, rolledUp } from '../support/batches/roll-ups.ts';
import { givenBatch, givenRow } from '../support/db/given-batch.ts';
import { testDatabase } from '../support/db/test-database.ts';
import type { TestDatabase } from '../support/db/test-database.ts';
import '../support/workflows/quiet-runtime.ts';
import { saveHistory } from '../support/workflows/save-history.ts';
import { startWorkflowServer } from '../support/workflows/workflow-server.ts';

const DAYS = 40;
const DAY_MS = 86_400_000;

let env: TestWorkflowEnvironment;
let test: TestDatabase;
beforeAll(async () => {
  [env, test] = await Promise.all([startWorkflowServer(), testDatabase()]);
});
afterAll(async () => {
  await env.teardown();
  await test.drop();
});

/** What a day brings: a batch with a failed row and one that waits, its calls, a parcel that arrives. */
async function dayOf(day: number, at: Date): Promise<void> {
  const { database } = test;
  const batchId = `b${day}`;
  await givenBatch(database, batchId, { startedAt: at, callsSaved: 2, rowsByHand: 1 });
  await givenRow(database, { batchId, row: 2, state: 'completed' });
  await givenRow(database, { batchId, row: 3, state: 'failed', error: 'its page came back empty' });
  await givenRow(database, { batchId, row: 4, state: 'published' });
  const iso = at.toISOString();
  await database.sql`insert into calls (kind, started_at, expires_at) values ('foreign', ${iso}, ${iso})`;
  await database.sql`
    insert into parcels (carrier, number, order_number, serial, status, since, first_event_at, from_office)
    values ('yamato', ${String(390_512_345_000 + day)}, '', 1, 'delivered', ${iso}, ${iso}::timestamptz - interval '30 hours', '渋谷')`;
  // The waiting row of ten days ago gets its result.
  await database.sql`update rows set state = 'completed' where batch_id = ${`b${day - 10}`} and row = 4`;
}

it('over forty days, a run a day, some of them failed or missed: each figure is there once', async () => {
  const { database } = test;
  const activities = createAggregationActivities({ database });
  let tries = 0;
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: QUEUES.aggregation,
    workflowBundle: { codePath: builtFile('workflow-bundle.js') },
    activities: {
      ...activities,
      rollUpHours: async () => {
        tries += 1;
        // It was done, and nobody heard of it: it is tried again.
        const done = await activities.rollUpHours();
        if (tries % 9 === 0) throw new Error('the connection was lost');
        return done;
      },
    },
  });
  const hours: number[] = [];
  await worker.runUntil(async () => {
    const beganMs = Date.now() - DAYS * DAY_MS;
    for (let day = 0; day < DAYS; day += 1) {
      await dayOf(day, new Date(beganMs + day * DAY_MS));
      const isMissed = day % 13 === 5;
      if (!isMissed) {
        const options = { workflowId: 'tsuiseki-roll-up', taskQueue: QUEUES.aggregation, args: [] as [] };
        const run = await env.client.workflow.start<Workflows['RollUpWorkflow']>('RollUpWorkflow', options);
        hours.push((await run.result()).hours);
        if (day === 0) await saveHistory(run, 'rolled-up');
      }
      await env.sleep('1 day');
    }
  });
  expect(tries).toBeGreaterThan(hours.length);
  // The day's own hour, that of ten days ago, that of the last call, and these of a day that was missed.
  expect(Math.max(...hours)).toBeLessThanOrEqual(6);
  const report = await makeReport(database, { from: null, to: new Date() });
  expect(report.tasks).toMatchObject([
    {
      batches: DAYS,
      rows: 3 * DAYS,
      completed: 2 * DAYS - 10,
      failed: DAYS,
      byHand: DAYS,
      callsSaved: 2 * DAYS,
    },
  ]);
  expect(report.calls).toEqual([{ task: null, kind: 'foreign', calls: DAYS }]);
  expect(report.carriers).toMatchObject([
    { delivered: DAYS, firstAttempt: DAYS, transit: { medianHours: 30 } },
  ]);
  expect(report.days).toHaveLength(DAYS);
  const now = await rolledUp(database);
  expect(now).toEqual(await rebuilt(database));
});
