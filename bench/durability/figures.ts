import { setTimeout as delay } from 'node:timers/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ParcelHistory } from '../../src/carriers/history.ts';
import { judgeHistory } from '../../src/carriers/judge-history.ts';
import { batchList, batchStatus } from '../../src/batches/status.ts';
import { batchFigures } from '../../src/db/batch-figures.ts';
import { changeBatch } from '../../src/db/batches.ts';
import { migrateDatabase, openDatabase } from '../../src/db/database.ts';
import type { Database } from '../../src/db/database.ts';
import { findJob, markPublished, rowsOfJobs } from '../../src/db/jobs.ts';
import { saveOutcomes, setJobState } from '../../src/db/results.ts';
import { rollUp } from '../../src/batches/roll-ups/roll-up.ts';
import { startPostgres } from '../../src/embedded/postgres/server.ts';
import { figuresWithForecast } from '../../src/pacing/account-figures.ts';
import { loadSettings, readSettings } from '../../src/settings/settings.ts';
import { givenBatches } from './figures-rows.ts';
import type { RowResult } from '../../src/tasks/result.ts';
import { BenchError } from '../part.ts';
import type { Part, PartContext } from '../part.ts';
import { percentile, spread } from '../statistics.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { TsuisekiProcess } from '../tsuiseki-process.ts';

/** A million rows in all, and the two thousand batches that `list` shows. */
const OLD_BATCHES = 1_998;
const OLD_ROWS = 501;
const LARGE_ROWS = 50_000;
const SMALL_ROWS = 500;
const STEPS = 200;
const LOOKS = 20;
const NEW_ROWS = 1_000;
const ROLL_UPS = 5;
const WATCH_MS = 30_000;
/** A batch at pace: something changes every six seconds. */
const CHANGE_EVERY_MS = 6_000;

const MOST_FIGURES_MS = 3;
const MOST_STATUS_MS = 50;
const MOST_LIST_MS = 300;
const MOST_ROLL_UP_MS = 500;
const MOST_SHARE = 2;

const HISTORY: ParcelHistory = {
  carrier: 'yamato',
  number: null,
  stateText: '配達完了',
  date: null,
  events: [],
  estimates: [],
  product: null,
  summary: null,
  seenAt: '2026-01-03T00:00:00.000Z',
};
const RESULT: RowResult = {
  text: 'a｜｜｜b｜｜｜c',
  trackingNumber: null,
  orderNumber: null,
  statusText: 'a',
  ...judgeHistory(HISTORY),
  history: HISTORY,
};

/** Publishes a batch's next job and brings its result, as the activities do. Gives how long each part took. */
async function step(database: Database, batchId: string): Promise<{ changeMs: number; figuresMs: number }> {
  const { db } = database;
  const { next } = await batchFigures(db, batchId);
  const job = next === null ? null : await findJob(db, next.jobId);
  if (job === null) throw new BenchError('BENCH_ANSWER', `${batchId} has no pending job`);
  const [link] = await rowsOfJobs(db, [job.id]);
  await database.sql`update jobs set state = 'publishing' where id = ${job.id}`;
  await changeBatch(db, batchId, (tx) => markPublished(tx, job, job.id, 1_000));
  const began = performance.now();
  await changeBatch(db, batchId, async (tx) => {
    await saveOutcomes(
      tx,
      [{ jobId: job.id, outcomes: [{ rowId: link?.row.id ?? 0, result: RESULT, error: null }] }],
      'webscraper',
    );
    await setJobState(tx, [job.id], 'completed');
  });
  const changed = performance.now();
  await batchFigures(db, batchId);
  return { changeMs: changed - began, figuresMs: performance.now() - changed };
}

async function times(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const began = performance.now();
    await work();
    taken.push(performance.now() - began);
  }
  return taken;
}

/** CPU of a process since its start, as Linux tells it: hundredths of a second. */
function cpuMs(pid: number): number {
  const [, after = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const [user, system] = after.split(' ').slice(11, 13);
  return (Number(user) + Number(system)) * 10;
}

/** `tsuiseki watch` beside a batch at pace: what it and its connections to the database take of a core, in per cent. */
async function watchShare({ cleanup }: PartContext, database: Database, url: string, batchId: string) {
  const backends = async () =>
    (
      await database.sql<{ pid: number }[]>`
        select pid from pg_stat_activity where backend_type = 'client backend'`
    ).map(({ pid }) => pid);
  const others = new Set(await backends());
  const folder = temporaryFolder(cleanup);
  const { PATH, HOME } = loadSettings().env;
  const watch = new TsuisekiProcess({
    args: ['watch', batchId, '--json'],
    env: { PATH, HOME, DATABASE_URL: url },
    cwd: folder,
    logFile: join(folder, 'watch.log'),
  });
  cleanup.add('tsuiseki watch', () => watch.stop());
  await watch.firstLine();
  const pids = [watch.pid, ...(await backends()).filter((pid) => !others.has(pid))];
  const used = () => pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
  const [beganMs, before] = [performance.now(), used()];
  while (performance.now() - beganMs < WATCH_MS) {
    await step(database, batchId);
    await delay(CHANGE_EVERY_MS);
  }
  const share = ((used() - before) / (performance.now() - beganMs)) * 100;
  await watch.stop();
  return share;
}

/** What grows with a batch or with the years is counted by nobody: figures, status, list, roll-up, watch. */
export const figures: Part = {
  name: 'figures',
  async run(context) {
    const { cleanup, figure, note, progress } = context;
    const server = await startPostgres({ env: loadSettings().env, dataDir: temporaryFolder(cleanup) });
    cleanup.add('Postgres', () => server.stop());
    await migrateDatabase(server.url);
    const database = openDatabase(server.url, { maxConnections: 2 });
    cleanup.add('the connections to the database', () => database.close());
    const { db, sql } = database;
    progress(`${OLD_BATCHES * OLD_ROWS} old rows`);
    await givenBatches(database, 'old', OLD_BATCHES, OLD_ROWS, true);
    progress(`${LARGE_ROWS} and ${SMALL_ROWS} rows`);
    const [large = ''] = await givenBatches(database, 'large', 1, LARGE_ROWS, false);
    const [small = ''] = await givenBatches(database, 'small', 1, SMALL_ROWS, false);
    await sql`vacuum analyze rows, jobs, job_rows, batches, batch_figures`;
    const settings = readSettings({});

    const p50 = (what: string, values: readonly number[], mostMs: number) => {
      const measured = percentile(values, 0.5);
      figure({
        figure: `${what}, p50`,
        mustReach: `≤ ${mostMs} ms`,
        measured,
        unit: 'ms',
        ok: measured <= mostMs,
      });
      note(`${what}: ${spread(values)}`);
    };
    for (const [batchId, rows] of [
      [large, LARGE_ROWS],
      [small, SMALL_ROWS],
    ] as const) {
      progress(`${STEPS} steps of ${rows} rows`);
      const steps: Awaited<ReturnType<typeof step>>[] = [];
      for (let n = 0; n < STEPS; n += 1) steps.push(await step(database, batchId));
      const what = `figures after a step, ${rows} rows beside a million old ones`;
      p50(
        what,
        steps.map(({ figuresMs }) => figuresMs),
        MOST_FIGURES_MS,
      );
      note(`the transaction before it, ${rows} rows: ${spread(steps.map(({ changeMs }) => changeMs))}`);
      const forecast = await times(LOOKS, () => figuresWithForecast(db, batchId, settings));
      note(`figures with the forecast, every 10 s at most, ${rows} rows: ${spread(forecast)}`);
    }
    progress('status, list, roll-up');
    p50('status', await times(LOOKS, () => batchStatus(db, { id: large }, settings)), MOST_STATUS_MS);
    p50('list of 2,000 batches', await times(LOOKS, () => batchList(db, settings)), MOST_LIST_MS);
    await rollUp(database);
    const rollUps: number[] = [];
    for (let n = 0; n < ROLL_UPS; n += 1) {
      await givenBatches(database, `new${n}`, 1, NEW_ROWS, true);
      rollUps.push(...(await times(1, () => rollUp(database))));
    }
    p50('hourly roll-up after 1,000 new rows', rollUps, MOST_ROLL_UP_MS);

    progress(`watch for ${WATCH_MS / 1_000} s`);
    const share = await watchShare(context, database, server.url, large);
    figure({
      figure: 'a watch, its database connections included: share of a core',
      mustReach: `≤ ${MOST_SHARE} %`,
      measured: share,
      unit: '%',
      ok: share <= MOST_SHARE,
    });
  },
};
