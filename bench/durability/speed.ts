import { startFleet } from '../fleet.ts';
import type { Part, PartContext } from '../part.ts';
import { allEnded, rowStates } from '../stamps.ts';
import { until } from '../until.ts';
import { UNPACED } from './unpaced.ts';

/** Of one batch; of the many, a tenth each. */
const ROWS = 1_000;
const BATCHES = 20;
const LEAST_ONE = 25;
const LEAST_MANY = 60;
/** As slow as one URL a second. */
const PATIENCE_MS_A_ROW = 1_000;

/** URLs a second, from the first publish's arrival to the last result; null: not all came. */
async function speedOf(
  context: PartContext,
  batches: number,
  rows: number,
  temporalInMemory: boolean,
): Promise<number | null> {
  const fleet = await startFleet(context, { ...UNPACED, temporalInMemory });
  await fleet.startBatches(Array.from({ length: batches }, () => rows));
  const total = batches * rows;
  await until('the end of all batches', 60_000 + total * PATIENCE_MS_A_ROW, () => allEnded(fleet.database));
  const { completed = 0 } = await rowStates(fleet.database);
  const firstMs = Math.min(...(await fleet.sandbox.publishes()).map(({ at }) => at));
  const [last] = await fleet.database.sql<{ atMs: number }[]>`
    select (extract(epoch from max(completed_at)) * 1000)::float8 as "atMs" from rows`;
  await context.cleanup.run();
  return completed === total && last !== undefined ? (total / (last.atMs - firstMs)) * 1_000 : null;
}

/** Publish, webhook and result as fast as they go, one batch alone and twenty at once. */
export const speed: Part = {
  name: 'speed',
  async run(context) {
    const { figure, note, progress, cleanup } = context;
    const rows = context.rows ?? ROWS;
    const tenth = Math.ceil(rows / 10);
    for (const [what, batches, each, least] of [
      [`one batch of ${rows}`, 1, rows, LEAST_ONE],
      [`${BATCHES} batches of ${tenth}`, BATCHES, tenth, LEAST_MANY],
    ] as const) {
      if (cleanup.interrupted.aborted) return;
      progress(`${what}, Temporal's database in memory`);
      const inMemory = await speedOf(context, batches, each, true);
      figure({
        figure: `unpaced, ${what}, Temporal's database in memory`,
        mustReach: `≥ ${least} URLs/s`,
        measured: inMemory,
        unit: 'URLs/s',
        ok: inMemory !== null && inMemory >= least,
      });
      if (cleanup.interrupted.aborted) return;
      progress(`${what}, in a file`);
      const inFile = await speedOf(context, batches, each, false);
      note(`${what}, Temporal's database in a file: ${inFile?.toFixed(1) ?? 'not all'} URLs/s`);
    }
  },
};
