import { and, eq, isNull, sql } from 'drizzle-orm';
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

/** Keys of the sessions in which a workbook is open, as far as we were told. */
export async function openSessions(queries: Queries, workbook: string): Promise<string[]> {
  const open = await queries.query.editingSessions.findMany({
    where: and(eq(editingSessions.workbook, workbook), isNull(editingSessions.endedAt)),
  });
  return open.map(({ key }) => key);
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
