import { createHash } from 'node:crypto';
import type { ParcelEvent } from './history.ts';
import { PAGE_WORDS } from './japan-post/tracking-codes.ts';
import { japanClock } from './japan-time.ts';
import { isState, plainText } from './text-meaning.ts';
import { toHalfWidth } from './tracking-number.ts';

/** A line of a history that knows its place without the others: told again by a page that shows others beside it. */
export interface PlacedEvent extends ParcelEvent {
  /** Of what makes it that event of its parcel and no other: time, text and office. A hash, as UUIDs are written. */
  key: string;
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
/** As pages are read: to be brought into no other form. */
const IN_JAPAN = /^[\d-]{10}T[\d:]{8}\+09:00$/;
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
  for (const event of placed) event.key = keyOf(event);
  return placed;
}

function placeBehind(before: PlacedEvent | undefined, event: ParcelEvent): PlacedEvent {
  const ms = event.at === null ? Number.NaN : Date.parse(event.at);
  const behindMs = before === undefined ? 0 : before.placeMs + 1;
  const afterMs = before === undefined ? 0 : before.earliestMs;
  if (Number.isNaN(ms))
    return {
      ...event,
      key: '',
      at: null,
      timeIs: 'unknown',
      earliestMs: afterMs,
      latestMs: null,
      placeMs: behindMs,
    };
  const at = event.at !== null && IN_JAPAN.test(event.at) ? event.at : japanTime(ms);
  const minuteMs = ms - (ms % MINUTE_MS);
  if (!at.includes('T00:00:00') || HAS_CLOCK.test(event.timeText))
    return {
      ...event,
      key: '',
      at,
      timeIs: 'minute',
      earliestMs: minuteMs,
      latestMs: minuteMs,
      placeMs: minuteMs,
    };
  const lastMs = ms + DAY_MS - 1;
  const own = { ...event, key: '', at, timeIs: 'day' as const, latestMs: lastMs };
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

/** A text as events are told apart by it, whoever told them: a page, or a shipper's file. */
function wordsOf(text: string): string {
  const plain = plainText(text);
  return PAGE_WORDS.get(plain) ?? plain;
}

const PRECISION = { unknown: 0, day: 1, minute: 2 } as const;

function keyOf({ stateText, office, timeIs, earliestMs, latestMs }: PlacedEvent): string {
  const identity = [earliestMs, latestMs, timeIs, wordsOf(stateText), plainOffice(office)].join(' ');
  const hash = createHash('sha256').update(identity).digest('hex');
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

/**
 * Several looks at one parcel: each event once, in order. One that another tells more exactly is the same: of the same
 * text, at an office that holds the one's name, at a time within what is known of the one's. What comes of it is the same
 * in whatever order and however often looks are given, also where one is what came of others.
 */
export function mergeEvents(...looks: readonly (readonly PlacedEvent[])[]): PlacedEvent[] {
  const merged = new Map<string, PlacedEvent>();
  for (const event of looks.flat()) {
    const known = merged.get(event.key);
    merged.set(event.key, known === undefined ? event : fuller(known, event));
  }
  const events = [...merged.values()];
  return inOrder(events.filter((one) => !events.some((other) => isIn(one, other))));
}

/** Events in the order that their places tell; of one place, in an order that is always the same. */
export function inOrder(events: readonly PlacedEvent[]): PlacedEvent[] {
  return events.toSorted((one, other) => one.placeMs - other.placeMs || (tieOf(one) < tieOf(other) ? -1 : 1));
}

const tieOf = ({ stateText, office, key }: PlacedEvent) => [plainText(stateText), office, key].join(' ');

/** Whether one says nothing that the other does not. A partial order: that makes the result one and the same. */
function isIn(one: PlacedEvent, other: PlacedEvent): boolean {
  const [latestMs, otherLatestMs] = [one.latestMs ?? Infinity, other.latestMs ?? Infinity];
  if (one.key === other.key || PRECISION[one.timeIs] > PRECISION[other.timeIs]) return false;
  if (other.earliestMs < one.earliestMs || otherLatestMs > latestMs) return false;
  if (wordsOf(one.stateText) !== wordsOf(other.stateText)) return false;
  const [office, otherOffice] = [plainOffice(one.office), plainOffice(other.office)];
  if (!otherOffice.includes(office)) return false;
  // Alike in all that counts, and taken over from rows under another key: one of the two stays.
  const isAlike = one.timeIs === other.timeIs && one.earliestMs === other.earliestMs;
  return isAlike && latestMs === otherLatestMs && office === otherOffice ? one.key < other.key : true;
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
