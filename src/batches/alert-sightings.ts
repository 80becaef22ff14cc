import { ALERT_REASONS } from '../carriers/alert-reasons.ts';
import type { AlertReason } from '../carriers/alert-reasons.ts';
import { japanClock } from '../carriers/japan-time.ts';
import { japanDay } from '../carriers/keeping-term.ts';
import type { Queries } from '../db/database.ts';
import type { Sighting } from '../db/incidents.ts';
import { parcelAlerts } from './parcel-alerts.ts';
import type { ParcelAlert } from './parcel-alerts.ts';

/** Told as people begin, in Japan: carriers take orders for the same day's redelivery from then on. */
const FROM_HOUR = '08';
const NAMED = 5;

const TITLES: Readonly<Record<AlertReason, readonly [one: string, more: (count: number) => string]>> = {
  'sent-back-soon': [
    'A parcel is about to be sent back',
    (count) => `${count} parcels are about to be sent back`,
  ],
  'brought-back': [
    'A parcel was brought back to the office',
    (count) => `${count} parcels were brought back to the office`,
  ],
  exception: [
    'A parcel is refused or under investigation',
    (count) => `${count} parcels are refused or under investigation`,
  ],
  returned: ['A parcel was sent back', (count) => `${count} parcels were sent back`],
  silent: ['Nothing is heard of a parcel', (count) => `Nothing is heard of ${count} parcels`],
};

/** One a reason and day, however many parcels there are. */
export async function alertSightings(queries: Queries, now: Date): Promise<Sighting[]> {
  const [day = '', time = ''] = japanClock(now).split('T');
  if (time < FROM_HOUR) return [];
  const alerts = await parcelAlerts(queries, now);
  return ALERT_REASONS.flatMap((reason): Sighting[] => {
    const those = alerts.filter((alert) => alert.reason === reason);
    if (those.length === 0) return [];
    const [one, more] = TITLES[reason];
    return [
      {
        kind: `parcels-${reason}`,
        subject: day,
        batchId: null,
        title: those.length === 1 ? one : more(those.length),
        text: textOf(those, reason),
        patienceMs: 0,
        isMoment: true,
      },
    ];
  });
}

/** Those that are due soonest, by number and last day. */
function textOf(alerts: readonly ParcelAlert[], reason: AlertReason): string {
  const named = alerts.slice(0, NAMED).map(({ trackingNumber, carrier, lastDay, since }) => {
    const when =
      lastDay !== null
        ? `until ${lastDay}`
        : `since ${since === null ? 'nobody knows when' : japanDay(new Date(since))}`;
    return `${trackingNumber ?? 'an order'} (${[carrier, when].filter((part) => part !== null).join(', ')})`;
  });
  const more = alerts.length - named.length;
  const rest = more === 0 ? '' : ` and ${more} more`;
  return `${named.join(', ')}${rest}. "tsuiseki alerts --reason ${reason}" lists them with their rows.`;
}
