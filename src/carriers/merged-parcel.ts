import type { ParcelHistory } from './history.ts';
import { judgeHistory, splitHistory, USED_AGAIN_AFTER_MS } from './judge-history.ts';
import type { Judgement } from './judge-history.ts';
import { mergeEvents, placeEvents } from './placed-events.ts';
import type { PlacedEvent } from './placed-events.ts';
import { meaningOf } from './text-meaning.ts';
import type { LearntTexts } from './text-meaning.ts';

/** The state above the history, as the latest look had it that told anything. */
export interface StateAbove {
  text: string | null;
  date: string | null;
  seenAt: string;
  /** The place of the last event that it stood above; null: there was none. */
  aboveMs: number | null;
  /** False: the page knew nothing of the parcel (any more). */
  tells: boolean;
}

/** What somebody said of the delivery, and when it was seen last. */
export interface SeenEstimate {
  origin: string;
  text: string;
  seenAt: string;
}

/** All that is on record of a number of a carrier, however many looks it came from. */
export interface ParcelRecord {
  events: PlacedEvent[];
  above: StateAbove | null;
  estimates: SeenEstimate[];
  product: string | null;
  summary: string | null;
  /** The latest look; null: there was none. */
  seenAt: string | null;
}

/** One parcel that had the number: its events in order, and what they mean. */
export interface Journey {
  events: PlacedEvent[];
  judgement: Judgement;
}

/** A look at a parcel becomes a record, to be merged with others. */
export function recordOf(history: ParcelHistory): ParcelRecord {
  const { stateText, date, product, summary } = history;
  const seenAt = new Date(history.seenAt).toISOString();
  const events = mergeEvents(placeEvents(history.events));
  const tells = events.length > 0 || isTelling(stateText);
  const aboveMs = events.length === 0 ? null : Math.max(...events.map(({ placeMs }) => placeMs));
  const estimates = history.estimates.map(({ origin, text }) => ({ origin, text, seenAt }));
  return {
    events,
    above: { text: stateText, date, seenAt, aboveMs, tells },
    estimates,
    product,
    summary,
    seenAt,
  };
}

/** No such number: nothing is said of the parcel, and nothing of what is known of it taken back. */
function isTelling(text: string | null): boolean {
  if (text === null) return false;
  const { status, isUnknownText } = meaningOf(text);
  return status !== 'unknown' || isUnknownText;
}

/** The same in whatever order looks come, and however often. */
export function mergeRecords(one: ParcelRecord, other: ParcelRecord): ParcelRecord {
  const [older, newer] = (one.seenAt ?? '') > (other.seenAt ?? '') ? [other, one] : [one, other];
  return {
    events: mergeEvents(one.events, other.events),
    above: laterAbove(one.above, other.above),
    estimates: latestEstimates([...one.estimates, ...other.estimates]),
    product: newer.product ?? older.product,
    summary: newer.summary ?? older.summary,
    seenAt: newer.seenAt ?? older.seenAt,
  };
}

function laterAbove(one: StateAbove | null, other: StateAbove | null): StateAbove | null {
  if (one === null || other === null) return one ?? other;
  if (one.tells !== other.tells) return one.tells ? one : other;
  return orderOf(one) > orderOf(other) ? one : other;
}

const orderOf = ({ seenAt, text, date, aboveMs }: StateAbove): string =>
  [seenAt, String(aboveMs ?? 0).padStart(15, '0'), text ?? '', date ?? ''].join(' ');

function latestEstimates(estimates: readonly SeenEstimate[]): SeenEstimate[] {
  const byOrigin = new Map<string, SeenEstimate>();
  for (const estimate of estimates) {
    const known = byOrigin.get(estimate.origin);
    const isLater =
      known === undefined || `${estimate.seenAt} ${estimate.text}` > `${known.seenAt} ${known.text}`;
    if (isLater) byOrigin.set(estimate.origin, estimate);
  }
  return [...byOrigin.values()].toSorted((one, other) => (one.origin < other.origin ? -1 : 1));
}

/** The record as a page would show it that knows all of it. */
export function historyOfRecord(
  { carrier, number }: Pick<ParcelHistory, 'carrier' | 'number'>,
  record: ParcelRecord,
): ParcelHistory {
  const { events, above, estimates, product, summary } = record;
  // Events that came later than the state have overtaken it.
  const isOld = events.some(({ placeMs }) => placeMs > (above?.aboveMs ?? Number.NEGATIVE_INFINITY));
  const [stateText, date] = above === null || isOld ? [null, null] : [above.text, above.date];
  const seenAt = record.seenAt ?? new Date(0).toISOString();
  return { carrier, number, stateText, date, events, estimates, product, summary, seenAt };
}

/** The parcels that had the number, the oldest first, each judged anew over all that is known of it; at least one. */
export function journeysOf(
  history: ParcelHistory,
  placed: readonly PlacedEvent[],
  learnt: LearntTexts,
): Journey[] {
  const placedOf = new Map<unknown, PlacedEvent>(placed.map((event) => [event, event]));
  const split = isLong(placed) ? splitHistory(history, learnt) : [];
  const journeys = split.length === 0 ? [placed] : split;
  return journeys.map((events, index): Journey => {
    const isLast = index === journeys.length - 1;
    const own = { ...history, events: [...events], ...(isLast ? {} : { stateText: null, date: null }) };
    return {
      events: events.flatMap((event) => placedOf.get(event) ?? []),
      judgement: judgeHistory(own, learnt),
    };
  });
}

/** Whether a number may have been used again in that time. */
function isLong(events: readonly PlacedEvent[]): boolean {
  const times = events.flatMap(({ timeIs, placeMs }) => (timeIs === 'unknown' ? [] : [placeMs]));
  return Math.max(...times) - Math.min(...times) > USED_AGAIN_AFTER_MS;
}
