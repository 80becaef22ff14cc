import { makeReport } from '../../src/batches/roll-ups/make-report.ts';
import { rollUp } from '../../src/batches/roll-ups/roll-up.ts';
import { migrateDatabase, openDatabase } from '../../src/db/database.ts';
import type { Database } from '../../src/db/database.ts';
import { startPostgres } from '../../src/embedded/postgres/server.ts';
import { loadSettings } from '../../src/settings/settings.ts';
import type { Part } from '../part.ts';
import { percentile } from '../statistics.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const ROWS = 1_000_000;
const ROWS_A_BATCH = 500;
const NEW_ROWS = 1_000;
/** Pages of ten numbers and of one, mixed. */
const ROWS_A_JOB = 5;
/** Of so many rows one names a parcel of its own. */
const ROWS_A_PARCEL = 10;
const ROUNDS = 5;
const MOST_PERCENT = 5;
/** Batches start so far apart: a million rows are some four months' then. */
const BATCH_EVERY = '90 minutes';

/**
 * Batches that have ended, numbered from `first` on, the last some two hours ago: a row in twenty failed, jobs with their two
 * calls and their notification. All of a batch is within an hour: what is added later is of no hour that calls are counted in
 * no more.
 */
async function endedBatches(
  { sql }: Database,
  first: number,
  batches: number,
  perBatch: number,
): Promise<void> {
  const last = first + batches - 1;
  const startedAt = sql`now() - (${last} - n) * ${BATCH_EVERY}::interval - interval '3 hours'`;
  await sql`
    insert into batches (id, task, workbook, workflow_id, columns, state, started_at, finished_at, rows_by_hand, calls_saved)
    select 'b' || n, (array['yamato_tracking_only', 'official_website_tracking'])[n % 2 + 1], '/b' || n || '.xlsx', 'w' || n,
           '{}', 'completed', ${startedAt}, ${startedAt} + interval '50 minutes', n % 7, n % 11
    from generate_series(${first}::int, ${last}::int) n`;
  await sql`
    insert into rows (batch_id, row, input, email, occurrence, state, status, error, result, completed_at)
    select 'b' || n, row, row::text, '', 0, case when row % 20 = 0 then 'failed' else 'completed' end,
           case when row % 3 = 0 then 'in_transit' when row % 20 > 0 then 'delivered' end,
           case when row % 40 = 0 then 'its page came back empty' when row % 20 = 0 then 'scraping job 1 ended failed without records' end,
           case when row % 20 > 0 then '配達完了｜｜｜11/24 15:04｜｜｜伏見営業所' end, now()
    from generate_series(${first}::int, ${last}::int) n, generate_series(2, ${perBatch + 1}::int) row`;
  await sql`
    insert into jobs (batch_id, seq, custom_id, task, sitemap_id, subjects, state, published_at, finished_at)
    select b.id, row, b.id || '-' || row, b.task, 1, '{u}', 'completed', at, at + interval '1 minute'
    from batches b, generate_series(2, ${perBatch + 1}::int, ${ROWS_A_JOB}) row,
      lateral (select b.started_at + (row - 2) * interval '48 minutes' / ${perBatch}::int as at) published
    where b.id in (select 'b' || n from generate_series(${first}::int, ${last}::int) n)`;
  const own = sql`batch_id in (select 'b' || n from generate_series(${first}::int, ${last}::int) n)`;
  await sql`
    insert into notifications (source, scraping_job_id, status, job_id, outcome, received_at)
    select 'webhook', id, 'finished', id, 'processed', finished_at - (id % 30) * interval '200 milliseconds' from jobs where ${own}`;
  await sql`
    insert into calls (kind, job_id, started_at, finished_at, http_status, expires_at)
    select kind, id, published_at, published_at, 200, published_at + interval '15 minutes'
    from jobs, (values ('publish'), ('download')) kinds(kind) where ${own}`;
  await sql`
    insert into parcels (carrier, number, order_number, serial, status, since, first_event_at, from_office, to_office, failed_attempts,
      terminal_at, event_at)
    select 'yamato', (${first}::bigint * 1000000 + n)::text, '', 1, status, at, at - (n % 70 + 10) * interval '1 hour',
           'office ' || n % 40, 'office ' || n % 300, (n % 9 = 0)::int, case when status = 'delivered' then at end, at
    from (select n, case when n % 15 = 0 then 'in_transit' else 'delivered' end as status,
            now() - (${batches} - n % ${batches}::int) * ${BATCH_EVERY}::interval as at
          from generate_series(1, ${Math.ceil((batches * perBatch) / ROWS_A_PARCEL)}::int) n) told`;
}

const clear = ({ sql }: Database) => sql`truncate roll_ups, rolled_batches, parcel_roll_ups, open_parcels`;

/** All that was rolled up, as one hash. */
async function figuresOf({ sql }: Database): Promise<string> {
  const [found] = await sql<{ hash: string }[]>`
    select md5(coalesce((select string_agg(r::text, ';' order by r::text collate "C") from roll_ups r), '')
      || coalesce((select string_agg(p::text, ';' order by p::text collate "C") from parcel_roll_ups p), '')
      || coalesce((select string_agg(o::text, ';' order by o::text collate "C") from open_parcels o), '')) as hash`;
  return found?.hash ?? '';
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}

/** The hourly roll-up over a million rows, after a thousand new ones, against one that makes all of it anew. */
export const rollup: Part = {
  name: 'rollup',
  async run({ cleanup, figure, note, progress, rows }) {
    const batches = Math.ceil((rows ?? ROWS) / ROWS_A_BATCH);
    const server = await startPostgres({ env: loadSettings().env, dataDir: temporaryFolder(cleanup) });
    cleanup.add('Postgres', () => server.stop());
    await migrateDatabase(server.url);
    const database = openDatabase(server.url, { maxConnections: 2 });
    cleanup.add('the connections to the database', () => database.close());
    const { sql } = database;
    progress(`${batches * ROWS_A_BATCH} rows in ${batches} batches`);
    await endedBatches(database, 1, batches, ROWS_A_BATCH);
    await sql`vacuum analyze`;
    const firstMs = await timed(() => rollUp(database));
    note(`the first roll-up, of all of it: ${firstMs.toFixed(0)} ms`);
    const hourly: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      await endedBatches(database, batches + round, 1, NEW_ROWS);
      hourly.push(await timed(() => rollUp(database)));
    }
    const idleMs = await timed(() => rollUp(database));
    const reportMs = await timed(() => makeReport(database, { from: null, to: new Date() }));
    note(`with nothing new: ${idleMs.toFixed(0)} ms; a report of all of it: ${reportMs.toFixed(0)} ms`);
    const before = await figuresOf(database);
    const rebuilds: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      progress('a full rebuild');
      await clear(database);
      await sql`insert into changed_parcel_days select distinct counted_on from parcels where counted_on is not null`;
      rebuilds.push(await timed(() => rollUp(database)));
    }
    const equal = before === (await figuresOf(database));
    const [hourlyMs, rebuildMs] = [percentile(hourly, 0.5), percentile(rebuilds, 0.5)];
    note(`after ${NEW_ROWS} new rows: ${hourly.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    note(`full rebuilds: ${rebuilds.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    const percent = (100 * hourlyMs) / rebuildMs;
    figure({
      figure: `hourly roll-up over ${batches * ROWS_A_BATCH} rows after ${NEW_ROWS} new ones, of a full rebuild's time`,
      mustReach: `≤ ${MOST_PERCENT} %`,
      measured: percent,
      unit: '%',
      ok: percent <= MOST_PERCENT,
    });
    figure({
      figure: 'its figures are those of a full rebuild',
      mustReach: 'yes',
      measured: equal ? 1 : 0,
      unit: '',
      ok: equal,
    });
  },
};
