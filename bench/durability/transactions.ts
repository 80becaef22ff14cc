import { setTimeout as delay } from 'node:timers/promises';
import type { Cleanup } from '../cleanup.ts';
import type { Database } from '../../src/db/database.ts';

const LOOK_EVERY_MS = 100;
const QUERY_TOLD = 80;

/** The longest transaction seen so far, and what it did then. */
export interface LongestTransaction {
  ms: number;
  query: string;
}

/** Looks at every client's transaction ten times a second. */
export function watchTransactions({ sql }: Database, cleanup: Cleanup): LongestTransaction {
  const longest: LongestTransaction = { ms: 0, query: 'none' };
  const stopped = new AbortController();
  async function look(): Promise<void> {
    while (!stopped.signal.aborted) {
      const [found] = await sql<LongestTransaction[]>`
        select (extract(epoch from clock_timestamp() - xact_start) * 1000)::float8 as ms, query
        from pg_stat_activity
        where backend_type = 'client backend' and pid <> pg_backend_pid() and xact_start is not null
        order by xact_start limit 1`;
      if (found !== undefined && found.ms > longest.ms)
        Object.assign(longest, { ms: found.ms, query: found.query.trim().slice(0, QUERY_TOLD) });
      await delay(LOOK_EVERY_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  }
  // One that fails is as good as none: its part sees the same database away.
  const looking = look().catch(() => undefined);
  cleanup.add('the looks at transactions', async () => {
    stopped.abort();
    await looking;
  });
  return longest;
}
