import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';

/** Told by Node of each answer whose head has come: clients of ours pass no date on. */
const ANSWERED = 'http.client.response.finish';
/** A `Date` tells whole seconds, cut off. */
const DATE_RESOLUTION_MS = 1_000;

/**
 * Does the work, and tells how far this machine's clock is ahead (below 0: behind) of the `Date` in what `host` answers
 * meanwhile, as far as neither its resolution nor the time an answer takes explains it; null: no date came.
 */
export async function askewWhile<T>(
  host: string,
  work: () => Promise<T>,
): Promise<{ value: T; askewMs: number | null }> {
  const beganMs = Date.now();
  let askewMs: number | null = null;
  const onAnswer = (message: unknown) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    const dateMs = Date.parse(response.headers.date ?? '');
    if (request.getHeader('host') !== host || Number.isNaN(dateMs)) return;
    const behindMs = Date.now() - dateMs;
    const aheadMs = beganMs - (dateMs + DATE_RESOLUTION_MS);
    askewMs = aheadMs > 0 ? aheadMs : Math.min(0, behindMs);
  };
  subscribe(ANSWERED, onAnswer);
  try {
    return { value: await work(), askewMs };
  } finally {
    unsubscribe(ANSWERED, onAnswer);
  }
}
