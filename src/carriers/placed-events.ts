import type { ParcelEvent } from './history.ts';
import { japanClock } from './japan-time.ts';
import { isState, plainText } from './text-meaning.ts';
import { toHalfWidth } from './tracking-number.ts';

/** A line of a history that knows its place without the others: told again by a page that shows others beside it. */
export interface PlacedEvent extends ParcelEvent {
  /** How exactly its time is known. */
  timeIs: 'minute' | 'day' | 'unknown';
  /** It happened between these, in ms: its own minute, or within its day and the lines around it; null: nothing came after. */
  earliestMs: number;
  latestMs: number | null;
  /** What it is sorted by: its own minute, or just behind the line that it stood behind. */
  placeMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const HAS_CLOCK = /\d\s*[:時]/u;
/** What offices are written with or without. */
const NO_PART_OF_AN_OFFICE = /[\s・･()（）[\]［］「」'"-]/gu;

/** The lines of a page, the oldest first, each with its place; labels of buttons are left out. */
export function placeEvents(events: readonly ParcelEvent[]): PlacedEvent[] {
  const placed: PlacedEvent[] = [];
  for (const event of events) if (isState(event.stateText)) placed.push(placeBehind(placed.at(-1), event));
  for (let index = placed.length - 2; index >= 0; index -= 1) {
    const [event, next] = [placed[index], placed[index + 1]];
    if (event === undefined || next === undefined || event.timeIs === 'minute' || next.latestMs === null)
      continue;
    if (event.latestMs === null || (next.latestMs < event.latestMs && next.latestMs >= event.earliestMs))
      event.latestMs = next.latestMs;
  }
  return placed;
}

function placeBehind(before: PlacedEvent | undefined, event: ParcelEvent): PlacedEvent {
  const ms = event.at === null ? Number.NaN : Date.parse(event.at);
  const behindMs = before === undefined ? 0 : before.placeMs + 1;
  const afterMs = before === undefined ? 0 : before.earliestMs;
  if (Number.isNaN(ms))
    return { ...event, at: null, timeIs: 'unknown', earliestMs: afterMs, latestMs: null, placeMs: behindMs };
  const at = japanTime(ms);
  const minuteMs = ms - (ms % MINUTE_MS);
  if (!at.includes('T00:00:00') || HAS_CLOCK.test(event.timeText))
    return { ...event, at, timeIs: 'minute', earliestMs: minuteMs, latestMs: minuteMs, placeMs: minuteMs };
  const lastMs = ms + DAY_MS - 1;
  const own = { ...event, at, timeIs: 'day' as const, latestMs: lastMs };
  const isOfThatDay = afterMs >= ms && behindMs <= lastMs;
  return isOfThatDay
    ? { ...own, earliestMs: afterMs, placeMs: behindMs }
    : { ...own, earliestMs: ms, placeMs: ms };
}

/** ISO 8601 with +09:00. */
export const japanTime = (ms: number): string => `${japanClock(new Date(ms)).slice(0, 19)}+09:00`;

/** An office as it is compared: `羽田 クロノゲート` and `羽田クロノゲート` are one. */
const plainOffice = (office: string | null): string =>
  toHalfWidth((office ?? '').normalize('NFKC'))
    .replaceAll(NO_PART_OF_AN_OFFICE, '')
    .toUpperCase();

const PRECISION = { unknown: 0, day: 1, minute: 2 } as const;

/** What makes an event of a parcel that one and no other: time, text and office; all else may come later. */
export function identityOf({ stateText, office, timeIs, earliestMs, latestMs }: PlacedEvent): string {
  return [earliestMs, latestMs, timeIs, plainText(stateText), plainOffice(office)].join(' ');
}

/**
 * Several looks at one parcel: each event once, in order. One that another tells more exactly is the same: of the same
 * text, at an office that holds the one's name, at a time within what is known of the one's. What comes of it is the same
 * in whatever order and however often looks are given, also where one is what came of others.
 */
export function mergeEvents(...looks: readonly (readonly PlacedEvent[])[]): PlacedEvent[] {
  const merged = new Map<string, PlacedEvent>();
  for (const event of looks.flat()) {
    const identity = identityOf(event);
    const known = merged.get(identity);
    merged.set(identity, known === undefined ? event : fuller(known, event));
  }
  const events = [...merged];
  return events
    .filter((one) => !events.some((other) => isIn(one, other)))
    .toSorted(([one, first], [other, second]) => first.placeMs - second.placeMs || (one < other ? -1 : 1))
    .map(([, event]) => event);
}

type Identified = readonly [string, PlacedEvent];

/** Whether one says nothing that the other does not. A partial order: that makes the result one and the same. */
function isIn([identity, one]: Identified, [otherIdentity, other]: Identified): boolean {
  if (identity === otherIdentity || PRECISION[one.timeIs] > PRECISION[other.timeIs]) return false;
  if (other.earliestMs < one.earliestMs || (other.latestMs ?? Infinity) > (one.latestMs ?? Infinity))
    return false;
  if (plainText(one.stateText) !== plainText(other.stateText)) return false;
  return plainOffice(other.office).includes(plainOffice(one.office));
}

/** The same event told twice: of each part the longer text, whichever came first. */
function fuller(one: PlacedEvent, other: PlacedEvent): PlacedEvent {
  return {
    ...one,
    stateText: longer(one.stateText, other.stateText),
    timeText: longer(one.timeText, other.timeText),
    at: longer(one.at, other.at),
    office: longer(one.office, other.office),
    region: longer(one.region, other.region),
    details: longer(one.details, other.details),
    placeMs: Math.max(one.placeMs, other.placeMs),
  };
}

function longer<T extends string | null>(one: T, other: T): T {
  if (one === null || other === null) return one ?? other;
  if (one.length !== other.length) return one.length > other.length ? one : other;
  return one > other ? one : other;
}
