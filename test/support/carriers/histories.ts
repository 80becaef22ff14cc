import type { ParcelEvent, ParcelHistory } from '../../../src/carriers/history.ts';

export const DAY_MS = 86_400_000;
const FIRST_MS = Date.parse('2026-01-01T10:00:00+09:00');
const TOKYO_MS = 9 * 3_600_000;

/** `2026-01-01T10:00:00+09:00` and so many days later. */
export function dayAt(days: number): string {
  const clock = new Date(FIRST_MS + days * DAY_MS + TOKYO_MS).toISOString();
  return `${clock.slice(0, 19)}+09:00`;
}

/** An event so many days after the first of January 2026, at 10:00; null: without a time. */
export const eventAt = (stateText: string, days: number | null): ParcelEvent => ({
  stateText,
  timeText: days === null ? '' : dayAt(days),
  at: days === null ? null : dayAt(days),
  office: null,
  region: null,
  details: null,
});

/** A history as it was seen so many days after that. */
export const historyOf = (
  events: ParcelEvent[],
  seenAfterDays: number,
  more: Partial<ParcelHistory> = {},
): ParcelHistory => ({
  carrier: 'yamato',
  number: '390512345016',
  stateText: null,
  date: null,
  events,
  estimates: [],
  product: null,
  summary: null,
  seenAt: dayAt(seenAfterDays),
  ...more,
});
