import { setTimeout as delay } from 'node:timers/promises';
import { QUEUES } from '../../src/temporal/names.ts';
import type { WorkerName } from '../../src/temporal/names.ts';
import type { Workflows } from '../../src/temporal/workflows.ts';
import { startFleet } from '../fleet.ts';
import type { Fleet } from '../fleet.ts';
import { BenchError } from '../part.ts';
import type { Part } from '../part.ts';
import { rowStates } from '../stamps.ts';
import { gaps } from '../statistics.ts';
import { until } from '../until.ts';

const ROWS = 1_500;
const KILLS_A_WORKER = 3;
const MOST_MS = 15_000;
const INTERVAL_MS = 500;
/** What a kill holds up shows within this; then all must have moved in the last three seconds. */
const WATCHED_MS = 20_000;
const MOVED_MS = 3_000;
const PATIENCE_MS = 180_000;

type Stream = 'publish' | 'result' | 'relay';
type Moments = Record<Stream, number[]>;

/** Relays one after the other, by workflows as the schedule starts them; gives the ends of those so far. */
function relayOnAndOn({ temporal }: Fleet, signal: AbortSignal): { ends: number[]; over: Promise<void> } {
  const ends: number[] = [];
  async function relays(): Promise<void> {
    for (let n = 1; !signal.aborted; n += 1) {
      await temporal.workflow.execute<Workflows['InboxRelayWorkflow']>('InboxRelayWorkflow', {
        taskQueue: QUEUES.acquisition,
        workflowId: `bench-relay-${n}`,
      });
      ends.push(Date.now());
      await delay(100, undefined, { signal }).catch(() => undefined);
    }
  }
  return { ends, over: relays() };
}

async function momentsOf({ sandbox, database }: Fleet, relay: number[]): Promise<Moments> {
  const completed = await database.sql<{ atMs: number }[]>`
    select (extract(epoch from completed_at) * 1000)::float8 as "atMs" from rows where completed_at is not null`;
  return {
    publish: (await sandbox.publishes()).map(({ at }) => at),
    result: completed.map(({ atMs }) => atMs),
    relay,
  };
}

/** Longest of a stream's silences from a kill on: what was under way at the kill may still come, and ends none of them. */
const silenceMs = (moments: readonly number[], killMs: number): number =>
  Math.max(...gaps([killMs, ...moments.filter((moment) => moment > killMs)]));

/** Kills every worker several times while a batch is published, and sees how long nothing comes of it. */
export const kills: Part = {
  name: 'kills',
  async run(context) {
    const { figure, note, progress, cleanup } = context;
    const fleet = await startFleet(context, {
      publishIntervalMs: INTERVAL_MS,
      callLimit: 100_000,
      callWindowMs: 60_000,
      jobDurationMs: 500,
      publishWorkers: 1,
    });
    const stopped = new AbortController();
    const relays = relayOnAndOn(fleet, stopped.signal);
    // Whoever waits for the end hears why it ended; until then nobody does.
    relays.over.catch(() => undefined);
    cleanup.add('the relays', async () => {
      stopped.abort();
      // A call that is under way when its connection is closed would end this process by the SDK's retry.
      await Promise.race([relays.over, delay(WATCHED_MS, undefined, { ref: false })]);
    });
    await fleet.startBatches([context.rows ?? ROWS]);
    const moved = (sinceMs: number) =>
      until('publishes, results and relays', PATIENCE_MS, async () => {
        const moments = await momentsOf(fleet, relays.ends);
        const all = Object.values(moments).every((each) => Math.max(...each) > sinceMs);
        return all ? moments : null;
      });
    await moved(Date.now());

    const worst: Record<Stream, number> = { publish: 0, result: 0, relay: 0 };
    for (const worker of Object.keys(QUEUES) as WorkerName[]) {
      const ofWorker: Record<Stream, number[]> = { publish: [], result: [], relay: [] };
      for (let kill = 1; kill <= KILLS_A_WORKER; kill += 1) {
        const pid = fleet.workerPid(worker);
        if (pid === null) throw new BenchError('BENCH_PROCESS', `no process of ${worker} is known`);
        await delay(Math.random() * 2 * INTERVAL_MS);
        const killMs = Date.now();
        process.kill(pid, 'SIGKILL');
        await delay(WATCHED_MS);
        const moments = await moved(Date.now() - MOVED_MS);
        for (const stream of ['publish', 'result', 'relay'] as const) {
          const ms = silenceMs(moments[stream], killMs);
          ofWorker[stream].push(ms);
          worst[stream] = Math.max(worst[stream], ms);
        }
      }
      const told = Object.entries(ofWorker).map(
        ([stream, silences]) => `${stream} ${silences.map((ms) => (ms / 1_000).toFixed(1)).join(' ')} s`,
      );
      note(`${worker} killed: longest silences of ${told.join(', ')}`);
      progress(`${worker} killed ${KILLS_A_WORKER} times: ${told.join(', ')}`);
    }
    const { pending = 0, ...others } = await rowStates(fleet.database);
    if (pending === 0) throw new BenchError('BENCH_ANSWER', 'the rows did not last: --rows takes more');
    note(`rows at the end: ${JSON.stringify({ pending, ...others })}`);
    for (const stream of ['publish', 'result', 'relay'] as const)
      figure({
        figure: `from kill -9 of any worker to the next ${stream}, the worst`,
        mustReach: `< ${MOST_MS / 1_000} s`,
        measured: worst[stream] / 1_000,
        unit: 's',
        ok: worst[stream] < MOST_MS,
      });
  },
};
