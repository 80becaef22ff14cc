import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CallLog } from './call-log.ts';
import type { SandboxClock } from './clock.ts';
import type { RateLimit } from './rate-limit.ts';

/** The vendor's form of an error. */
export function fail(reply: FastifyReply, status: number, error: string): FastifyReply {
  return reply.code(status).send({ success: false, error });
}

/** 429 with the headers that say when to come again. */
export function refuse(reply: FastifyReply, limit: number, nowMs: number, resetMs: number): FastifyReply {
  reply.header('X-RateLimit-Limit', limit);
  reply.header('X-RateLimit-Remaining', 0);
  reply.header('X-RateLimit-Reset', Math.ceil(resetMs / 1000));
  reply.header('Retry-After', Math.max(1, Math.ceil((resetMs - nowMs) / 1000)));
  return fail(reply, 429, 'Too Many Attempts.');
}

export interface GateOptions {
  token: string;
  clock: SandboxClock;
  calls: CallLog;
  rateLimit: RateLimit;
}

/** What every API call passes: it is written down, its token checked, counted against the account's limit. */
export function guardApi(api: FastifyInstance, { token, clock, calls, rateLimit }: GateOptions): void {
  api.addHook('onRequest', async (request, reply) => {
    calls.arrived(request);
    const given = (request.query as Record<string, unknown>)['api_token'];
    // A wrong token belongs to no account: the call counts for none.
    if (given !== token) return fail(reply, 401, 'Unauthenticated.');
    const nowMs = clock.nowMs();
    const { allowed, limit, remaining, resetMs } = rateLimit.call(nowMs);
    if (!allowed) return refuse(reply, limit, nowMs, resetMs ?? nowMs);
    reply.header('X-RateLimit-Limit', limit);
    reply.header('X-RateLimit-Remaining', remaining);
    return undefined;
  });
  api.addHook('onResponse', async (request, reply) => {
    calls.of(request).status = reply.statusCode;
  });
  api.setErrorHandler((error, _request, reply) => {
    const { statusCode, message } = error as { statusCode?: number; message: string };
    return fail(reply, statusCode ?? 500, message);
  });
  api.setNotFoundHandler((_request, reply) => fail(reply, 404, 'Not found'));
}
