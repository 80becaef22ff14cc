import { migrateDatabase, openDatabase } from '../../src/db/database.ts';
import type { Database } from '../../src/db/database.ts';
import { feedParcels } from '../../src/db/parcels.ts';
import { startPostgres } from '../../src/embedded/postgres/server.ts';
import { loadSettings } from '../../src/settings/settings.ts';
import { cpuMs } from '../operations/cpu-time.ts';
import type { Part } from '../part.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { EVENTS_A_PARCEL, historyOf, LOOKS } from './histories.ts';

const PARCELS = 100_000;
/** Rows a transaction: Yamato's group, and what webhooks that come at once are gathered to. */
const GROUPS = [10, 20, 50, 100] as const;
/** As many as save results at once: a webhook worker's two. */
const AT_ONCE = 2;
const MUST_REACH = 5_000;

interface Group {
  first: number;
  size: number;
  lines: number;
}

/** All parcels are looked at once, then all a second time, as the days pass. */
function* groupsOf(parcels: number): Generator<Group> {
  for (const lines of LOOKS)
    for (let [first, turn] = [0, 0]; first < parcels; turn += 1) {
      const size = Math.min(GROUPS[turn % GROUPS.length] ?? 1, parcels - first);
      yield { first, size, lines };
      first += size;
    }
}

async function rowsFor({ sql }: Database, parcels: number): Promise<number> {
  await sql`insert into batches (id, task, workbook, workflow_id, columns)
    values ('bench', 'yamato_tracking_10', '/bench.xlsx', 'bench', '{}')`;
  await sql`insert into rows (batch_id, row, input, email, occurrence, state)
    select 'bench', n + 1, n::text, '', 0, 'pending' from generate_series(1, ${parcels}::int) n`;
  const [found] = await sql<{ first: number }[]>`select min(id)::float8 as first from rows`;
  return found?.first ?? 0;
}

/** Results of rows become parcels: a million events in a hundred thousand, each page telling again what the last one told. */
export const merge: Part = {
  name: 'merge',
  async run({ cleanup, figure, note, progress, rows }) {
    const parcels = rows ?? PARCELS;
    const server = await startPostgres({ env: loadSettings().env, dataDir: temporaryFolder(cleanup) });
    cleanup.add('Postgres', () => server.stop());
    await migrateDatabase(server.url);
    const database = openDatabase(server.url, { maxConnections: AT_ONCE });
    cleanup.add('the connections to the database', () => database.close());
    const firstRow = await rowsFor(database, parcels);
    const groups = groupsOf(parcels);
    let [transactions, lines] = [0, 0];
    const inTens = { ms: 0, events: 0 };
    async function work(): Promise<void> {
      for (const { first, size, lines: shown } of groups) {
        const looks = Array.from({ length: size }, (_, index) => {
          const history = historyOf(first + index, shown);
          const rowId = firstRow + first + index;
          return { rowId, trackingNumber: history.number, orderNumber: null, history };
        });
        const beganMs = performance.now();
        await database.db.transaction((tx) => feedParcels(tx, looks));
        if (size === GROUPS[0]) {
          inTens.ms += performance.now() - beganMs;
          inTens.events += size * (shown - (LOOKS[LOOKS.findIndex((each) => each === shown) - 1] ?? 0));
        }
        transactions += 1;
        lines += size * shown;
        if (transactions % 1_000 === 0) progress(`${transactions} transactions, ${lines} lines read`);
      }
    }
    const [beganMs, cpuBeforeMs] = [performance.now(), cpuMs([process.pid])];
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const seconds = (performance.now() - beganMs) / 1_000;
    const events = parcels * EVENTS_A_PARCEL;
    const perSecond = events / seconds;
    figure({
      figure: `events merged into ${parcels} parcels, each telling again what was known`,
      mustReach: `> ${MUST_REACH}/s`,
      measured: perSecond,
      unit: '/s',
      ok: perSecond > MUST_REACH,
    });
    note(
      `${events} events of ${lines} lines in ${transactions} transactions, ${seconds.toFixed(1)} s, ${AT_ONCE} at once`,
    );
    note(
      `in groups of ten rows: ${Math.round((inTens.events / inTens.ms) * 1_000)} events/s for one worker alone`,
    );
    const cpuSeconds = (cpuMs([process.pid]) - cpuBeforeMs) / 1_000;
    note(
      `${cpuSeconds.toFixed(1)} s of a processor, ours and PostgreSQL's: the rest is waiting for one, or for the disk`,
    );
    await checkNothingLost(database, parcels, figure);
  },
};

async function checkNothingLost(
  { sql }: Database,
  parcels: number,
  figure: Parameters<Part['run']>[0]['figure'],
): Promise<void> {
  const [found] = await sql<{ whole: number; events: number; named: number }[]>`
    select count(*) filter (where n = ${EVENTS_A_PARCEL} and places = n and status = 'delivered' and failed_attempts = 1)::int
             as whole,
           sum(n)::int as events, (select count(*)::int from parcel_rows) as named
    from (select p.status, p.failed_attempts, count(*) as n, count(distinct e.place) as places
          from parcels p join parcel_events e on e.parcel_id = p.id group by p.id) counted`;
  const lost = parcels * EVENTS_A_PARCEL - (found?.events ?? 0);
  const broken = parcels - (found?.whole ?? 0);
  figure({ figure: 'events lost, or there twice', mustReach: '0', measured: lost, unit: '', ok: lost === 0 });
  figure({
    figure: 'parcels without all their events, their status or their row',
    mustReach: '0',
    measured: Math.max(broken, parcels - (found?.named ?? 0)),
    unit: '',
    ok: broken === 0 && found?.named === parcels,
  });
}
