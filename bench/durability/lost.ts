import { startFleet } from '../fleet.ts';
import type { Fleet } from '../fleet.ts';
import type { Part } from '../part.ts';
import { allEnded, rowStates } from '../stamps.ts';
import { spread } from '../statistics.ts';
import { until } from '../until.ts';
import { UNPACED } from './unpaced.ts';

const ROWS = 400;
/** One in twenty: 5 %. */
const ONE_IN = 20;
/** Not the half hour of real jobs, which take minutes and not a tenth of a second. */
const JOB_DEADLINE = '10s';
/** What is lost is asked after at the deadline, twenty a time; whatever still waits then waits for ever. */
const PATIENCE_MS = 240_000;

/** Has the notification of one in twenty of the jobs that arrive dropped, whichever it is, until all are there. */
async function loseSome(fleet: Fleet, rows: number): Promise<void> {
  let lost = 0;
  await until('all publishes', PATIENCE_MS, async () => {
    const arrived = (await fleet.sandbox.publishes()).length;
    for (; lost < Math.ceil(arrived / ONE_IN); lost += 1)
      await fleet.sandbox.addFault({ kind: 'lost-webhook', times: 1 });
    return arrived >= rows ? true : null;
  });
}

/** Webhooks that are never sent: the jobs are asked after, and their rows come to an end all the same. */
export const lost: Part = {
  name: 'lost',
  async run(context) {
    const { figure, note, progress } = context;
    const rows = context.rows ?? ROWS;
    const fleet = await startFleet(context, {
      ...UNPACED,
      settings: { ...UNPACED.settings, JOB_DEADLINE },
    });
    await fleet.sandbox.addFault({ kind: 'lost-webhook', times: 1 });
    await fleet.startBatches([rows]);
    progress(`${rows} rows`);
    await loseSome(fleet, rows);
    progress('all are published');
    await until('the end of the batch', PATIENCE_MS, () => allEnded(fleet.database)).catch((error: Error) =>
      note(error.message),
    );
    const notified = new Set((await fleet.sandbox.notifications()).map(({ customId }) => customId));
    const jobs = await fleet.database.sql<{ customId: string; tookMs: number | null }[]>`
      select custom_id as "customId", (extract(epoch from finished_at - published_at) * 1000)::float8 as "tookMs"
      from jobs`;
    const never = jobs.filter(({ customId }) => !notified.has(customId));
    const { completed = 0, ...others } = await rowStates(fleet.database);
    const { failed = 0 } = others;
    figure({
      figure: `webhooks never sent of ${rows}`,
      mustReach: `≥ ${Math.floor(rows / ONE_IN)}`,
      measured: never.length,
      unit: '',
      ok: never.length >= Math.floor(rows / ONE_IN),
    });
    figure({
      figure: '5 % of webhooks never sent: rows pending for ever',
      mustReach: '0',
      measured: rows - completed - failed,
      unit: '',
      ok: completed + failed === rows,
    });
    note(`rows at the end: ${JSON.stringify({ completed, ...others })}`);
    note(`publish to result where no webhook came: ${spread(never.flatMap(({ tookMs }) => tookMs ?? []))}`);
  },
};
