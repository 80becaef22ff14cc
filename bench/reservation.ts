import { loadSettings } from '../src/settings/settings.ts';
import { migrateDatabase, openDatabase } from '../src/db/database.ts';
import { startPostgres } from '../src/embedded/postgres/server.ts';
import { AccountClock } from '../src/pacing/account-clock.ts';
import type { Part } from './part.ts';
import { percentile, spread } from './statistics.ts';
import { temporaryFolder } from './temporary-folder.ts';

const CALLS = 1_000_000;
const CLIENTS = 8;
const JOBS_A_CLIENT = 250;
const WARM_UP = 10;
/** As many live calls as the vendor's limit lets there be, over so soon that most reservations are granted. */
const LIMITS = { callLimit: 200, callWindowMs: 250, publishIntervalMs: 0 };
const MOST_MS = 20;

/** On a database that keeps what it is told (fsync), as the production one: a commit is part of the cost. */
export const reservation: Part = {
  name: 'reservation',
  async run({ cleanup, figure, note, progress }) {
    const dataDir = temporaryFolder(cleanup);
    const server = await startPostgres({ env: loadSettings().env, dataDir });
    cleanup.add('Postgres', () => server.stop());
    await migrateDatabase(server.url);
    const database = openDatabase(server.url, { maxConnections: CLIENTS });
    cleanup.add('the connections to the database', () => database.close());
    progress(`${CALLS} calls of the past`);
    await database.sql`
      insert into calls (kind, job_id, started_at, finished_at, http_status, expires_at)
      select case n % 2 when 0 then 'publish' else 'download' end, n / 2, at, at, 200, at + interval '15 minutes'
      from (select n, now() - (${CALLS} - n) * interval '4.5 s' - interval '15 minutes' as at
            from generate_series(1, ${CALLS}::int) n) past`;
    await database.sql`insert into batches (id, task, workbook, workflow_id, columns)
      values ('bench', 'yamato_tracking_only', '/bench.xlsx', 'bench', '{}')`;
    const jobs = await database.sql<{ id: string }[]>`
      insert into jobs (batch_id, seq, custom_id, task, sitemap_id, subjects)
      select 'bench', n, 'bench-' || n, 'yamato_tracking_only', 1, '{}'
      from generate_series(1, ${CLIENTS * JOBS_A_CLIENT}::int) n returning id`;
    await database.sql`vacuum analyze calls, jobs`;

    progress(`${CLIENTS} clients at once`);
    const clock = new AccountClock(database, LIMITS);
    const granted: number[] = [];
    const refused: number[] = [];
    async function timed(reserve: () => ReturnType<AccountClock['reservePublish']>) {
      const began = performance.now();
      const answer = await reserve();
      (answer.granted ? granted : refused).push(performance.now() - began);
      if (answer.granted)
        await clock.settle(answer.callId, { rateLimit: { budget: null, retryAfterMs: null } });
      return answer.granted;
    }
    // A worker's connections are open and its statements planned long before: the first ones are not counted.
    await Promise.all(Array.from({ length: CLIENTS * WARM_UP }, () => clock.reserveCheck(0)));
    await Promise.all(
      Array.from({ length: CLIENTS }, async (_, client) => {
        for (let n = client; n < jobs.length; n += CLIENTS) {
          const jobId = Number(jobs[n]?.id);
          if (await timed(() => clock.reservePublish(jobId))) await timed(() => clock.reserveDownload(jobId));
        }
      }),
    );
    const p99 = percentile([...granted, ...refused], 0.99);
    figure({
      figure: `one reservation, ${CALLS} calls, ${CLIENTS} clients, p99`,
      mustReach: `< ${MOST_MS} ms`,
      measured: p99,
      unit: 'ms',
      ok: granted.length >= CLIENTS * JOBS_A_CLIENT && p99 < MOST_MS,
    });
    note(`${granted.length} granted: ${spread(granted)}`);
    note(`${refused.length} refused: ${spread(refused)}`);
  },
};
