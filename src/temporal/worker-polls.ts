import type { Client } from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import { QUEUES } from './names.ts';

/** Of workflow tasks and of activities. */
const KINDS = [1, 2];
/** A poll lasts a minute; a worker with one place does not poll as it publishes, a minute and a half at most. */
const POLLS_EVERY_MS = 150_000;

/** Whether some worker asks for work of a queue, or did so until a moment ago. */
export async function isPolled(
  {
    workflowService,
    options: { namespace },
  }: Pick<Client, 'workflowService'> & { options: { namespace: string } },
  queue: string,
): Promise<boolean> {
  const answers = await Promise.all(
    KINDS.map((taskQueueType) =>
      workflowService.describeTaskQueue({ namespace, taskQueue: { name: queue }, taskQueueType }),
    ),
  );
  const sinceMs = Date.now() - POLLS_EVERY_MS;
  return answers.some(({ pollers }) =>
    (pollers ?? []).some(({ lastAccessTime }) => (optionalTsToMs(lastAccessTime) ?? Infinity) > sinceMs),
  );
}

/** The worker that is to be run for a queue. */
export const workerOf = (queue: string): string =>
  Object.entries(QUEUES).find(([, name]) => name === queue)?.[0] ?? queue;
