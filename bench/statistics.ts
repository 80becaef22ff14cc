/** The nearest-rank percentile, `share` from 0 to 1: always one of the values. NaN for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? NaN;
}

/** The times between one and the next, in time order. */
export function gaps(times: readonly number[]): number[] {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted.slice(1).map((time, index) => time - (sorted[index] ?? time));
}

/** The most times in any window of that length; a time is out of a window that begins just when it happened. */
export function worstWindow(times: readonly number[], windowMs: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  let first = 0;
  let worst = 0;
  for (const [index, time] of sorted.entries()) {
    while ((sorted[first] ?? time) <= time - windowMs) first += 1;
    worst = Math.max(worst, index - first + 1);
  }
  return worst;
}

/** How many times fall into each of `count` windows from `fromMs` on. */
export function perWindow(
  times: readonly number[],
  fromMs: number,
  windowMs: number,
  count: number,
): number[] {
  const counts = Array.from({ length: count }, () => 0);
  for (const time of times) {
    const index = Math.floor((time - fromMs) / windowMs);
    if (index >= 0 && index < count) counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

/** `p50 12 ms, p99 80 ms, most 95 ms`, for notes. */
export function spread(values: readonly number[]): string {
  if (values.length === 0) return 'none';
  const shown = (ms: number) => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
  return `p50 ${shown(percentile(values, 0.5))}, p99 ${shown(percentile(values, 0.99))}, most ${shown(Math.max(...values))}`;
}
