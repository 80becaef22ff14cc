import type { Client } from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import { QUEUES } from './names.ts';

/** Of workflow tasks and of activities. */
const KINDS = [1, 2];
/** A poll lasts a minute; a worker with one place does not poll as it publishes, a minute and a half at most. */
const POLLS_EVERY_MS = 150_000;

type Asker = Pick<Client, 'workflowService'> & { options: { namespace: string } };

/** A queue as it stands: whether some worker asks for its work, or did so until a moment ago, and how many tasks wait. */
export async function describeQueue(
  { workflowService, options: { namespace } }: Asker,
  queue: string,
): Promise<{ polled: boolean; backlog: number }> {
  const answers = await Promise.all(
    KINDS.map((taskQueueType) =>
      workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: queue },
        taskQueueType,
        reportStats: true,
      }),
    ),
  );
  const sinceMs = Date.now() - POLLS_EVERY_MS;
  return {
    polled: answers.some(({ pollers }) =>
      (pollers ?? []).some(({ lastAccessTime }) => (optionalTsToMs(lastAccessTime) ?? Infinity) > sinceMs),
    ),
    backlog: answers.reduce((sum, { stats }) => sum + Number(stats?.approximateBacklogCount ?? 0), 0),
  };
}

export async function isPolled(client: Asker, queue: string): Promise<boolean> {
  return (await describeQueue(client, queue)).polled;
}

/** Into how many parts the server splits a queue's activities, and with them its rate limit. */
export async function partitionsOf(
  { workflowService, options: { namespace } }: Asker,
  queue: string,
): Promise<number> {
  const { activityTaskQueuePartitions: parts } = await workflowService.listTaskQueuePartitions({
    namespace,
    taskQueue: { name: queue },
  });
  return parts?.length ?? 0;
}

/** The worker that is to be run for a queue. */
export const workerOf = (queue: string): string =>
  Object.entries(QUEUES).find(([, name]) => name === queue)?.[0] ?? queue;
