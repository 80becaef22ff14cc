import { setTimeout as delay } from 'node:timers/promises';
import { TsuisekiError } from '../errors.ts';
import type { ConnectedClient } from '../temporal/connection.ts';
import { QUEUES } from '../temporal/names.ts';
import { isPolled } from '../temporal/worker-polls.ts';

export class NotReady extends TsuisekiError<'NOT_READY'> {}

/** Seven workers on two cores are ready in some seconds; a machine under load takes longer. */
const READY_TIMEOUT_MS = 90_000;
const POLL_MS = 100;
/** One request that hangs is not the end of all asking. */
const ASK_TIMEOUT_MS = 5_000;

async function until(check: () => Promise<boolean>, what: string, stop: AbortSignal): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!(await check())) {
    if (Date.now() > deadline) throw new NotReady('NOT_READY', `${what} did not become ready`);
    await delay(POLL_MS, undefined, { signal: stop });
  }
}

/** Returns when the HTTP server says it is ready. */
export function httpReady(url: string, logFile: string, stop: AbortSignal): Promise<void> {
  const asked = () =>
    fetch(`${url}/readyz`, { signal: AbortSignal.any([stop, AbortSignal.timeout(ASK_TIMEOUT_MS)]) }).then(
      (answer) => answer.ok,
      () => false,
    );
  return until(asked, `the HTTP server at ${url} (its log: ${logFile})`, stop);
}

/** Returns when every queue is polled; asks for one after the other, which leaves the processor to those who start. */
export async function workersReady(
  client: ConnectedClient,
  logDir: string,
  stop: AbortSignal,
): Promise<void> {
  for (const [worker, queue] of Object.entries(QUEUES))
    await until(() => isPolled(client, queue), `worker ${worker} (its log: ${logDir}/${worker}.log)`, stop);
}
