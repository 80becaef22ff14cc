import { setTimeout as delay } from 'node:timers/promises';
import { accountFigures, latencyFigure } from './account-calls.ts';
import { startFleet } from './fleet.ts';
import type { Part, PartContext } from './part.ts';
import { rowStates } from './stamps.ts';
import { perWindow } from './statistics.ts';
import { until } from './until.ts';

/** A fiftieth of the vendor's window: five windows are over in a minute and a half. */
const WINDOW_MS = 18_000;
/** L is 2 % of the window. */
const JOB_MS = 0.02 * WINDOW_MS;
const WINDOWS = 5;
const MUST_REACH = 0.97;
/** One batch publishes one job after the other; three at once keep the budget used while one is between two jobs. */
const BATCHES = 3;
/** More than the account can do: no batch may end before the time is over. */
const MORE = 1.2;
/** What a writeback costs does not shrink with the window: one in 45 s of real time is one in 0.9 s here, a batch. */
const WRITEBACK_MIN_INTERVAL = '1s';

async function measure(context: PartContext, k: number, callLimit: number): Promise<void> {
  const limit = { callLimit, callWindowMs: WINDOW_MS };
  const run = `k = ${k}`;
  const fleet = await startFleet(context, {
    ...limit,
    publishIntervalMs: 0,
    jobDurationMs: JOB_MS,
    publishWorkers: 1,
    settings: { URLS_PER_JOB: String(k), WRITEBACK_MIN_INTERVAL },
  });
  const spanMs = WINDOWS * WINDOW_MS;
  const possible = (spanMs * k * callLimit) / (2 * WINDOW_MS + JOB_MS);
  const rows = Math.ceil((possible * MORE) / BATCHES);
  await fleet.startBatches(Array.from({ length: BATCHES }, () => rows));
  const firstMs = await until('the first publish', 60_000, async () => {
    const [first] = await fleet.sandbox.publishes();
    return first?.at ?? null;
  });
  context.progress(`${BATCHES} batches of ${rows} rows, ${k} a job, for ${spanMs / 1_000} s`);
  await delay(firstMs + spanMs - Date.now());
  const endMs = firstMs + spanMs;
  const completed = await fleet.database.sql<{ atMs: number }[]>`
    select (extract(epoch from completed_at) * 1000)::float8 as "atMs" from rows
    where state = 'completed' and completed_at < to_timestamp(${endMs / 1_000}::float8)`;
  const reached = completed.length / possible;
  context.figure({
    figure: `${run}: finished URLs ÷ k · limit / (2 · window + L)`,
    mustReach: '≥ 97 %',
    measured: reached * 100,
    unit: '%',
    ok: reached >= MUST_REACH,
  });
  const publishTimes = (await fleet.sandbox.publishes()).map(({ at }) => at);
  const windows = (times: readonly number[]) => perWindow(times, firstMs, WINDOW_MS, WINDOWS).join(', ');
  context.note(`${completed.length} URLs finished, ${possible.toFixed(0)} by the formula`);
  context.note(
    `publishes a window ${windows(publishTimes)}; URLs finished ${windows(completed.map(({ atMs }) => atMs))}`,
  );
  context.note(`rows at the end: ${JSON.stringify(await rowStates(fleet.database))}`);
  await accountFigures(context, fleet, run, limit);
  await latencyFigure(context, fleet, run, endMs);
}

/** How much of what a limit of `callLimit` allows comes out as finished URLs, with `k` of them in a job. */
export function share(k: number, callLimit: number): Part {
  return { name: `k${k}`, run: (context) => measure(context, k, callLimit) };
}
