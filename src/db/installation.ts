import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { installation } from './installation-schema.ts';

/** What people are told while it is so. */
export const RESTORED_TEXT =
  'the database was restored from a backup and may not know of all that was published: run `tsuiseki doctor --after-restore`';

/**
 * As SQL: the database is another than the one that was last known to be as old as the world, or is being held against
 * the account's jobs. What is not told now, or was not then, is no difference: another role may see less.
 */
const RESTORED = `coalesce((select doubted_at is not null or exists (
  select from unnest(identity, database_identity()) as part(was, now) where was <> now) from installation), true)`;

/** As SQL, of `account_clock`: why nobody may publish; null: they may. */
export const HELD_REASON = `case when ${RESTORED} then '${RESTORED_TEXT}' else held_reason end`;

export async function isRestored(queries: Queries): Promise<boolean> {
  const [found] = await queries.execute<{ restored: boolean }>(sql.raw(`select ${RESTORED} as restored`));
  return found?.restored === true;
}

const IS_ANOTHER = sql`exists (select from unnest(identity, database_identity()) as part(was, now) where was <> now)`;

/** When its last restore was made good, where that is within a window, and it is no other database since; else null. */
export async function restoredLately(queries: Queries, windowMs: number): Promise<Date | null> {
  const [found] = await queries
    .select({ at: installation.restoredAt })
    .from(installation)
    .where(
      sql`doubted_at is null and not ${IS_ANOTHER}
        and restored_at > clock_timestamp() - ${windowMs} * interval '1 millisecond'`,
    );
  return found?.at ?? null;
}

/** Holds publishing for all until {@link endDoubt}. Gives since when the database is in doubt: for a second try the first's. */
export async function beginDoubt(queries: Queries): Promise<Date> {
  const now = sql`date_trunc('milliseconds', clock_timestamp())`;
  const [doubted] = await queries
    .update(installation)
    .set({
      doubtedAt: sql`case when ${IS_ANOTHER} then ${now} else coalesce(doubted_at, ${now}) end`,
      identity: sql`database_identity()`,
    })
    .returning({ at: installation.doubtedAt });
  if (doubted?.at == null) throw new TypeError('the installation has no row: run `tsuiseki migrate`');
  return doubted.at;
}

/** The database knows all that the account tells: publishing is no longer held for its sake. */
export async function endDoubt(queries: Queries): Promise<void> {
  await queries.update(installation).set({ restoredAt: sql`doubted_at`, doubtedAt: null });
}
