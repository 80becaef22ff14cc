import type { TimeSource } from '../../src/pacing/account-clock.ts';

/** A clock that stands still until it is told to go on. */
export interface Stopwatch {
  nowMs: number;
  source: TimeSource;
}

export function stopwatch(nowMs = Date.UTC(2026, 0, 15, 3)): Stopwatch {
  const watch: Stopwatch = {
    nowMs,
    source: (sql) => sql`${new Date(watch.nowMs).toISOString()}::timestamptz`,
  };
  return watch;
}
