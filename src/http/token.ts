import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Whether the token is one of those allowed; takes the same time for every wrong one. */
export function tokenAllowed(given: string, allowed: readonly string[]): boolean {
  const own = digest(given);
  return allowed.map((token) => timingSafeEqual(own, digest(token))).includes(true);
}

/** The tokens a request carries: in `?token=`, `?t=` or `X-Webhook-Token`. */
export function tokensIn(request: Pick<FastifyRequest, 'query' | 'headers'>): string[] {
  const query = request.query as Record<string, unknown>;
  const given = [query['token'], query['t'], request.headers['x-webhook-token']];
  return given.filter((token) => typeof token === 'string');
}
