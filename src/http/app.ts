import formbody from '@fastify/formbody';
import fastify from 'fastify';
import type { FastifyError, FastifyInstance } from 'fastify';
import { errorMessage } from '../errors.ts';
import type { AppDeps } from './app-deps.ts';
import { healthRoutes } from './health.ts';
import { metricsRoutes } from './metrics/routes.ts';
import { apiRoutes } from './api/routes.ts';
import { nextcloudRoutes } from './nextcloud.ts';
import { onlyofficeRoutes } from './onlyoffice.ts';
import { pageRoutes } from './page/routes.ts';
import { guarded } from './sign-in/guard.ts';
import { proxyTrust } from './sign-in/visitor.ts';
import { webscraperRoutes } from './webscraper.ts';

/** A notification has five short fields. */
const BODY_LIMIT_BYTES = 64 * 1024;
/** Whoever sends no more than half a header in it is cut off. */
const HEADERS_TIMEOUT_MS = 10_000;
/** A workbook of 100 MB over 7 Mbit/s; what else is sent is small. */
const REQUEST_TIMEOUT_MS = 120_000;

/** A workflow's id may have so many, and each three bytes in a path. */
const LONGEST_PARAMETER = 3 * 255;

/** Longer than the page's polls are apart: each would come with a connection of its own. */
const KEEP_ALIVE_MS = 5_000;

/** The HTTP server's routes; listening is the caller's. */
export function buildApp(deps: AppDeps): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Else one visitor's wrong tokens would shut out all behind the same proxy.
    trustProxy: proxyTrust(deps.signIn),
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
  });
  app.server.headersTimeout = HEADERS_TIMEOUT_MS;
  app.register(formbody);
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) deps.logger.error({ error: errorMessage(error) }, 'a request failed');
    const text = status >= 500 ? 'internal error' : `malformed: ${errorMessage(error, 200)}`;
    // A body of another type is malformed, too.
    return reply.code(status === 415 ? 400 : status).send({ error: text });
  });
  const { serving } = deps;
  if (serving !== null)
    app.addHook('preHandler', (request, reply, done) => {
      const { method, routeOptions } = request;
      // Not of who only asks, a scraper or a health check.
      if (method !== 'POST') return done();
      // The route's own name: what it was asked as may hold a token.
      const tell = serving(`${method} ${routeOptions.url ?? ''}`, done);
      reply.raw.once('close', () => tell(reply.statusCode));
    });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'no such endpoint' }));
  app.register(async (routes) => healthRoutes(routes, deps));
  app.register(async (routes) =>
    guarded(routes, deps, (inner) => {
      metricsRoutes(inner, deps);
      pageRoutes(inner);
      inner.register(async (api) => apiRoutes(api, deps));
    }),
  );
  // Apart: each reads bodies in its own way.
  app.register(async (routes) => webscraperRoutes(routes, deps));
  app.register(async (routes) => onlyofficeRoutes(routes, deps));
  app.register(async (routes) => nextcloudRoutes(routes, deps));
  return app;
}
