import { rowReports } from '../../src/batches/row-reports.ts';
import { wrongRows } from '../../src/cli/wrong-rows.ts';
import { startFleet } from '../fleet.ts';
import type { Fleet } from '../fleet.ts';
import { memoryTold, watchMemory } from '../durability/worker-memory.ts';
import { BenchError } from '../part.ts';
import type { Part, PartContext } from '../part.ts';
import { allEnded, lateness, publishStamps, rowStates } from '../stamps.ts';
import type { PublishStamp } from '../stamps.ts';
import { gaps, spread } from '../statistics.ts';
import { until } from '../until.ts';

const TASK = 'yamato_tracking_only';
const INTERVAL_MS = 500;
const BATCHES = 3;
const PUBLISH_WORKERS = 2;
/** Publishes before the first kill, and after each. */
const CALM = 40;
const AFTER_KILL = 20;
/** Each in turn, by kill -9, so that what it had moves to the other one, and back. */
const VICTIMS = ['history-1', 'matching-1', 'history-2', 'matching-2'] as const;
/** A member that dies is missed within seconds by the others, and its shards are taken over. */
const MOST_SILENCE_MS = 60_000;

async function arrived(fleet: Fleet, count: number): Promise<number[]> {
  const timeoutMs = count * INTERVAL_MS * 2 + MOST_SILENCE_MS * 2;
  return until(`${count} publishes`, timeoutMs, async () => {
    const publishes = await fleet.sandbox.publishes();
    return publishes.length < count ? null : publishes.map(({ at }) => at).sort((a, b) => a - b);
  });
}

/** Kills a member of the cluster; gives the longest silence until so many publishes more. */
async function silenceAfterKill(fleet: Fleet, name: string, publishes: number): Promise<number> {
  const pid = fleet.workerPid(name);
  if (pid === null) throw new BenchError('BENCH_PROCESS', `no process of ${name} is known`);
  const before = (await fleet.sandbox.publishes()).length;
  const killMs = Date.now();
  process.kill(pid, 'SIGKILL');
  const at = await arrived(fleet, before + publishes);
  return Math.max(...gaps([killMs, ...at.filter((moment) => moment > killMs)]));
}

async function wrongInAll(
  { database }: Fleet,
  batches: readonly { batchId: string; workbook: string }[],
  day: Date,
) {
  const wrong = await Promise.all(
    batches.map(async ({ batchId, workbook }) =>
      wrongRows(workbook, TASK, await rowReports(database.db, batchId), day),
    ),
  );
  return wrong.flat().length;
}

/** An arrival may be close behind one that was held up on its way, but not behind that one's start. */
function paceFigures({ figure }: PartContext, stamps: readonly PublishStamp[]): void {
  const afterStart = stamps
    .slice(1)
    .map(({ arrivedMs }, index) => (arrivedMs ?? Infinity) - (stamps[index]?.startedMs ?? NaN));
  for (const [what, gapsMs] of [
    ['between start stamps', gaps(stamps.map(({ startedMs }) => startedMs))],
    ['from a start stamp to the next arrival', afterStart],
  ] as const) {
    const least = Math.min(...gapsMs);
    figure({
      figure: `least ${what}, ${stamps.length} publishes`,
      mustReach: `≥ ${INTERVAL_MS} ms`,
      measured: least,
      unit: 'ms',
      ok: least >= INTERVAL_MS,
    });
  }
}

/** Batches on a real cluster, its history and matching processes killed in their midst: right, at pace, nothing twice. */
export const batches: Part = {
  name: 'batches',
  async run(context) {
    const { figure, note, progress, cleanup } = context;
    const day = new Date();
    const fleet = await startFleet(context, {
      publishIntervalMs: INTERVAL_MS,
      callLimit: 100_000,
      callWindowMs: 15 * 60_000,
      jobDurationMs: 1_000,
      publishWorkers: PUBLISH_WORKERS,
      task: TASK,
      temporal: 'cluster',
    });
    const memory = watchMemory(fleet.processes, cleanup);
    const rows = Math.ceil((CALM + VICTIMS.length * AFTER_KILL) / BATCHES) + 1;
    const total = rows * BATCHES;
    const started = await fleet.startBatches(Array.from({ length: BATCHES }, () => rows));
    progress(`${CALM} publishes at ${INTERVAL_MS} ms, nothing killed`);
    const calm = (await arrived(fleet, CALM)).slice(0, CALM);
    note(`gaps, nothing killed: ${spread(gaps(calm))}`);
    const silences: number[] = [];
    for (const victim of VICTIMS) {
      progress(`kill -9 of ${victim}`);
      const silence = await silenceAfterKill(fleet, victim, AFTER_KILL);
      note(`${victim} killed: longest silence ${(silence / 1_000).toFixed(1)} s`);
      silences.push(silence);
    }
    const worst = Math.max(...silences);
    figure({
      figure: 'kill -9 of a history or matching process: longest silence',
      mustReach: `< ${MOST_SILENCE_MS / 1_000} s`,
      measured: worst / 1_000,
      unit: 's',
      ok: worst < MOST_SILENCE_MS,
    });
    await until('the end of all batches', 120_000, () => allEnded(fleet.database));
    const publishes = await fleet.sandbox.publishes();
    const stamps = await publishStamps(fleet.database, fleet.sandbox);
    paceFigures(context, stamps);
    const { completed = 0 } = await rowStates(fleet.database);
    const twice = publishes.length - new Set(publishes.map(({ customId }) => customId)).size;
    const wrong = await wrongInAll(fleet, started, day);
    for (const [what, mustReach, measured] of [
      ['rows completed', total, completed],
      ['publishes', total, publishes.length],
      ['published twice', 0, twice],
      ['rows wrong in column C', 0, wrong],
    ] as const)
      figure({ figure: what, mustReach: String(mustReach), measured, unit: '', ok: measured === mustReach });
    note(`gaps between arrivals: least ${Math.min(...gaps(publishes.map(({ at }) => at))).toFixed(0)} ms`);
    note(lateness(stamps));
    note(`most memory: ${memoryTold(memory)}`);
  },
};
