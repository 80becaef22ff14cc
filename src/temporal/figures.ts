import type { Client } from '@temporalio/client';
import type { ConnectedClient } from './connection.ts';
import { QUEUES } from './names.ts';
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
      Promise.all(
        Object.values(QUEUES).map(async (queue) => ({
          queue,
          worker: workerOf(queue),
          ...(await describeQueue(client, queue)),
        })),
      ),
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
