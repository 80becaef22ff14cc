import { expect, it } from 'vitest';
import { AccountClock } from '../../src/pacing/account-clock.ts';
import { openDatabase } from '../../src/db/database.ts';
import { testDatabase } from '../support/db/test-database.ts';
import { answer, granted } from '../support/pacing/clock-harness.ts';

const LIMITS = { callLimit: 200, callWindowMs: 900_000, publishIntervalMs: 0 };

it('a call costs the same beside a hundred thousand old ones: nothing goes through all of them', async () => {
  const test = await testDatabase();
  // One session: what it has read is counted once it says so.
  const database = openDatabase(test.url, { schemaName: test.schemaName, maxConnections: 1 });
  try {
    const { sql } = database;
    await sql`insert into calls (kind, started_at, finished_at, expires_at, http_status)
      select 'publish', at, at, at + interval '15 minutes', 200
      from generate_series(1, 100000) n, lateral (select now() - interval '1 hour' - n * interval '3 seconds') as moments(at)`;
    await sql`analyze calls`;
    const seen = async () => {
      await sql`select pg_stat_force_next_flush()`;
      const [row] = await sql<
        { all: number; some: number }[]
      >`select seq_scan::int as "all", idx_scan::int as some
        from pg_stat_user_tables where schemaname = ${test.schemaName} and relname = 'calls'`;
      return { all: row?.all ?? 0, some: row?.some ?? 0 };
    };
    const clock = new AccountClock(database, LIMITS);
    const before = await seen();
    for (let call = 0; call < 20; call++) {
      const { callId } = await granted(clock.reserveCheck(null));
      await clock.settle(callId, answer(100));
    }
    const after = await seen();
    expect(after.some).toBeGreaterThan(before.some + 40);
    expect(after.all).toBe(before.all);
  } finally {
    await database.close();
    await test.drop();
  }
});
