import { toHalfWidth } from './tracking-number.ts';

/** Asia/Tokyo has had no summer time since 1951: its offset is a constant. */
const TOKYO_OFFSET_MS = 9 * 60 * 60 * 1000;

/**
 * An event may lie so far ahead of the clock it is held against: two clocks differ by minutes where one is not kept in
 * time. Not by hours: what is to come tomorrow (`01/04` on the 3rd) belongs to the year before, as without it.
 */
const CLOCKS_DIFFER_MS = 10 * 60 * 1000;

/** 29 February is at most eight years away (around 2100, which is no leap year). */
const MAX_YEARS_BACK = 8;

const LEAP_YEAR = 2000;

/** Longer texts are no dates; it also bounds the work of the patterns. */
const MAX_TEXT_LENGTH = 100;

const TIME = String.raw`(?:\s*[((][月火水木金土日][))])?(?:[\sT]*(\d{1,2})\s*[:時]\s*(\d{2})(?:\s*[:分]\s*(\d{2})(?!\d))?)?`;
const WITH_YEAR = new RegExp(
  String.raw`(?<!\d)(\d{4})\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})(?!\d)(?:\s*日)?${TIME}`,
  'u',
);
const WITHOUT_YEAR = new RegExp(
  String.raw`(?<![\d/年])(\d{1,2})\s*[月/]\s*(\d{1,2})(?![\d/])(?:\s*日)?${TIME}`,
  'u',
);
const WITH_ZONE = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/;

interface MonthTime {
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

/**
 * A date or date and time as Japanese pages write it, taken as Asia/Tokyo: `2025年12月17日`, `2025/12/17 10:34`,
 * `2026-01-21 15:30:00`, and without a year `12月19日 19:10`, `12/19`. A date without a year gets the year that puts
 * it closest to, and not after, `now`, give or take ten minutes. A date alone is its midnight.
 *
 * @returns ISO 8601 with +09:00 (`2025-12-19T19:10:00+09:00`); null when the text holds no date that exists.
 */
export function parseJapanTime(text: string, now: Date): string | null {
  const found = dateIn(text);
  if (found === null) return null;
  const time = monthTime(found.parts);
  return found.year === null ? settleYear(time, now) : isoOf(found.year, time);
}

/**
 * The date of a text as Yamato writes one: `12月19日 19:10`, or `12月19日` where it gives no time; the year is left
 * out. Null when the text holds no date that exists in some year.
 */
export function monthDayTime(text: string): string | null {
  const { parts = [] } = dateIn(text) ?? {};
  const time = monthTime(parts);
  if (isoOf(LEAP_YEAR, time) === null) return null;
  const date = `${two(time.month)}月${two(time.day)}日`;
  return parts[2] === undefined ? date : `${date} ${two(time.hour)}:${two(time.minute)}`;
}

/**
 * A `time-scraped` cell: `2026-01-21 15:30:00` is Asia/Tokyo; a time that names its own zone is believed.
 * Null when it is empty or no full date.
 */
export function parseScrapeTime(text: string): Date | null {
  const plain = text.trim();
  if (WITH_ZONE.test(plain)) {
    const date = new Date(plain.replace(' ', 'T'));
    return Number.isNaN(date.getTime()) ? null : date;
  }
  const [, year, ...rest] = WITH_YEAR.exec(plain.slice(0, MAX_TEXT_LENGTH)) ?? [];
  const iso = year === undefined ? null : isoOf(Number(year), monthTime(rest));
  return iso === null ? null : new Date(iso);
}

/** The first date of a text: month, day, hour, minute and second as far as they stand there. */
function dateIn(text: string): { year: number | null; parts: (string | undefined)[] } | null {
  const plain = toHalfWidth(text).trim();
  if (plain.length > MAX_TEXT_LENGTH) return null;
  const full = WITH_YEAR.exec(plain);
  if (full !== null) return { year: Number(full[1]), parts: full.slice(2) };
  const partial = WITHOUT_YEAR.exec(plain);
  return partial === null ? null : { year: null, parts: partial.slice(1) };
}

function monthTime(parts: readonly (string | undefined)[]): MonthTime {
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map((part) => Number(part ?? 0));
  return { month, day, hour, minute, second };
}

/** What a clock in Japan shows at that moment: `2026-01-21T15:30:00.000`. */
export function japanClock(moment: Date): string {
  return new Date(moment.getTime() + TOKYO_OFFSET_MS).toISOString().slice(0, -1);
}

function settleYear(time: MonthTime, now: Date): string | null {
  const latestMs = now.getTime() + CLOCKS_DIFFER_MS;
  const thisYear = Number(japanClock(new Date(latestMs)).slice(0, 4));
  for (let year = thisYear; year >= thisYear - MAX_YEARS_BACK; year -= 1) {
    const iso = isoOf(year, time);
    if (iso !== null && Date.parse(iso) <= latestMs) return iso;
  }
  return null;
}

/** Null for what the calendar does not have: 30 February, 25:00. */
function isoOf(year: number, { month, day, hour, minute, second }: MonthTime): string | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  const date10 = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  return `${date10}T${two(hour)}:${two(minute)}:${two(second)}+09:00`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
