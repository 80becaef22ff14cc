import type { WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { builtFile } from '../../../src/paths.ts';
import { webhookReceived } from '../../../src/temporal/messages.ts';
import { QUEUES } from '../../../src/temporal/names.ts';
import { QUEUE_OF_WORKFLOW } from '../../../src/temporal/workflows.ts';
import type { BatchInput, Workflows } from '../../../src/temporal/workflows.ts';
import type { FakeBatch } from './fake-batch.ts';
import './quiet-runtime.ts';
import { saveHistory } from './save-history.ts';

export const INPUT: BatchInput = {
  batchId: 'b1',
  title: 'yamato_tracking_only · YTO-1.xlsx · all rows',
  writebackEvery: 10,
  writebackMinIntervalMs: 0,
  retry: null,
  carried: null,
};

export type FakeInput = Partial<BatchInput> & { asksYamato?: boolean };

let serial = 0;

export interface Running {
  handle: WorkflowHandle;
  /** Notifications for jobs, as the relay signals them. */
  webhooks(...jobIds: number[]): Promise<void>;
  /** Waits, in skipped time, until it holds. */
  until(holds: () => boolean): Promise<void>;
}

/** Runs `work` with a worker on each queue of a batch, all doing these activities. */
export async function withWorkers<T>(
  env: TestWorkflowEnvironment,
  activities: object,
  work: () => Promise<T>,
): Promise<T> {
  const queues = [
    QUEUES.tracking_batch,
    QUEUES.tracking_excel,
    QUEUES.publish_tracking,
    QUEUES.tracking_webhook,
    QUEUES.yamato_tracking_10,
    QUEUES.acquisition,
  ];
  const withWorkflows: string[] = [QUEUES.tracking_batch, QUEUES.yamato_tracking_10, QUEUES.acquisition];
  const oneAtATime: string[] = [QUEUES.publish_tracking, QUEUES.yamato_tracking_10];
  const workers = await Promise.all(
    queues.map((taskQueue) =>
      Worker.create({
        connection: env.nativeConnection,
        taskQueue,
        activities,
        maxHeartbeatThrottleInterval: '100 milliseconds',
        // As the real one: a queue in which batches take turns.
        ...(oneAtATime.includes(taskQueue) ? { maxConcurrentActivityTaskExecutions: 1 } : {}),
        ...(withWorkflows.includes(taskQueue)
          ? { workflowBundle: { codePath: builtFile('workflow-bundle.js') } }
          : {}),
      }),
    ),
  );
  const working = workers.map((worker) => worker.run());
  try {
    return await work();
  } finally {
    for (const worker of workers) worker.shutdown();
    await Promise.all(working);
  }
}

/** Starts a batch's workflow, its id the batch's unless given. `asksYamato`: one that asks the carrier directly. */
export function startFake(
  env: TestWorkflowEnvironment,
  { asksYamato = false, ...input }: FakeInput,
  workflowId = input.batchId ?? INPUT.batchId,
): Promise<WorkflowHandleWithFirstExecutionRunId> {
  const type = asksYamato ? 'YamatoBatchWorkflow' : 'TrackingBatchWorkflow';
  return env.client.workflow.start<Workflows[typeof type]>(type, {
    workflowId,
    taskQueue: QUEUE_OF_WORKFLOW[type],
    args: [{ ...INPUT, ...input }],
  });
}

/**
 * Runs a batch on the fake's activities; `during` sends messages, then the workflow's result is awaited, and given.
 * `saveAs`: the shape whose history this is.
 */
export function runFake(
  env: TestWorkflowEnvironment,
  batch: FakeBatch,
  during: (running: Running) => Promise<void>,
  options: FakeInput & { saveAs?: string } = {},
): Promise<unknown> {
  const { saveAs, ...input } = options;
  return withWorkers(env, batch.activities(), async () => {
    const handle = await startFake(env, input, `batch-${++serial}`);
    await during({
      handle,
      webhooks: (...jobIds) => {
        for (const jobId of jobIds) batch.unread.add(jobId);
        return handle.signal(webhookReceived, { batchId: 'b1', jobIds });
      },
      until: async (holds) => {
        // Soon at first; a long wait would take a call for each tenth of its seconds.
        for (let looks = 0; !holds(); looks += 1) await env.sleep(looks < 50 ? '100ms' : '2s');
      },
    });
    const first = env.client.workflow.getHandle(handle.workflowId, handle.firstExecutionRunId);
    try {
      return await handle.result();
    } finally {
      if (saveAs !== undefined) await saveHistory(first, saveAs);
    }
  });
}

/** The activities of several batches, told apart by the batch that every input names. */
export function activitiesOf(batches: ReadonlyMap<string, FakeBatch>): object {
  const of = new Map([...batches].map(([batchId, batch]) => [batchId, batch.activities()]));
  const names = Object.keys([...of.values()][0] ?? {});
  return Object.fromEntries(
    names.map((name) => [
      name,
      (input: { batchId: string }) => Reflect.get(of.get(input.batchId) ?? {}, name)(input),
    ]),
  );
}
