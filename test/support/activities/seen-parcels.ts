import type { CarrierName } from '../../../src/carriers/status.ts';
import type { ParcelEvent } from '../../../src/carriers/history.ts';
import { feedParcels } from '../../../src/db/parcels.ts';
import { historyOf } from '../carriers/histories.ts';
import type { Stage } from './stage.ts';

const DAY_MS = 86_400_000;

/** An event so many days ago, as Yamato writes it. */
export function eventAgo(stateText: string, days: number, more: Partial<ParcelEvent> = {}): ParcelEvent {
  const clock = new Date(Date.now() - days * DAY_MS + 9 * 3_600_000).toISOString();
  const [month, day] = [clock.slice(5, 7), clock.slice(8, 10)];
  const timeText = `${month}月${day}日 10:00`;
  const at = `${clock.slice(0, 10)}T10:00:00+09:00`;
  return { stateText, timeText, at, office: '羽田', region: null, details: null, ...more };
}

interface Seen {
  carrier: CarrierName;
  number: string;
  events: ParcelEvent[];
  /** The row that asked; left out: nobody's. */
  rowId?: number;
}

/** Puts a parcel on record, as somebody's row would have. */
export const seeParcel = (stage: Stage, { carrier, number, events, rowId }: Seen) =>
  stage.db.transaction((tx) =>
    feedParcels(tx, [
      {
        rowId: rowId ?? null,
        trackingNumber: number,
        orderNumber: null,
        history: historyOf(events, 0, { carrier, number, seenAt: new Date().toISOString() }),
      },
    ]),
  );
