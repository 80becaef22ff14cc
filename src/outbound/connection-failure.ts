import { RequestError, TimeoutError } from 'got';
import type { Delays } from 'got';
import { NoConnectionError } from './open-connection.ts';
import { reasonOf } from './failure-reasons.ts';
import type { Destination, Reason } from './failure-reasons.ts';

/** Why a request got no whole answer. */
export interface ConnectionFailure extends Pick<Reason, 'sent'> {
  kind: Reason['kind'] | 'timeout';
  /** What went wrong and what to do, with Node's code. */
  told: string;
}

/**
 * Whether anything could be sent: over TLS only after the handshake and with a good certificate. Undefined: there is no
 * record. It holds for sockets that got saw connect, as all of our agents' are.
 */
function connectionStood({ timings, options }: RequestError): boolean | undefined {
  if (timings === undefined) return undefined;
  const isTls = options.url instanceof URL && options.url.protocol === 'https:';
  return (isTls ? timings.secureConnect : timings.connect) !== undefined;
}

function toldOfTimeout({ event, options }: TimeoutError, at: string, stood: boolean | undefined): string {
  const limit = `${(options.timeout[event as keyof Delays] ?? 0) / 1_000} s`;
  if (stood === false) return `no connection to ${at} in ${limit}`;
  return event === 'socket'
    ? `${at} sent and took nothing for ${limit}`
    : `no whole answer from ${at} in ${limit}`;
}

/**
 * What a request that threw this failed from. Whether anything was sent is told by how far its connection came; without
 * a record of that, by the code. The text holds nothing of the request, whose URL and headers may be secret.
 */
export function connectionFailure(error: unknown, to: Destination): ConnectionFailure {
  if (error instanceof NoConnectionError) {
    const { kind, told } = reasonOf(error.code, false);
    return { kind, sent: 'nothing', told: `${told(to)} (${error.code})` };
  }
  if (!(error instanceof RequestError)) {
    const { kind, sent, told } = reasonOf('', false);
    return { kind, sent, told: told(to) };
  }
  const stood = connectionStood(error);
  const reason = reasonOf(error.code, stood === true);
  const sent = stood === false ? 'nothing' : reason.sent;
  if (error instanceof TimeoutError)
    return { kind: 'timeout', sent, told: toldOfTimeout(error, to.at, stood) };
  return { kind: reason.kind, sent, told: `${reason.told(to)} (${error.code})` };
}
