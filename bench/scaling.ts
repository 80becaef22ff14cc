import { onCluster } from './cluster.ts';
import { memoryTold, watchMemory } from './durability/worker-memory.ts';
import { speedOf } from './durability/speed.ts';
import type { Part } from './part.ts';

/** Of one batch; of the many, a tenth each. */
const ROWS = 1_000;
const BATCHES = 20;
/** At the account's own limit of 400 URLs an hour. */
const LEAST_A_MINUTE = 400 / 60;

/** Rows a minute that Temporal itself lets through, no pace and no budget, and the memory it takes. */
const speedOn = (temporal: 'file' | 'cluster'): Part => ({
  name: temporal === 'file' ? 'dev-server' : 'cluster',
  async run(context) {
    const { figure, note, cleanup } = context;
    const rows = context.rows ?? ROWS;
    const tenth = Math.ceil(rows / 10);
    for (const [what, batches, each] of [
      [`one batch of ${rows}`, 1, rows],
      [`${BATCHES} batches of ${tenth}`, BATCHES, tenth],
    ] as const) {
      if (cleanup.interrupted.aborted) return;
      let memory: ReadonlyMap<string, number> = new Map();
      const aSecond = await speedOf(context, batches, each, temporal, (fleet) => {
        memory = watchMemory(fleet.processes, cleanup);
      });
      const aMinute = aSecond === null ? null : aSecond * 60;
      figure({
        figure: `${what}, unpaced`,
        mustReach: `≥ ${LEAST_A_MINUTE.toFixed(1)} rows/min`,
        measured: aMinute,
        unit: 'rows/min',
        ok: aMinute !== null && aMinute >= LEAST_A_MINUTE,
      });
      note(`${what}: most memory: ${memoryTold(memory)}`);
    }
  },
});

/** The dev server, its database in a file, against the cluster. */
export const scaling: readonly Part[] = [speedOn('file'), onCluster(speedOn('cluster'))];
