import type { Language } from './texts/language.ts';

/** Numbers and times as the reader's language writes them, in the reader's time zone. */
export interface Format {
  number(value: number): string;
  percent(part: number): string;
  /** `14:05`; of another day with the date. */
  time(iso: string | number): string;
  /** A day of the calendar, `2026-01-31`, and how far it is from today in Japan. */
  day(day: string): { text: string; relative: string; isOver: boolean };
  /** Date and time with seconds. */
  moment(iso: string): string;
  /** `in 12 min`, `3 hr ago`. */
  relative(iso: string): string;
  /** `45 sec`, `12 min`. */
  duration(seconds: number): string;
  list(items: readonly string[]): string;
}

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;
const JAPAN_MS = 9 * HOUR_S * 1_000;

/** The largest unit that leaves at least one and a half. */
function inUnit(seconds: number): [number, 'second' | 'minute' | 'hour' | 'day'] {
  const size = Math.abs(seconds);
  if (size < 1.5 * MINUTE_S) return [Math.round(seconds), 'second'];
  if (size < 1.5 * HOUR_S) return [Math.round(seconds / MINUTE_S), 'minute'];
  if (size < 1.5 * DAY_S) return [Math.round(seconds / HOUR_S), 'hour'];
  return [Math.round(seconds / DAY_S), 'day'];
}

export function formatFor(language: Language): Format {
  const numbers = new Intl.NumberFormat(language);
  const percents = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const dayAndClock = new Intl.DateTimeFormat(language, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const full = new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    hourCycle: 'h23',
  });
  const days = new Intl.DateTimeFormat(language, {
    month: 'short',
    day: 'numeric',
    weekday: 'short',
    timeZone: 'UTC',
  });
  const dayNames = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const relatives = new Intl.RelativeTimeFormat(language, { style: 'short' });
  const lists = new Intl.ListFormat(language, { type: 'unit' });
  return {
    number: (value) => numbers.format(value),
    percent: (part) => percents.format(part),
    time(iso) {
      const at = new Date(iso);
      const isToday = at.toDateString() === new Date().toDateString();
      return (isToday ? clock : dayAndClock).format(at);
    },
    day(day) {
      const today = Math.floor((Date.now() + JAPAN_MS) / (DAY_S * 1_000));
      const away = Date.parse(day) / (DAY_S * 1_000) - today;
      return { text: days.format(new Date(day)), relative: dayNames.format(away, 'day'), isOver: away < 0 };
    },
    moment: (iso) => full.format(new Date(iso)),
    relative(iso) {
      const [value, unit] = inUnit((Date.parse(iso) - Date.now()) / 1_000);
      return relatives.format(value, unit);
    },
    duration(seconds) {
      const [value, unit] = seconds < 10 ? [Math.round(10 * seconds) / 10, 'second'] : inUnit(seconds);
      return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
    },
    list: (items) => lists.format(items),
  };
}
