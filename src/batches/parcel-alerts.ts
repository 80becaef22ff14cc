import type { AlertReason } from '../carriers/alert-reasons.ts';
import { japanDay } from '../carriers/keeping-term.ts';
import { alertOf } from '../carriers/parcel-alert.ts';
import type { Alert } from '../carriers/parcel-alert.ts';
import { NOT_REGISTERED } from '../carriers/status-texts.ts';
import type { CarrierName, TrackingStatus } from '../carriers/status.ts';
import type { Queries } from '../db/database.ts';
import { openRows, watchedParcels } from '../db/watched-parcels.ts';
import type { OpenRow } from '../db/watched-parcels.ts';

/** A parcel that needs somebody, and why. Moments are ISO 8601, days `2026-01-31` by Japan's calendar. */
export interface ParcelAlert extends Alert {
  carrier: CarrierName | null;
  trackingNumber: string | null;
  orderNumber: string | null;
  status: TrackingStatus;
  subStatus: string | null;
  statusText: string | null;
  /** 1 on the day of the first look; null: its carrier knows it. */
  notRegisteredDay: number | null;
  office: string | null;
  /** When its carrier was last asked. */
  seenAt: string;
  /** The latest first; at least one. */
  rows: OpenRow[];
}

const DAY_MS = 86_400_000;

/**
 * The parcels that need somebody now, those first whose last day comes first, then those that wait longest. A parcel that no
 * row names any more, or that people have settled or put on hold in every workbook, is nobody's to look after.
 */
export async function parcelAlerts(queries: Queries, now: Date): Promise<ParcelAlert[]> {
  const alerts = (await watchedParcels(queries, now)).flatMap((parcel) => {
    const alert = alertOf(parcel, now);
    return alert === null ? [] : [{ parcel, alert }];
  });
  const rowsOf = await openRows(
    queries,
    alerts.map(({ parcel }) => parcel.id),
  );
  return alerts
    .flatMap(({ parcel, alert }): ParcelAlert[] => {
      const rows = rowsOf.get(parcel.id);
      if (rows === undefined) return [];
      const { carrier, number: trackingNumber, orderNumber, status, subStatus, statusText } = parcel;
      const { office, seenAt } = parcel;
      const what = { carrier, trackingNumber, orderNumber, status, subStatus, statusText };
      const day = notRegisteredDay({ subStatus, since: alert.since, seenAt });
      return [{ ...alert, ...what, notRegisteredDay: day, office, seenAt, rows }];
    })
    .toSorted((one, other) => orderOf(one).localeCompare(orderOf(other)));
}

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

const LAST = '9999';
const orderOf = ({ lastDay, since, trackingNumber }: ParcelAlert): string =>
  [lastDay ?? LAST, since ?? LAST, trackingNumber ?? ''].join(' ');

/** How many there are of each reason, each reason told. */
export function alertCounts(alerts: readonly Pick<ParcelAlert, 'reason'>[]): Record<AlertReason, number> {
  const counts = { 'sent-back-soon': 0, 'brought-back': 0, exception: 0, returned: 0, silent: 0 };
  for (const { reason } of alerts) counts[reason] += 1;
  return counts;
}
