import type { Client } from '@temporalio/client';
import type { ConnectedClient } from './connection.ts';
import { askServer } from './ask.ts';
import { QUEUES } from './names.ts';
import type { WaitsFor } from './names.ts';
import { scheduleHealth } from './schedule-health.ts';
import { recurring } from './schedules.ts';
import { WAITS } from './search-attributes.ts';
import { describeQueue, workerOf } from './worker-polls.ts';

const TIMEOUT_MS = 4_500;
/** More batches than this do not wait at a time. */
const MOST_WAITING = 1_000;

/** Queues, schedules, and what running batches wait for, as the metrics tell them: some thirty small questions. */
export function temporalFigures(client: ConnectedClient, jobDeadlineMs: number) {
  return client.withDeadline(Date.now() + TIMEOUT_MS, async () => {
    const [queues, schedules, waits] = await Promise.all([
      queuesNow(client),
      Promise.all(
        recurring(jobDeadlineMs).map(async (each) => ({
          id: each.id,
          ...(await scheduleHealth(client, each)),
        })),
      ),
      waitsOf(client),
    ]);
    return { queues, schedules, waits };
  });
}

/** The workflow ids of running batches that wait for that. Throws {@link AskError}. */
export function workflowsThatWait(client: Client, waits: WaitsFor): Promise<string[]> {
  const query = `${WAITS.name} = '${waits}' AND ExecutionStatus = 'Running'`;
  const list = async () => {
    const ids: string[] = [];
    for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
    return ids;
  };
  return askServer(client, 'the list of what waits', list);
}

/** Each queue as it stands. */
export function queueFigures(client: ConnectedClient) {
  return client.withDeadline(Date.now() + TIMEOUT_MS, () => queuesNow(client));
}

function queuesNow(client: ConnectedClient) {
  return Promise.all(
    Object.values(QUEUES).map(async (queue) => ({
      queue,
      worker: workerOf(queue),
      ...(await describeQueue(client, queue)),
    })),
  );
}

/** What running batches wait for, one entry a batch that waits for a minute or more. */
async function waitsOf(client: Client): Promise<string[]> {
  const query = `${WAITS.name} IS NOT NULL AND ExecutionStatus = 'Running'`;
  const waits: string[] = [];
  for await (const { typedSearchAttributes } of client.workflow.list({ query, pageSize: MOST_WAITING })) {
    const wait = typedSearchAttributes.get(WAITS);
    if (wait !== undefined) waits.push(wait);
    if (waits.length === MOST_WAITING) break;
  }
  return waits;
}
