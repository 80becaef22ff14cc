import {
  isGrpcDeadlineError,
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { TsuisekiError } from '../errors.ts';
import type { BatchProgress, BatchUpdate } from './messages.ts';
import { workerOf } from './worker-polls.ts';

/**
 * - `TEMPORAL_SILENT`: the server did not answer;
 * - `NO_WORKER`: no worker took an Update, which may take effect once one runs;
 * - `NOT_DONE_YET`: one took it, and is still at it;
 * - `PAUSED_IN_TEMPORAL`: Temporal's own Pause lets no Update through;
 * - `ENDED`: it takes nothing any more.
 */
export class AskError extends TsuisekiError<
  'TEMPORAL_SILENT' | 'NO_WORKER' | 'NOT_DONE_YET' | 'PAUSED_IN_TEMPORAL' | 'ENDED'
> {}

export const PAUSED_IN_TEMPORAL = 'paused in Temporal, unpause it there';

/** The server alone answers in milliseconds, a worker within seconds; both may be busy. */
const ANSWER_TIMEOUT_MS = 15_000;
/** Pause and cancel answer once nothing more will be sent: a publish under way takes 75 s at most. */
const DONE_TIMEOUT_MS = 100_000;
/** grpc-js: what an Update of a paused workflow is refused with. */
const FAILED_PRECONDITION = 9;

type Deadlines = Pick<Client, 'withDeadline'>;

/** Asks the server for something that needs no worker. Throws {@link AskError} when it does not answer. */
export function askServer<T>(
  client: Deadlines,
  what: string,
  ask: () => Promise<T>,
  timeoutMs = ANSWER_TIMEOUT_MS,
): Promise<T> {
  return within(client, timeoutMs, ask, () => {
    const text = `Temporal did not answer in ${timeoutMs / 1_000} s: whether ${what} is done is not known`;
    return Promise.resolve(['TEMPORAL_SILENT', text]);
  });
}

/** Sends an Update to a batch and waits until it is done. Throws {@link AskError}, and what the Update answers. */
export async function sendUpdate<Message>(
  client: Client,
  workflowId: string,
  update: BatchUpdate<Message>,
  message: Message,
  answerTimeoutMs = ANSWER_TIMEOUT_MS,
): Promise<BatchProgress> {
  const handle = client.workflow.getHandle(workflowId);
  const { name } = update;
  const taken = await within(
    client,
    answerTimeoutMs,
    () => handle.startUpdate(update, { waitForStage: 'ACCEPTED', args: [message] }),
    async () => {
      const { taskQueue } = await askServer(client, name, () => handle.describe());
      const text = `no worker on ${taskQueue} answered in ${answerTimeoutMs / 1_000} s: run \`tsuiseki worker ${workerOf(taskQueue)}\`; ${name} may take effect then`;
      return ['NO_WORKER', text];
    },
  ).catch((error: unknown) => {
    if (error instanceof WorkflowNotFoundError)
      throw new AskError('ENDED', `${workflowId} has ended, and takes no ${name}`, { cause: error });
    if (!isPausedError(error)) throw error;
    throw new AskError('PAUSED_IN_TEMPORAL', `${workflowId} is ${PAUSED_IN_TEMPORAL}`, { cause: error });
  });
  return within(
    client,
    DONE_TIMEOUT_MS,
    () => taken.result(),
    async () => [
      'NOT_DONE_YET',
      `${name} was taken and is not done after ${DONE_TIMEOUT_MS / 1_000} s; \`tsuiseki status\` shows when it is`,
    ],
  );
}

/** The workflow ids of all that Temporal's own Pause holds. */
export function pausedInTemporal(client: Client, timeoutMs: number): Promise<ReadonlySet<string>> {
  const list = async () => {
    const ids = new Set<string>();
    for await (const { workflowId } of client.workflow.list({ query: "ExecutionStatus = 'Paused'" }))
      ids.add(workflowId);
    return ids;
  };
  return askServer(client, 'the list of what is paused', list, timeoutMs);
}

async function within<T>(
  client: Deadlines,
  timeoutMs: number,
  ask: () => Promise<T>,
  late: () => Promise<[AskError['code'], string]>,
): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + timeoutMs, ask);
  } catch (error) {
    // An Update's deadline may come as a cancel of its own.
    const isLate = isGrpcDeadlineError(error) || error instanceof WorkflowUpdateRPCTimeoutOrCancelledError;
    if (!isLate) throw error;
    const [code, text] = await late();
    throw new AskError(code, text, { cause: error });
  }
}

/** Told by its text: the code stands for other refusals too. */
function isPausedError(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  if (!isGrpcServiceError(cause)) return false;
  const code: number = cause.code;
  return code === FAILED_PRECONDITION && cause.details.includes('paused');
}
