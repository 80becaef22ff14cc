export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** Asia/Tokyo has had no daylight saving since 1951. */
const TOKYO_OFFSET_MS = 9 * HOUR_MS;

interface Parts {
  year: string;
  month: string;
  day: string;
  hour: string;
  minute: string;
  second: string;
}

const twoDigits = (value: number): string => (value < 10 ? `0${value}` : String(value));

function parts(epochMs: number): Parts {
  const shifted = new Date(epochMs + TOKYO_OFFSET_MS);
  return {
    year: String(shifted.getUTCFullYear()),
    month: twoDigits(shifted.getUTCMonth() + 1),
    day: twoDigits(shifted.getUTCDate()),
    hour: twoDigits(shifted.getUTCHours()),
    minute: twoDigits(shifted.getUTCMinutes()),
    second: twoDigits(shifted.getUTCSeconds()),
  };
}

/** When the Tokyo day that holds this moment began. */
export function startOfDay(epochMs: number): number {
  return Math.floor((epochMs + TOKYO_OFFSET_MS) / DAY_MS) * DAY_MS - TOKYO_OFFSET_MS;
}

/** `2026-01-21 15:30:00` */
export function scrapedText(epochMs: number): string {
  const { year, month, day, hour, minute, second } = parts(epochMs);
  return `${year}-${month}-${day} ${hour}:${minute}:${second}`;
}

/** `2025年12月17日` */
export function longDate(epochMs: number): string {
  const { year, month, day } = parts(epochMs);
  return `${year}年${month}月${day}日`;
}

/** `12月19日 19:10`: no year, as Yamato writes it. */
export function yamatoTime(epochMs: number): string {
  const { month, day, hour, minute } = parts(epochMs);
  return `${month}月${day}日 ${hour}:${minute}`;
}

/** `12/19` */
export function shortDate(epochMs: number): string {
  const { month, day } = parts(epochMs);
  return `${month}/${day}`;
}

/** `2025/12/17 10:34`, as Japan Post writes it. */
export function japanPostTime(epochMs: number): string {
  const { year, month, day, hour, minute } = parts(epochMs);
  return `${year}/${month}/${day} ${hour}:${minute}`;
}
