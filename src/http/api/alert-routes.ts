import type { FastifyInstance } from 'fastify';
import { alertCounts, parcelAlerts } from '../../batches/parcel-alerts.ts';
import { ALERT_REASONS } from '../../carriers/alert-reasons.ts';
import { databaseNow } from '../../db/database.ts';
import { fieldsOf } from '../../json-fields.ts';
import { lately } from '../lately.ts';
import type { ApiContext } from './context.ts';
import type { AlertList } from './contract.ts';
import { oneOf, wholeNumberOf } from './request-fields.ts';

/** Parcels move by the hour. */
const KEPT_MS = 5_000;
const OF_EACH_REASON = 50;
const MOST_OF_EACH = 500;

/** The parcels that need somebody. */
export function alertRoutes(app: FastifyInstance, { deps, live }: ApiContext): void {
  const { db } = deps.database;
  const alerts = lately(KEPT_MS, async () => parcelAlerts(db, await databaseNow(db)));

  app.get('/api/alerts', (request, reply) => {
    const fields = fieldsOf(request.query);
    const reason = oneOf(fields, 'reason', ALERT_REASONS);
    const limit = wholeNumberOf(fields, 'limit', MOST_OF_EACH, OF_EACH_REASON);
    const key = `alerts ${JSON.stringify([reason, limit])}`;
    return live.send(request, reply, { key, keptMs: KEPT_MS }, async (): Promise<AlertList> => {
      const all = await alerts();
      const wanted = ALERT_REASONS.filter((each) => reason === null || each === reason);
      const some = wanted.flatMap((each) => all.filter((alert) => alert.reason === each).slice(0, limit));
      return { alerts: some, counts: alertCounts(all) };
    });
  });
}
