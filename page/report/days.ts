const DAY_MS = 86_400_000;

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Every day from the first to the last of these, `2026-01-31`: days without anything have their place, too. */
export function daysOf(days: readonly string[]): string[] {
  const times = days.map((day) => Date.parse(day));
  const first = Math.min(...times);
  const count = days.length === 0 ? 0 : (Math.max(...times) - first) / DAY_MS + 1;
  return Array.from({ length: count }, (_, index) => dayOf(first + index * DAY_MS));
}

/** So many days later. */
export const dayAfter = (day: string, days: number): string => dayOf(Date.parse(day) + days * DAY_MS);

/** The day in Japan at a moment. */
export const japanDay = (ms: number): string => dayOf(ms + 9 * 3_600_000);

export const japanToday = (): string => japanDay(Date.now());
