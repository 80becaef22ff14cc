import type { FleetOptions } from '../fleet.ts';

/**
 * No pace, and a budget that never binds. Its window is short: calls of a quarter of an hour, of which there are never
 * more than 200, would be counted by the ten thousand. A workbook is written as seldom as it would be at pace: results
 * come far faster than the vendor's account can bring them.
 */
export const UNPACED = {
  publishIntervalMs: 0,
  callLimit: 100_000,
  callWindowMs: 1_000,
  jobDurationMs: 100,
  publishWorkers: 1,
  settings: { WRITEBACK_MIN_INTERVAL: '15s' },
} as const satisfies FleetOptions;
