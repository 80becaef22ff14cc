import type { FastifyRequest } from 'fastify';

/** A JSON body's fields; none for an absent body or one that is no object. */
export function fieldsOf(body: unknown): Record<string, unknown> {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

/** `?since=` of a list: only what came after that `seq`, or job id. */
export function sinceOf(request: FastifyRequest): number {
  const since = Number(fieldsOf(request.query)['since'] ?? 0);
  return Number.isFinite(since) ? since : 0;
}
