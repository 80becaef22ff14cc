import { QUEUES } from '../../src/temporal/names.ts';
import { startFleet } from '../fleet.ts';
import type { Part } from '../part.ts';
import { allEnded, rowStates } from '../stamps.ts';
import { until } from '../until.ts';
import { UNPACED } from './unpaced.ts';
import { memoryTold, watchMemory } from './worker-memory.ts';

const ROWS = 50_000;
const LEAST_SHARE = 0.9;
const MOST_BYTES = 300_000_000;
/** As slow as four URLs a second. */
const PATIENCE_MS_A_ROW = 250;
const TELL_EVERY_MS = 60_000;

/** Rows a second over a stretch of the moments at which they were completed, ascending. */
function rate(completedMs: readonly number[], from: number, to: number): number {
  const [first = NaN, last = NaN] = [completedMs[from], completedMs[to]];
  return ((to - from) / (last - first)) * 1_000;
}

/** One batch as large as they come: it does not slow down, and no worker grows with it. */
export const large: Part = {
  name: 'large',
  async run(context) {
    const { figure, note, progress, cleanup } = context;
    const rows = context.rows ?? ROWS;
    const fleet = await startFleet(context, {
      ...UNPACED,
      temporal: 'memory',
    });
    const memory = watchMemory(() => fleet.processes().filter(({ name }) => name in QUEUES), cleanup);
    await fleet.startBatches([rows]);
    const telling = setInterval(() => {
      void rowStates(fleet.database).then(
        (states) => progress(JSON.stringify(states)),
        () => undefined,
      );
    }, TELL_EVERY_MS);
    cleanup.add('the progress', async () => clearInterval(telling));
    await until(
      'the end of the batch',
      300_000 + rows * PATIENCE_MS_A_ROW,
      () => allEnded(fleet.database),
      1_000,
    ).catch((error: Error) => note(error.message));
    const { completed = 0 } = await rowStates(fleet.database);
    figure({
      figure: `${rows} rows unpaced: completed`,
      mustReach: `${rows}`,
      measured: completed,
      unit: '',
      ok: completed === rows && (await allEnded(fleet.database)) === true,
    });
    const moments = await fleet.database.sql<{ atMs: number }[]>`
      select (extract(epoch from completed_at) * 1000)::float8 as "atMs" from rows
      where completed_at is not null order by completed_at`;
    const completedMs = moments.map(({ atMs }) => atMs);
    const tenth = Math.floor((completedMs.length - 1) / 10);
    const first = rate(completedMs, 0, tenth);
    const last = rate(completedMs, completedMs.length - 1 - tenth, completedMs.length - 1);
    figure({
      figure: `${rows} rows unpaced: rows/s of the last tenth ÷ the first`,
      mustReach: `≥ ${LEAST_SHARE}`,
      measured: last / first,
      unit: '',
      ok: last / first >= LEAST_SHARE,
    });
    note(`rows/s: first tenth ${first.toFixed(1)}, last tenth ${last.toFixed(1)}`);
    const most = Math.max(...memory.values());
    figure({
      figure: `${rows} rows unpaced: most memory of a worker`,
      mustReach: `< ${MOST_BYTES / 1_000_000} MB`,
      measured: most / 1_000_000,
      unit: 'MB',
      ok: most < MOST_BYTES,
    });
    note(`most memory: ${memoryTold(memory)}`);
  },
};
