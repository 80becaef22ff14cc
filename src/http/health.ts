import { sql } from 'drizzle-orm';
import type { FastifyInstance } from 'fastify';
import { errorMessage } from '../errors.ts';
import type { AppDeps } from './app.ts';

const reasonOf = (check: Promise<unknown>) =>
  check.then(
    () => 'ok',
    (error: unknown) => errorMessage(error, 200),
  );

/** Liveness, and readiness with the reason of each part. */
export function healthRoutes(app: FastifyInstance, { database, pingTemporal }: AppDeps): void {
  app.get('/healthz', () => ({ alive: true }));
  app.get('/readyz', async (_request, reply) => {
    const [databaseState, temporalState] = await Promise.all([
      reasonOf(database.db.execute(sql`select 1`)),
      reasonOf(pingTemporal()),
    ]);
    const ready = databaseState === 'ok' && temporalState === 'ok';
    return reply.code(ready ? 200 : 503).send({ ready, database: databaseState, temporal: temporalState });
  });
}
