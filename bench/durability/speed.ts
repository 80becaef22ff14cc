import { startFleet } from '../fleet.ts';
import type { Fleet, FleetOptions } from '../fleet.ts';
import type { Part, PartContext } from '../part.ts';
import { allEnded } from '../stamps.ts';
import { until } from '../until.ts';
import { UNPACED } from './unpaced.ts';

/** Of one batch; of the many, a tenth each. */
const ROWS = 1_000;
const BATCHES = 20;
const LEAST_ONE = 25;
const LEAST_MANY = 60;
/** Beside each other, one publish each at a time: more than four would only wait for two cores. */
const MOST_PUBLISH_WORKERS = 4;
/** As slow as one URL a second. */
const PATIENCE_MS_A_ROW = 1_000;

/**
 * URLs a second once every batch publishes: to read twenty workbooks is another figure's work. Null: not all came, or too
 * few after that moment to tell.
 */
export async function speedOf(
  context: PartContext,
  batches: number,
  rows: number,
  temporal: FleetOptions['temporal'] & string,
  whileItRuns: (fleet: Fleet) => void = () => {},
): Promise<number | null> {
  const publishWorkers = Math.min(batches, MOST_PUBLISH_WORKERS);
  const fleet = await startFleet(context, { ...UNPACED, publishWorkers, temporal });
  whileItRuns(fleet);
  await fleet.startBatches(Array.from({ length: batches }, () => rows));
  const total = batches * rows;
  await until('the end of all batches', 60_000 + total * PATIENCE_MS_A_ROW, () => allEnded(fleet.database));
  const [measured] = await fleet.database.sql<{ completed: number; later: number; spanMs: number }[]>`
    with first as (select min(intent_at) as at from jobs group by batch_id),
         begun as (select max(at) as at from first)
    select count(*)::int as completed,
      count(*) filter (where completed_at > begun.at)::int as later,
      (extract(epoch from max(completed_at) - max(begun.at)) * 1000)::float8 as "spanMs"
    from rows, begun where rows.state = 'completed'`;
  await context.cleanup.run();
  if (measured === undefined || measured.completed < total || measured.later < total / 2) return null;
  return (measured.later / measured.spanMs) * 1_000;
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
      const inMemory = await speedOf(context, batches, each, 'memory');
      figure({
        figure: `unpaced, ${what}, Temporal's database in memory`,
        mustReach: `≥ ${least} URLs/s`,
        measured: inMemory,
        unit: 'URLs/s',
        ok: inMemory !== null && inMemory >= least,
      });
      if (cleanup.interrupted.aborted) return;
      progress(`${what}, in a file`);
      const inFile = await speedOf(context, batches, each, 'file');
      note(`${what}, Temporal's database in a file: ${inFile?.toFixed(1) ?? 'not all'} URLs/s`);
    }
  },
};
