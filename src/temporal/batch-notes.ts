import { WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { BatchStatus } from '../batches/status.ts';
import { firstOf } from '../text.ts';
import { askServer } from './ask.ts';
import type { ConnectedClient } from './connection.ts';
import { QUEUES } from './names.ts';
import { isPolled, workerOf } from './worker-polls.ts';

type Pending = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** `temporal.api.enums.v1.PendingActivityState`: its numbers are part of the wire format. */
const SCHEDULED = 1;
const FAILURE_CHARACTERS = 200;

/** The queues that a batch needs beside its own kind's; without a workbook not the reader's. */
const NEEDED = [QUEUES.tracking_batch, QUEUES.tracking_excel, QUEUES.tracking_webhook];

/**
 * What a running batch waits or fails for, in words: each activity under way, and each of its queues that has no worker.
 * Throws {@link AskError}.
 */
export async function batchNotes(
  client: ConnectedClient,
  { workflowId, workbook }: Pick<BatchStatus, 'workflowId' | 'workbook'>,
  timeoutMs: number,
): Promise<string[]> {
  const needed = NEEDED.filter((queue) => workbook !== null || queue !== QUEUES.tracking_excel);
  const [described, unpolled] = await askServer(
    client,
    workflowId,
    async () => {
      const found = await client.workflow.getHandle(workflowId).describe();
      return [found, await queuesWithoutWorker(client, found, needed)] as const;
    },
    timeoutMs,
  ).catch((error: unknown) => {
    if (error instanceof WorkflowNotFoundError) return [null, []] as const;
    throw error;
  });
  if (described === null)
    return ['Temporal has no workflow of it: the sweep starts or closes it within two minutes'];
  const { status, raw } = described;
  if (status.name !== 'RUNNING' && status.name !== 'PAUSED')
    return status.name === 'COMPLETED' ? [] : [endedText(status.name)];
  return [
    ...(raw.pendingActivities ?? []).map((each) => activityNote(each)),
    ...unpolled.map((queue) => `no worker on ${queue}: run \`tsuiseki worker ${workerOf(queue)}\``),
  ];
}

/** How the note of a workflow that is no more begins. */
export const ENDED = 'its workflow has ended';

/** One that completed is closed by its own last step. */
function endedText(status: string): string {
  const closed = 'within two minutes what there is is written back and it is closed as failed';
  return `${ENDED} (${status.toLowerCase()}): ${closed}; then run \`tsuiseki retry BATCH\``;
}

/** By activity, who runs it where that is not `tracking_batch`: what is pending does not name its queue. */
const WORKERS: Readonly<Record<string, string>> = {
  readWorkbook: 'tracking_excel',
  examineSave: 'tracking_excel',
  joinRows: 'tracking_excel',
  publishJob: 'publish_tracking',
  askGroup: 'yamato_tracking_10',
  processResults: 'tracking_webhook',
  writeBack: 'tracking_webhook',
};

async function queuesWithoutWorker(
  client: ConnectedClient,
  { type, raw }: WorkflowExecutionDescription,
  needed: readonly string[],
): Promise<string[]> {
  const own = type === 'YamatoBatchWorkflow' ? QUEUES.yamato_tracking_10 : QUEUES.publish_tracking;
  // A worker whose only place is taken does not poll. It names itself `name@host:process`.
  const busy = new Set(
    (raw.pendingActivities ?? []).flatMap(({ state, lastWorkerIdentity }) =>
      Number(state) === SCHEDULED ? [] : [lastWorkerIdentity?.split('@')[0]],
    ),
  );
  const queues = [...needed, own].filter((queue) => !busy.has(workerOf(queue)));
  const polled = await Promise.all(queues.map((queue) => isPolled(client, queue)));
  return queues.filter((_, index) => polled[index] === false);
}

/** `publishJob, attempt 1, waits for its turn to publish`; `writeBack, attempt 2, failed: …`. */
function activityNote({ activityType, attempt, state, lastFailure, heartbeatDetails }: Pending): string {
  const failed =
    lastFailure?.message == null ? null : `failed: ${firstOf(lastFailure.message, FAILURE_CHARACTERS)}`;
  const [payload] = heartbeatDetails?.payloads ?? [];
  const told = payload === undefined ? null : defaultPayloadConverter.fromPayload<unknown>(payload);
  const waits = typeof told === 'string' ? `waits for ${told}` : null;
  const worker = WORKERS[activityType?.name ?? ''] ?? 'tracking_batch';
  const does =
    Number(state) === SCHEDULED
      ? `waits for a worker: is ${worker} running, or does it hang?`
      : (waits ?? 'is under way');
  // Between two attempts it waits for the next; what it told then is over.
  const parts = failed === null ? [does] : Number(state) === SCHEDULED ? [failed] : [does, failed];
  return [activityType?.name ?? '?', `attempt ${attempt ?? 1}`, ...parts].join(', ');
}
