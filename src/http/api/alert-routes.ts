import type { FastifyInstance } from 'fastify';
import { alertCounts, parcelAlerts } from '../../batches/parcel-alerts.ts';
import type { ParcelAlert } from '../../batches/parcel-alerts.ts';
import { ALERT_REASONS } from '../../carriers/alert-reasons.ts';
import { japanDay } from '../../carriers/keeping-term.ts';
import { NOT_REGISTERED } from '../../carriers/status-texts.ts';
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
const DAY_MS = 86_400_000;

/** By Japan's calendar, as a row's day is counted. */
export function notRegisteredDay({
  subStatus,
  since,
  seenAt,
}: Pick<ParcelAlert, 'subStatus' | 'since' | 'seenAt'>): number | null {
  if (subStatus !== NOT_REGISTERED || since === null) return null;
  const dayOf = (moment: string) => Date.parse(japanDay(new Date(moment))) / DAY_MS;
  return 1 + dayOf(seenAt) - dayOf(since);
}

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
      const told = some.map((alert) => ({ ...alert, notRegisteredDay: notRegisteredDay(alert) }));
      return { alerts: told, counts: alertCounts(all) };
    });
  });
}
