import type { FastifyReply, FastifyRequest } from 'fastify';
import { tokenAllowed, tokensIn } from '../token.ts';

const LOOPBACK_PEERS: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);
const FORWARDED = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
];

/**
 * Whether somebody on this machine asks, for this machine: a proxy beside us passes on what comes from anywhere, and tells
 * so by its headers, or by a Host that is not ours.
 */
function isLocal({ socket, headers }: FastifyRequest): boolean {
  const host = (headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  return (
    LOOPBACK_PEERS.has(socket.remoteAddress ?? '') &&
    LOOPBACK_HOSTS.has(host) &&
    FORWARDED.every((name) => headers[name] === undefined)
  );
}

const BEARER = /^Bearer +(\S+)$/i;

/** Figures are for who is on this machine, or has a token of the webhooks: as they do, or as a bearer. */
export function figuresFor(tokens: readonly string[]) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const bearer = BEARER.exec(request.headers.authorization ?? '')?.[1];
    const given = [...tokensIn(request), ...(bearer === undefined ? [] : [bearer])];
    const allowed = given.some((token) => tokenAllowed(token, tokens)) || isLocal(request);
    if (!allowed) await reply.code(401).send({ error: 'wrong token' });
  };
}
