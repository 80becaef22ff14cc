import type { ParcelHistory } from '../carriers/history.ts';
import { historyOfRecord, journeysOf, mergeRecords, recordOf } from '../carriers/merged-parcel.ts';
import type { Journey, ParcelRecord } from '../carriers/merged-parcel.ts';
import { inOrder, mergeEvents } from '../carriers/placed-events.ts';
import type { PlacedEvent } from '../carriers/placed-events.ts';
import type { LearntTexts } from '../carriers/text-meaning.ts';
import { isTrackingNumber, plainNumber } from '../carriers/tracking-number.ts';
import { learntTexts } from './carrier-texts.ts';
import type { Queries } from './database.ts';
import { moveRows, writeParcels } from './parcel-changes.ts';
import type { NamedParcel, ParcelChange } from './parcel-changes.ts';
import {
  addSerials,
  dropParcels,
  holdParcels,
  keyText,
  NOTHING_KNOWN,
  recordedParcels,
} from './parcel-record.ts';
import type { ParcelKey, RecordedParcel } from './parcel-record.ts';
import { storable } from '../text.ts';

/** What was seen of the parcel of a row; null: of none that asked, its carrier's own file told it. */
export interface ParcelLook {
  rowId: number | null;
  trackingNumber: string | null;
  orderNumber: string | null;
  history: ParcelHistory;
}

/** Null: nothing names it. */
export function parcelKey({ trackingNumber, orderNumber, history }: ParcelLook): ParcelKey | null {
  const carrier = history.carrier ?? '';
  const number = plainNumber(trackingNumber ?? '');
  if (isTrackingNumber(number)) return { carrier, number, orderNumber: '' };
  const order = storable(orderNumber ?? '').trim();
  return order === '' || order.length > ORDER_CHARACTERS ? null : { carrier, number: '', orderNumber: order };
}

/** The shop's are shorter; an index does not take every text. */
const ORDER_CHARACTERS = 100;

/** What looks have told of a number that was not on record. */
export interface Learnt {
  key: ParcelKey;
  /** Nothing was known of it. */
  isNew: boolean;
  /** Its events are no longer those that were known. */
  isChanged: boolean;
  /** So many more than before. */
  events: number;
}

interface Looked {
  key: ParcelKey;
  looks: { rowId: number | null; record: ParcelRecord }[];
}

/**
 * Merges what was seen of parcels into what is on record of them, in a few statements however many: nothing is overwritten,
 * no event stands twice, and what comes of it is the same in whatever order looks come. Run in a transaction; parcels are
 * taken after batches and rows, and all at once.
 */
export async function feedParcels(tx: Queries, looks: readonly ParcelLook[]): Promise<Learnt[]> {
  const byKey = new Map<string, Looked>();
  for (const look of looks) {
    const key = parcelKey(look);
    if (key === null) continue;
    const looked = byKey.get(keyText(key)) ?? { key, looks: [] };
    looked.looks.push({ rowId: look.rowId, record: recordOf(look.history) });
    byKey.set(keyText(key), looked);
  }
  return mergeLooks(tx, [...byKey.values()], await learntTexts(tx));
}

/** Judges parcels on record once more. Run in a transaction. */
export async function judgeParcels(
  tx: Queries,
  keys: readonly ParcelKey[],
  learnt: LearntTexts,
): Promise<void> {
  await mergeLooks(
    tx,
    keys.map((key) => ({ key, looks: [] })),
    learnt,
  );
}

async function mergeLooks(tx: Queries, looked: readonly Looked[], learnt: LearntTexts): Promise<Learnt[]> {
  if (looked.length === 0) return [];
  const keys = looked.map(({ key }) => key);
  await holdParcels(tx, keys);
  const recorded = await recordedParcels(tx, keys);
  const merged = looked.map(({ key, looks }) =>
    mergeOne(recorded.get(keyText(key)) ?? [], key, looks, learnt),
  );
  const lacking = merged.flatMap(({ key, parcels, journeys }) =>
    journeys.slice(parcels.length).map((_, index) => ({ ...key, serial: parcels.length + index + 1 })),
  );
  const added = lacking.length === 0 ? [] : await addSerials(tx, lacking);
  const settled = merged.map((each) => {
    const own = added.filter((parcel) => keyText(parcel) === keyText(each.key));
    return settle({ ...each, parcels: [...each.parcels, ...own] });
  });
  await moveRows(
    tx,
    settled.flatMap(({ moves }) => moves),
  );
  await dropParcels(
    tx,
    settled.flatMap(({ none }) => none),
  );
  await writeParcels(
    tx,
    settled.flatMap(({ changes }) => changes),
    settled.flatMap(({ named }) => named),
    learnt,
  );
  return merged.map(learntOf);
}

function learntOf({ key, parcels, journeys }: Merged): Learnt {
  const known = new Set(parcels.flatMap(({ events }) => events.map((event) => event.key)));
  const told = journeys.flatMap(({ events }) => events.map((event) => event.key));
  const isNew = parcels.every(({ events, record }) => events.length === 0 && record.seenAt === null);
  const isChanged = told.length !== known.size || told.some((each) => !known.has(each));
  return { key, isNew, isChanged, events: told.length - known.size };
}

interface Merged {
  key: ParcelKey;
  parcels: RecordedParcel[];
  record: ParcelRecord;
  journeys: Journey[];
  looks: Looked['looks'];
}

function mergeOne(
  parcels: RecordedParcel[],
  key: ParcelKey,
  looks: Looked['looks'],
  learnt: LearntTexts,
): Merged {
  const last = parcels.at(-1);
  const events = inOrder(parcels.flatMap((parcel) => parcel.events));
  const known: ParcelRecord = { ...NOTHING_KNOWN, ...last?.record, events };
  const record = looks.reduce((sum, look) => mergeRecords(sum, look.record), known);
  const history = historyOfRecord({ carrier: key.carrier || null, number: key.number || null }, record);
  return { key, parcels, record, journeys: journeysOf(history, record.events, learnt), looks };
}

/** Which parcel on record each journey is: the first is the one of serial 1. */
function settle({ parcels, record, journeys, looks }: Merged) {
  const { above, estimates, product, summary, seenAt } = record;
  const changes = journeys.flatMap((journey, index): ParcelChange[] => {
    const parcel = parcels[index];
    const isLast = index === journeys.length - 1;
    if (parcel === undefined) return [];
    return [
      { parcel, journey, record: isLast ? { above, estimates, product, summary, seenAt } : parcel.record },
    ];
  });
  const idOf = (events: readonly PlacedEvent[]) => parcels[journeyWith(journeys, events)]?.id ?? 0;
  const moves = parcels.flatMap(({ id, events }) => {
    const to = events.length === 0 ? id : idOf(events);
    return to === id ? [] : [{ from: id, to }];
  });
  // What looked like two parcels was one.
  const none = parcels.slice(journeys.length).map(({ id }) => id);
  const named = looks.flatMap(({ rowId, record: seen }): NamedParcel[] =>
    rowId === null ? [] : [{ rowId, parcelId: idOf(seen.events), seenAt: seen.seenAt ?? '' }],
  );
  return { changes, moves, named, none };
}

/** The journey that the last of these events is part of; the latest, where there are none. */
function journeyWith(journeys: readonly Journey[], events: readonly PlacedEvent[]): number {
  if (journeys.length === 1) return 0;
  const last = mergeEvents(events).at(-1);
  const found =
    last === undefined
      ? -1
      : journeys.findIndex((journey) => mergeEvents(journey.events, [last]).length === journey.events.length);
  return found === -1 ? journeys.length - 1 : found;
}
