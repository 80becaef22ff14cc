import { and, eq, sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { editingSessions } from './schema.ts';

/** A session's own last save is examined moments after its end. */
const LAST_SAVE = sql`interval '1 minute'`;

/** A document server's session began, goes on, or ended. */
export async function noteSession(
  queries: Queries,
  { key, workbook, open }: { key: string; workbook: string; open: boolean },
): Promise<void> {
  const endedAt = open ? null : sql`clock_timestamp()`;
  await queries
    .insert(editingSessions)
    .values({ key, workbook, endedAt })
    .onConflictDoUpdate({ target: editingSessions.key, set: { workbook, endedAt } });
}

export async function endSession(queries: Queries, key: string): Promise<void> {
  await queries
    .update(editingSessions)
    .set({ endedAt: sql`clock_timestamp()` })
    .where(eq(editingSessions.key, key));
}

/** When the last editor leaves, what was changed is saved 5 to 10 s later. */
const SAVING = sql`interval '15 seconds'`;

/** Sessions in which a workbook is open, as far as we were told, or whose last save may still be under way. */
export function sessionsUnderWay(queries: Queries, workbook: string) {
  return queries.query.editingSessions.findMany({
    where: and(
      eq(editingSessions.workbook, workbook),
      sql`coalesce(${editingSessions.endedAt} > clock_timestamp() - ${SAVING}, true)`,
    ),
  });
}

/** When the oldest session began that is open or has just ended: its save may bring back what stood there then. */
export async function oldestSession(queries: Queries, workbook: string): Promise<Date | null> {
  const [found] = await queries
    .select({ beganAt: editingSessions.beganAt })
    .from(editingSessions)
    .where(
      and(
        eq(editingSessions.workbook, workbook),
        sql`coalesce(${editingSessions.endedAt} > clock_timestamp() - ${LAST_SAVE}, true)`,
      ),
    )
    .orderBy(editingSessions.beganAt)
    .limit(1);
  return found?.beganAt ?? null;
}
