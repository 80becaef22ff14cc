import { startFleet } from '../fleet.ts';
import type { Part } from '../part.ts';
import { allEnded, rowStates } from '../stamps.ts';
import { until } from '../until.ts';
import { watchTransactions } from './transactions.ts';
import { UNPACED } from './unpaced.ts';

const URLS = 20_000;
const MOST_MS = 60_000;
const MOST_TRANSACTION_MS = 5_000;
const PATIENCE_MS = 600_000;

/** The largest job there is: its results go into the database, and nobody waits for it long. */
export const oneJob: Part = {
  name: 'one-job',
  async run(context) {
    const { figure, note, progress, cleanup } = context;
    const urls = context.rows ?? URLS;
    const fleet = await startFleet(context, {
      ...UNPACED,
      jobDurationMs: 1_000,
      settings: { ...UNPACED.settings, URLS_PER_JOB: String(urls) },
    });
    const longest = watchTransactions(fleet.database, cleanup);
    await fleet.startBatches([urls]);
    progress(`${urls} URLs`);
    await until('the end of the batch', PATIENCE_MS, () => allEnded(fleet.database)).catch((error: Error) =>
      note(error.message),
    );
    const states = await rowStates(fleet.database);
    const [notified] = await fleet.sandbox.notifications();
    const [last] = await fleet.database.sql<{ atMs: number | null; jobs: number }[]>`
      select (extract(epoch from max(completed_at)) * 1000)::float8 as "atMs",
        (select count(*)::int from jobs) as jobs from rows`;
    const tookMs = (last?.atMs ?? NaN) - (notified?.at ?? NaN);
    figure({
      figure: `${urls} URLs in one job: webhook to the last result in the database`,
      mustReach: `< ${MOST_MS / 1_000} s`,
      measured: tookMs / 1_000,
      unit: 's',
      ok: tookMs < MOST_MS && states['completed'] === urls && last?.jobs === 1,
    });
    figure({
      figure: `${urls} URLs in one job: longest transaction, import and writeback included`,
      mustReach: `≤ ${MOST_TRANSACTION_MS / 1_000} s`,
      measured: longest.ms / 1_000,
      unit: 's',
      ok: longest.ms <= MOST_TRANSACTION_MS,
    });
    note(`rows at the end: ${JSON.stringify(states)}; jobs: ${last?.jobs}`);
    note(`the longest transaction, when it was seen: ${longest.query}`);
  },
};
