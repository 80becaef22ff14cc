import { QUEUES } from '../../src/temporal/names.ts';
import { UNPACED } from '../durability/unpaced.ts';
import { memoryTold, watchMemory } from '../durability/worker-memory.ts';
import { startFleet } from '../fleet.ts';
import type { Part } from '../part.ts';
import { allEnded } from '../stamps.ts';
import { until } from '../until.ts';

const ROWS = 5_000;
const MOST_BYTES = 250_000_000;
const PATIENCE_MS = 900_000;

/** What each worker takes at most while a batch of five thousand rows runs, from its reading to its end. */
export const memory: Part = {
  name: 'memory',
  async run(context) {
    const { figure, note, cleanup } = context;
    const rows = context.rows ?? ROWS;
    const fleet = await startFleet(context, { ...UNPACED, temporal: 'memory' });
    const most = watchMemory(
      () => fleet.processes().filter(({ name }) => name in QUEUES || name === 'http'),
      cleanup,
    );
    await fleet.startBatches([rows]);
    await until('the end of the batch', PATIENCE_MS, () => allEnded(fleet.database), 1_000);
    const largest = Math.max(...most.values());
    note(memoryTold(most));
    figure({
      figure: `${rows} rows: the most that a worker took`,
      mustReach: `< ${MOST_BYTES / 1_000_000} MB`,
      measured: largest / 1_000_000,
      unit: 'MB',
      ok: largest < MOST_BYTES,
    });
  },
};
