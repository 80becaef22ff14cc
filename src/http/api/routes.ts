import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { errorMessage } from '../../errors.ts';
import { FORECAST_EVERY_MS, readAccount } from '../../pacing/account-figures.ts';
import { TRACKING_TASKS } from '../../tasks/registry.ts';
import { packageVersion } from '../../version.ts';
import { isSession } from '../sign-in/session.ts';
import type { AppDeps } from '../app-deps.ts';
import { accountRoutes } from './account-routes.ts';
import { alertRoutes } from './alert-routes.ts';
import { actionRoutes, whoOf } from './action-routes.ts';
import { statusOfError } from './api-error.ts';
import { batchRoutes } from './batch-routes.ts';
import type { ApiContext } from './context.ts';
import type { Me } from './contract.ts';
import { lately } from '../lately.ts';
import { LiveAnswers } from './live.ts';
import { reportRoutes } from './report-routes.ts';
import { startRoutes } from './start-routes.ts';

/** What the ops page asks for and does, and `POST /batches`; registered behind the guard. */
export function apiRoutes(
  app: FastifyInstance,
  { api: deps, logger }: Pick<AppDeps, 'api' | 'logger'>,
): void {
  const { database, settings } = deps;
  const context: ApiContext = {
    deps,
    live: new LiveAnswers(),
    account: lately(FORECAST_EVERY_MS, () => readAccount(database.db, settings)),
  };

  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = statusOfError(error) ?? error.statusCode ?? 500;
    if (status >= 500) logger.error({ error: errorMessage(error) }, 'a request of the page failed');
    const text = status === 500 ? 'internal error: the log of the HTTP server has it' : errorMessage(error);
    return reply.code(status).send({ error: text });
  });

  const version = packageVersion();
  const tasks = TRACKING_TASKS.flatMap(({ name, folderKeyword, filePrefix }) =>
    folderKeyword === null ? [] : [{ name, filePrefix: filePrefix ?? '' }],
  );
  app.get('/api/me', (request: FastifyRequest): Me => ({
    name: whoOf(request),
    role: request.visitor?.role ?? 'viewer',
    canSignOut: isSession(request.headers.cookie ?? ''),
    version,
    webUi: deps.webUi,
    tasks,
  }));
  batchRoutes(app, context);
  actionRoutes(app, context);
  startRoutes(app, context);
  accountRoutes(app, context);
  reportRoutes(app, context);
  alertRoutes(app, context);
}
