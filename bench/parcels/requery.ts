import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { migrateDatabase, openDatabase } from '../../src/db/database.ts';
import type { Database } from '../../src/db/database.ts';
import { HOURS_BETWEEN, requeryLateness } from '../../src/db/due-parcels.ts';
import { isRoundOpen } from '../../src/db/rounds.ts';
import { startPostgres } from '../../src/embedded/postgres/server.ts';
import { loadSettings, readSettings } from '../../src/settings/settings.ts';
import { SimulatedRequery } from '../../test/support/batches/simulated-requery.ts';
import { withWorkers } from '../../test/support/workflows/run-fake.ts';
import { startWorkflowServer } from '../../test/support/workflows/workflow-server.ts';
import type { Part, PartContext } from '../part.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { OpenParcels } from './open-parcels.ts';

const SIZES = [5_000, 40_000];
const TICK_MINUTES = 5;
const MINUTES = 24 * 60;
/** Two batches an hour; Yamato's have twenty groups, the others a page a row: all calls of a window. */
const ROWS = { yamato_tracking_10: 200, japan_post_tracking_only: 100 } as const;
/** Steps of this part of an hour come to every part of it alike, and never to the same. */
const GOLDEN = 0.618_034;
const BATCHES = Array.from({ length: 24 }, (_, hour) => [
  { task: 'yamato_tracking_10', minute: 60 * (hour + ((hour * GOLDEN) % 1)) } as const,
  { task: 'japan_post_tracking_only', minute: 60 * (hour + ((hour * GOLDEN + 0.5) % 1)) } as const,
]).flat();
const MOST_SLOWED = 5;
const HOUR_MS = 3_600_000;

interface Started {
  id: string;
  task: string;
  startedMs: number;
}

/** How long each batch took, and how much of that was neither its own pauses nor its own answers. */
async function tookOf(
  { sql }: Database,
  { id, task, startedMs }: Started,
): Promise<{ tookMs: number; lostMs: number }> {
  const [asked] =
    task === 'yamato_tracking_10'
      ? await sql<{ endMs: number; ownMs: number }[]>`
        select (extract(epoch from max(started_at)) * 1000)::float8 as "endMs",
          (sum(pause_ms) - (array_agg(pause_ms order by r.id desc))[1])::float8 as "ownMs"
        from carrier_requests r join jobs j on j.id = r.job_id where j.batch_id = ${id}`
      : await sql<{ endMs: number; ownMs: number }[]>`
        select (extract(epoch from max(started_at)) * 1000)::float8 as "endMs", 0::float8 as "ownMs"
        from calls c join jobs j on j.id = c.job_id where j.batch_id = ${id} and c.kind = 'publish'`;
  const tookMs = (asked?.endMs ?? NaN) - startedMs;
  return { tookMs, lostMs: tookMs - (asked?.ownMs ?? 0) };
}

/** A day of the schedule's runs, and of batches beside them; `parcels` null: of batches alone. */
async function simulateDay(
  context: PartContext,
  database: Database,
  env: TestWorkflowEnvironment,
  parcels: OpenParcels | null,
) {
  const settings = readSettings({ WEBSCRAPER_API_TOKEN: 'bench', REQUERY: 'on' });
  const startMs = await env.currentTimeMs();
  await parcels?.write(database, startMs);
  const world = new SimulatedRequery(env, database, settings, (number) =>
    OpenParcels.eventsOf(number, startMs),
  );
  const started: Started[] = [];
  let met = 0;
  await withWorkers(env, world.activities(), async () => {
    const ticks = (context.minutes ?? MINUTES) / TICK_MINUTES;
    for (let tick = 0; tick < ticks; tick += 1) {
      if (tick % 12 === 0) context.progress(`hour ${tick / 12}: ${world.asked.length} numbers asked`);
      if (parcels !== null) await world.tick();
      let atMinute = tick * TICK_MINUTES;
      const passTo = async (minute: number) => {
        await world.advance((minute - atMinute) * 60_000);
        atMinute = minute;
      };
      const begins = BATCHES.filter(({ minute }) => Math.floor(minute / TICK_MINUTES) === tick);
      for (const { task, minute } of begins.toSorted((one, other) => one.minute - other.minute)) {
        await passTo(minute);
        if (await isRoundOpen(database.db, task === 'yamato_tracking_10' ? 'carrier' : 'webscraper'))
          met += 1;
        const startedMs = await env.currentTimeMs();
        const id = await world.batch(task, OpenParcels.numbersOfBatch(tick, ROWS[task]));
        started.push({ id, task, startedMs });
      }
      await passTo((tick + 1) * TICK_MINUTES);
    }
    for (const { id } of started) await world.ended(id);
  });
  const took = await Promise.all(
    started.map(async (each) => ({ task: each.task, ...(await tookOf(database, each)) })),
  );
  return { world, startMs, endMs: await env.currentTimeMs(), took, met };
}

async function openWorld({ cleanup }: PartContext) {
  const server = await startPostgres({ env: loadSettings().env, dataDir: temporaryFolder(cleanup) });
  cleanup.add('Postgres', () => server.stop());
  await migrateDatabase(server.url);
  const database = openDatabase(server.url, { maxConnections: 8 });
  cleanup.add('the connections to the database', () => database.close());
  const env = await startWorkflowServer();
  cleanup.add('the time-skipping server', () => env.teardown());
  return { database, env };
}

const sumOf = (list: readonly { lostMs: number }[]) => list.reduce((sum, { lostMs }) => sum + lostMs, 0);

/** A day over open parcels, half of them Yamato's, at the real budget and pauses, on skipped time. */
export const requery: Part = {
  name: 'requery',
  async run(context) {
    const alone = await openWorld(context);
    const before = await simulateDay(context, alone.database, alone.env, null);
    for (const count of context.rows === null ? SIZES : [context.rows])
      await measureDay(context, before, count);
  },
};

async function measureDay(
  context: PartContext,
  before: Awaited<ReturnType<typeof simulateDay>>,
  count: number,
): Promise<void> {
  const { figure, note } = context;
  const parcels = new OpenParcels(count);
  const world = await openWorld(context);
  const day = await simulateDay(context, world.database, world.env, parcels);
  const looks = day.world.asked.filter(({ number }) => parcels.has(number));
  const judged = parcels.judge(looks, day.startMs, day.endMs);
  figure({
    figure: `${count} open parcels: asked twice in their interval`,
    ...{ mustReach: '0', measured: judged.tooSoon, unit: 'parcels', ok: judged.tooSoon === 0 },
  });
  figure({
    figure: `${count} open parcels: passed over for others that were due an hour later`,
    ...{ mustReach: '0', measured: judged.passedOver, unit: 'parcels', ok: judged.passedOver === 0 },
  });
  const extraMs = sumOf(day.took) - sumOf(before.took);
  const slowed = (100 * extraMs) / before.took.reduce((sum, { tookMs }) => sum + tookMs, 0);
  figure({
    figure: `${count} open parcels: batches beside them slowed`,
    ...{ mustReach: `≤ ${MOST_SLOWED} %`, measured: slowed, unit: '%', ok: slowed <= MOST_SLOWED },
  });
  for (const carrier of ['yamato', 'japan_post'] as const) {
    const { asked, late, longestLateMs } = judged.of[carrier];
    note(
      `${carrier}: ${asked} numbers asked; at the end ${late} due, the longest for ${(longestLateMs / HOUR_MS).toFixed(1)} h`,
    );
  }
  const [credits] = await world.database.sql<{ credits: number }[]>`
      select coalesce(sum(cardinality(subjects)), 0)::int as credits from jobs j join batches b on b.id = j.batch_id
      where b.is_round and j.sitemap_id is not null and j.intent_at is not null`;
  note(`page credits: ${credits?.credits}; intervals in hours: ${JSON.stringify(HOURS_BETWEEN)}`);
  const beganMs = performance.now();
  const { due, lateS } = await requeryLateness(world.database.db, 'on', new Date(day.endMs));
  note(
    `told by itself in ${Math.round(performance.now() - beganMs)} ms: ${due} due, the longest for ${(lateS / 3_600).toFixed(1)} h`,
  );
  const [rounds] = await world.database.sql<{ rounds: number; gave: number }[]>`
      select count(*)::int as rounds, count(*) filter (where state = 'cancelled')::int as gave from batches where is_round`;
  note(
    `rounds: ${rounds?.rounds}; ${day.met} of ${day.took.length} batches met one under way, ${rounds?.gave} rounds were cancelled`,
  );
  const lostBy = ({ took }: typeof day) =>
    took.map(({ task, lostMs }) => `${task} ${(lostMs / 1_000).toFixed(0)}`).join(', ');
  note(`seconds that each batch lost, alone: ${lostBy(before)}; beside it: ${lostBy(day)}`);
  note(
    `batches lost ${(sumOf(before.took) / 1_000).toFixed(0)} s alone, ${(sumOf(day.took) / 1_000).toFixed(0)} s beside it`,
  );
}
