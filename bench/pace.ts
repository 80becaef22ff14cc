import { startFleet } from './fleet.ts';
import type { Fleet } from './fleet.ts';
import type { Part, PartContext } from './part.ts';
import { lateness, publishStamps, rowStates } from './stamps.ts';
import { gaps } from './statistics.ts';
import { until } from './until.ts';

interface Pace {
  intervalMs: number;
  /** Publishes with nothing killed, for the utilisation. */
  undisturbed: number;
  /** Publishes after those; one worker is killed in their middle. */
  disturbed: number;
}

const BATCHES = 3;
const PUBLISH_WORKERS = 3;
/** A kill may cost a row, and what is under way at the end is not counted. */
const SPARE_ROWS = 3;
/** An arrival may come so much too early: the one before it was held up on its way. */
const ARRIVAL_TOLERANCE_MS = 20;
/** The budget is open: it is the pace that is measured. */
const OPEN_LIMIT = 100_000;

/** Five greatest gaps and where they were, for whoever asks where the time went. */
function greatestGaps(times: readonly number[]): string {
  return gaps(times)
    .map((gapMs, index) => ({ gapMs, index }))
    .sort((a, b) => b.gapMs - a.gapMs)
    .slice(0, 5)
    .map(({ gapMs, index }) => `${gapMs.toFixed(0)} ms before publish ${index + 2}`)
    .join(', ');
}

async function arrived(fleet: Fleet, count: number, intervalMs: number): Promise<number[]> {
  // Half as long again, the gap that a killed worker leaves, and the start of the batches.
  const timeoutMs = count * intervalMs * 1.5 + 60_000;
  return until(`${count} publishes`, timeoutMs, async () => {
    const publishes = await fleet.sandbox.publishes();
    return publishes.length < count ? null : publishes.map(({ at }) => at).sort((a, b) => a - b);
  });
}

async function measure(context: PartContext, { intervalMs, undisturbed, disturbed }: Pace): Promise<void> {
  const { figure, note, progress } = context;
  const seconds = `${intervalMs / 1_000} s`;
  const fleet = await startFleet(context, {
    publishIntervalMs: intervalMs,
    callLimit: OPEN_LIMIT,
    callWindowMs: 15 * 60_000,
    jobDurationMs: 1_000,
    publishWorkers: PUBLISH_WORKERS,
  });
  const total = undisturbed + disturbed;
  const rows = Math.ceil((total + SPARE_ROWS) / BATCHES);
  const batches = await fleet.startBatches(Array.from({ length: BATCHES }, () => rows));
  progress(`${undisturbed} publishes at ${seconds}, nothing killed`);
  const calm = (await arrived(fleet, undisturbed, intervalMs)).slice(0, undisturbed);
  const tookMs = Math.max(...calm) - Math.min(...calm);
  const utilisation = ((undisturbed - 1) * intervalMs) / tookMs;
  figure({
    figure: `utilisation at ${seconds}, ${undisturbed} publishes, nothing killed`,
    mustReach: '≥ 99 %',
    measured: utilisation * 100,
    unit: '%',
    ok: utilisation >= 0.99,
  });
  note(`greatest gaps, nothing killed: ${greatestGaps(calm)}`);

  await arrived(fleet, undisturbed + Math.floor(disturbed / 2), intervalMs);
  await fleet.publishWorkers.killBusy(batches.map(({ workflowId }) => workflowId));
  progress(`one publish worker killed; ${Math.ceil(disturbed / 2)} publishes to go`);
  await arrived(fleet, total, intervalMs);

  const stamps = await publishStamps(fleet.database, fleet.sandbox);
  const starts = stamps.map(({ startedMs }) => startedMs);
  const leastStart = Math.min(...gaps(starts));
  figure({
    figure: `least gap between start stamps at ${seconds}, ${starts.length} publishes`,
    mustReach: `≥ ${intervalMs} ms`,
    measured: leastStart,
    unit: 'ms',
    ok: starts.length >= total && leastStart >= intervalMs,
  });
  const at = (await fleet.sandbox.publishes()).map((call) => call.at);
  const leastArrival = Math.min(...gaps(at));
  figure({
    figure: `least gap between arrivals at ${seconds}, ${at.length} publishes`,
    mustReach: `≥ ${intervalMs - ARRIVAL_TOLERANCE_MS} ms`,
    measured: leastArrival,
    unit: 'ms',
    ok: at.length >= total && leastArrival >= intervalMs - ARRIVAL_TOLERANCE_MS,
  });
  note(`greatest gaps, all of it: ${greatestGaps(at)}`);
  note(lateness(stamps));
  note(`rows at the end: ${JSON.stringify(await rowStates(fleet.database))}`);
}

/**
 * Three batches on three publish workers. Six seconds and one second, 20 and 100 publishes with a kill, as issue 4
 * has it; the calm stretch before is as long as fits into six minutes for both.
 */
export const pace: readonly Part[] = [
  { intervalMs: 1_000, undisturbed: 40, disturbed: 100 },
  { intervalMs: 6_000, undisturbed: 10, disturbed: 20 },
].map((figures) => ({
  name: `${figures.intervalMs / 1_000}s`,
  run: (context) => measure(context, figures),
}));
