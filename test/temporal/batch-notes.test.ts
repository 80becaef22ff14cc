import { ApplicationFailure } from '@temporalio/common';
import { Context } from '@temporalio/activity';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { builtFile } from '../../src/paths.ts';
import { batchNotes } from '../../src/temporal/batch-notes.ts';
import { QUEUES } from '../../src/temporal/names.ts';
import type { WorkerName } from '../../src/temporal/names.ts';
import { pausingServer } from '../support/temporal/dev-server.ts';
import type { DevServer } from '../support/temporal/dev-server.ts';
import { INPUT } from '../support/workflows/run-fake.ts';

let server: DevServer;
let connection: NativeConnection;

beforeAll(async () => {
  server = await pausingServer();
  connection = await NativeConnection.connect({ address: server.address });
});

afterAll(async () => {
  await connection.close();
  await server.stop();
});

const start = (workflowId: string) =>
  server.client.workflow.start('TrackingBatchWorkflow', {
    taskQueue: QUEUES.tracking_batch,
    workflowId,
    args: [INPUT],
  });
const notesOf = (workflowId: string) => batchNotes(server.client, { workflowId, workbook: '/a.xlsx' }, 3_000);
const noWorker = (name: WorkerName) => `no worker on ${QUEUES[name]}: run \`tsuiseki worker ${name}\``;

it('each queue of a batch without a worker is told, with the command to run', async () => {
  const alone = await start('alone');
  expect(await notesOf('alone')).toEqual([
    noWorker('tracking_batch'),
    noWorker('tracking_excel'),
    noWorker('tracking_webhook'),
    noWorker('publish_tracking'),
  ]);
  // Its reading would take the one place of the next test's worker.
  await alone.terminate();
});

it('an activity that failed before tells its attempt, what it waits for, and the last failure', async () => {
  const readWorkbook = async () => {
    const { info, heartbeat, cancelled } = Context.current();
    if (info.attempt === 1) throw ApplicationFailure.retryable('the disk is away');
    const beating = setInterval(() => heartbeat('the workbook to be read'), 200);
    await cancelled.finally(() => clearInterval(beating));
  };
  const worker = (name: WorkerName, more: object) =>
    Worker.create({
      connection,
      taskQueue: QUEUES[name],
      identity: `${name}@1`,
      maxHeartbeatThrottleInterval: '100 milliseconds',
      ...more,
    });
  const workers = await Promise.all([
    worker('tracking_batch', { workflowBundle: { codePath: builtFile('workflow-bundle.js') } }),
    worker('tracking_excel', { activities: { readWorkbook }, maxConcurrentActivityTaskExecutions: 1 }),
  ]);
  const working = workers.map((each) => each.run());
  const { workflowId } = await start('reads');
  await vi.waitFor(async () => {
    expect(await notesOf(workflowId)).toEqual([
      'readWorkbook, attempt 2, waits for the workbook to be read, failed: the disk is away',
      noWorker('tracking_webhook'),
      noWorker('publish_tracking'),
    ]);
  }, 30_000);
  for (const each of workers) each.shutdown();
  await Promise.all(working);
});

it('a workflow that is gone is told', async () => {
  expect(await notesOf('nobody')).toEqual([
    'Temporal has no workflow of it: the sweep starts or closes it within two minutes',
  ]);
  const handle = await start('ended');
  await handle.terminate();
  expect(await notesOf('ended')).toEqual([
    'its workflow has ended (terminated): within two minutes what there is is written back and it is closed as failed; then run `tsuiseki retry BATCH`',
  ]);
});
