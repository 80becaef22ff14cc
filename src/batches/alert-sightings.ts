import { ALERT_REASONS } from '../carriers/alert-reasons.ts';
import type { AlertReason } from '../carriers/alert-reasons.ts';
import { japanClock } from '../carriers/japan-time.ts';
import type { Queries } from '../db/database.ts';
import type { Sighting } from '../db/incidents.ts';
import { parcelAlerts } from './parcel-alerts.ts';
import type { ParcelAlert } from './parcel-alerts.ts';

/** Told as people begin, in Japan: carriers take orders for the same day's redelivery from then on. */
const FROM_HOUR = '08';
const NAMED = 5;

const TITLES: Readonly<Record<AlertReason, (parcels: string, is: string) => string>> = {
  'sent-back-soon': (parcels, is) => `${parcels} ${is} about to be sent back`,
  'brought-back': (parcels, is) => `${parcels} ${is} brought back to the office`,
  exception: (parcels, is) => `${parcels} ${is} refused or under investigation`,
  returned: (parcels, is) => `${parcels} ${is} sent back`,
  silent: (parcels) => `Nothing is heard of ${parcels}`,
};

/** One a reason and day, however many parcels there are. */
export async function alertSightings(queries: Queries, now: Date): Promise<Sighting[]> {
  const [day = '', time = ''] = japanClock(now).split('T');
  if (time < FROM_HOUR) return [];
  const alerts = await parcelAlerts(queries, now);
  return ALERT_REASONS.flatMap((reason): Sighting[] => {
    const those = alerts.filter((alert) => alert.reason === reason);
    const [parcels, is] = those.length === 1 ? ['1 parcel', 'is'] : [`${those.length} parcels`, 'are'];
    if (those.length === 0) return [];
    return [
      {
        kind: `parcels-${reason}`,
        subject: day,
        batchId: null,
        title: TITLES[reason](parcels, is),
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
      lastDay === null ? `since ${since?.slice(0, 10) ?? 'nobody knows when'}` : `until ${lastDay}`;
    return `${trackingNumber ?? 'an order'} (${[carrier, when].filter((part) => part !== null).join(', ')})`;
  });
  const more = alerts.length - named.length;
  const rest = more === 0 ? '' : ` and ${more} more`;
  return `${named.join(', ')}${rest}. "tsuiseki alerts --reason ${reason}" lists them with their rows.`;
}
