import type { Database } from '../src/db/database.ts';
import type { Part, PartContext } from './part.ts';
import { allEnded } from './stamps.ts';
import { spread } from './statistics.ts';
import { until } from './until.ts';
import { startYamatoFleet } from './yamato-system.ts';

const GROUPS = 20;
/** Issue 6. */
const LEAST_USED = 0.98;

/** A request on record: when its answer was there, how long that took, and the pause drawn for after it. */
interface Recorded {
  finishedMs: number;
  answerMs: number;
  pauseMs: number;
}

function recordOf({ sql }: Database): Promise<Recorded[]> {
  return sql<Recorded[]>`
    select (extract(epoch from finished_at) * 1000)::float8 as "finishedMs", answer_ms as "answerMs",
      pause_ms as "pauseMs" from carrier_requests order by id`;
}

async function measure(context: PartContext, pauses: { min: string; max: string }): Promise<void> {
  const { figure, note, progress } = context;
  const fleet = await startYamatoFleet(context, pauses);
  await fleet.startBatches([10 * GROUPS]);
  const range = `${pauses.min}–${pauses.max}`;
  progress(`${GROUPS} groups, pauses of ${range}`);
  await until('the end of the batch', GROUPS * 15_000, () => allEnded(fleet.database));
  const record = await recordOf(fleet.database);
  const arrivals = (await fleet.sandbox.yamatoRequests()).map(({ at }) => at);
  const [firstMs = NaN, lastMs = NaN] = [arrivals[0], arrivals.at(-1)];
  const tookMs = lastMs + (record.at(-1)?.answerMs ?? NaN) - firstMs;
  const pausedMs = record.slice(0, -1).reduce((sum, { pauseMs }) => sum + pauseMs, 0);
  const answeredMs = record.reduce((sum, { answerMs }) => sum + answerMs, 0);
  const used = (pausedMs + answeredMs) / tookMs;
  figure({
    figure: `(pauses + answers) ÷ time taken, ${GROUPS} groups, pauses of ${range}`,
    mustReach: `≥ ${LEAST_USED * 100} %`,
    measured: used * 100,
    unit: '%',
    ok: arrivals.length === GROUPS && record.length === GROUPS && used >= LEAST_USED,
  });
  const lateMs = arrivals.slice(1).map((at, index) => {
    const { finishedMs, pauseMs } = record[index] ?? { finishedMs: NaN, pauseMs: NaN };
    return at - finishedMs - pauseMs;
  });
  figure({
    figure: `least time from the end of a pause to the next arrival, pauses of ${range}`,
    // The record's moments are whole milliseconds.
    mustReach: '> -1 ms',
    measured: Math.min(...lateMs),
    unit: 'ms',
    ok: Math.min(...lateMs) > -1,
  });
  note(
    `paused ${(pausedMs / 1_000).toFixed(1)} s, answers ${spread(record.map(({ answerMs }) => answerMs))}`,
  );
  note(`from the end of a pause to the next arrival: ${spread(lateMs)}`);
}

/** A batch alone takes its pauses and its answers, and hardly more: pauses waited for in the activity, and by timers. */
export const yamatoPauses: readonly Part[] = [
  { name: 'pauses', run: (context) => measure(context, { min: '1s', max: '3s' }) },
  { name: 'timers', run: (context) => measure(context, { min: '6s', max: '10s' }) },
];
