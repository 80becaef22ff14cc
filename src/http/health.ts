import { sql } from 'drizzle-orm';
import type { FastifyInstance } from 'fastify';
import { rootMessage } from '../errors.ts';
import type { AppDeps } from './app-deps.ts';
import { within } from './deadline.ts';

/** Whoever asks waits for some seconds only: a part that hangs is one that is not ready. */
const CHECK_TIMEOUT_MS = 2_500;

const reasonOf = (check: Promise<unknown>) =>
  within(CHECK_TIMEOUT_MS, check).then(
    () => 'ok',
    (error: unknown) => rootMessage(error, 200),
  );

/** Liveness, and readiness with the reason of each part. */
export function healthRoutes(app: FastifyInstance, { database, pingTemporal }: AppDeps): void {
  app.get('/healthz', () => ({ alive: true }));
  app.get('/readyz', async (_request, reply) => {
    const [databaseState, temporalState] = await Promise.all([
      // The table, not only the server: one without our migrations cannot store.
      reasonOf(database.db.execute(sql`select from notifications limit 0`)),
      reasonOf(pingTemporal()),
    ]);
    const ready = databaseState === 'ok' && temporalState === 'ok';
    return reply.code(ready ? 200 : 503).send({ ready, database: databaseState, temporal: temporalState });
  });
}
