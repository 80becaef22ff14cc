import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FailedTries } from './failed-tries.ts';
import { isBrowser, sendForm } from './form.ts';
import { endedCookie, sessionCookie } from './session.ts';
import type { SignInRules, Visitor } from './rules.ts';
import { bearerToken, visitorOf, visitors } from './visitor.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set behind the guard. */
    visitor: Visitor | null;
  }
}

export interface GuardDeps {
  signIn: SignInRules;
  nowMs?: () => number;
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * All routes that `routes` registers ask who it is: 401 without a sign-in, 403 for a viewer who would change something or
 * for a page of another site, 429 after too many wrong tokens. Beside them stand the routes that sign in and out.
 */
export function guarded(
  app: FastifyInstance,
  { signIn, nowMs = Date.now }: GuardDeps,
  routes: (guarded: FastifyInstance) => void,
): void {
  const failed = new FailedTries();
  const { identify, isNamed } = visitors(signIn);

  /** Answers 429, or lets the token be looked at. */
  function tooMany(request: FastifyRequest, reply: FastifyReply): FastifyReply | null {
    const waitMs = failed.waitMs(request.ip, nowMs());
    if (waitMs === 0) return null;
    const seconds = Math.ceil(waitMs / 1_000);
    const text = `too many wrong tokens from ${request.ip}; wait ${seconds} s`;
    reply.header('retry-after', seconds);
    if (isBrowser(request)) return sendForm(request, reply, 429, 'wait');
    return reply.code(429).send({ error: text });
  }

  app.decorateRequest('visitor', null);
  app.register(async (inner) => {
    inner.addHook('onRequest', async (request, reply) => {
      const asking = { remoteAddress: request.socket.remoteAddress, headers: request.headers };
      const isBearer = bearerToken(request.headers) !== null && !isNamed(asking);
      if (isBearer && tooMany(request, reply) !== null) return reply;
      const visitor = identify(asking, nowMs());
      if (visitor === null) {
        if (isBearer) failed.add(request.ip, nowMs());
        if (isBrowser(request)) return sendForm(request, reply, 401);
        return reply.code(401).header('www-authenticate', 'Bearer').send({ error: NOT_SIGNED_IN });
      }
      if (!SAFE_METHODS.has(request.method)) {
        if (!isBearer && isCrossSite(request)) return reply.code(403).send({ error: OTHER_SITE });
        if (visitor.role === 'viewer')
          return reply.code(403).send({ error: `${visitor.name} may look, and change nothing` });
      }
      request.visitor = visitor;
    });
    inner.get('/sign-in', (request) => request.visitor);
    routes(inner);
  });

  app.register(async (entry) => {
    entry.addHook('onRequest', async (request, reply) => {
      if (isCrossSite(request)) return reply.code(403).send({ error: OTHER_SITE });
    });
    const enter = async (request: FastifyRequest, reply: FastifyReply) => {
      if (tooMany(request, reply) !== null) return reply;
      const { token } = (request.body ?? {}) as { token?: unknown };
      const visitor = typeof token === 'string' ? visitorOf(token.trim(), signIn) : null;
      if (visitor === null) {
        failed.add(request.ip, nowMs());
        if (isBrowser(request)) return sendForm(request, reply, 401, 'wrong');
        return reply.code(401).send({ error: 'no such token' });
      }
      const { name, role } = visitor;
      reply.header('set-cookie', sessionCookie(visitor, nowMs(), isOverTls(request)));
      return isBrowser(request) ? reply.redirect('/', 303) : reply.send({ name, role });
    };
    entry.post('/sign-in', enter);
    entry.post('/', enter);
    entry.post('/sign-out', async (request, reply) => {
      return reply
        .header('set-cookie', endedCookie(isOverTls(request)))
        .code(204)
        .send();
    });
  });
}

const OTHER_SITE = 'asked by another site';
const NOT_SIGNED_IN =
  'not signed in: send Authorization: Bearer TOKEN, with one of OPERATOR_TOKENS or VIEWER_TOKENS';

/** Browsers tell where a request comes from by one header or both; programs that are none send neither. */
function isCrossSite({ headers }: FastifyRequest): boolean {
  const { origin, host = '' } = headers;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host.toLowerCase();
}

/** What a proxy in front says of it is believed of anybody: it only makes the cookie stricter. */
function isOverTls({ headers }: FastifyRequest): boolean {
  return headers['x-forwarded-proto'] === 'https';
}
