import { startFleet } from './fleet.ts';
import type { Part, PartContext } from './part.ts';
import { allEnded, lateness, publishStamps, rowStates } from './stamps.ts';
import { gaps, spread } from './statistics.ts';
import { until } from './until.ts';

const ROWS = 25;
/** Issue 3: "± 2 %". */
const TOLERANCE = 0.02;

async function measure(context: PartContext, intervalMs: number): Promise<void> {
  const { figure, note, progress } = context;
  const fleet = await startFleet(context, {
    publishIntervalMs: intervalMs,
    // The vendor's own: fifty calls leave it open.
    callLimit: 200,
    callWindowMs: 15 * 60_000,
    jobDurationMs: 1_000,
    publishWorkers: 1,
  });
  await fleet.startBatches([ROWS]);
  progress(`${ROWS} rows, one each ${intervalMs / 1_000} s`);
  const expectedMs = (ROWS - 1) * intervalMs;
  const publishes = await until('all publishes', expectedMs * 1.5 + 60_000, async () => {
    const arrived = await fleet.sandbox.publishes();
    return arrived.length < ROWS ? null : arrived;
  });
  const times = publishes.map(({ at }) => at);
  const tookMs = Math.max(...times) - Math.min(...times);
  figure({
    figure: `first to last of ${ROWS} publishes at ${intervalMs / 1_000} s`,
    mustReach: `${expectedMs / 1_000} s ± 2 %`,
    measured: tookMs / 1_000,
    unit: 's',
    ok: publishes.length === ROWS && Math.abs(tookMs - expectedMs) <= expectedMs * TOLERANCE,
  });
  const stamps = await publishStamps(fleet.database, fleet.sandbox);
  note(`gaps at the sandbox: least ${Math.min(...gaps(times)).toFixed(0)} ms, ${spread(gaps(times))}`);
  note(lateness(stamps));
  await until('the end of the batch', 30_000, () => allEnded(fleet.database));
  const states = await rowStates(fleet.database);
  figure({
    figure: `rows completed at ${intervalMs / 1_000} s`,
    mustReach: `${ROWS}`,
    measured: states['completed'] ?? 0,
    unit: '',
    ok: states['completed'] === ROWS,
  });
}

/** One batch alone keeps the interval, neither faster nor slower. */
export const publish: readonly Part[] = [1_000, 6_000].map((intervalMs) => ({
  name: `${intervalMs / 1_000}s`,
  run: (context) => measure(context, intervalMs),
}));
