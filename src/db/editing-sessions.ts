import { and, eq, inArray, isNull, max, sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { toldAs, waitingFor } from './saves.ts';
import { editingSessions, saves } from './file-schema.ts';

/** A session's own last save is examined moments after its end. */
const LAST_SAVE = sql`interval '1 minute'`;

const ofWorkbook = (workbook: string) => inArray(editingSessions.workbook, toldAs(workbook));

/** A document server's editing session, by its `key`: began (callback status 1) or ended (2, 3, 4); 6 and 7 leave it open. */
export interface EditingSession {
  workbook: string;
  key: string;
  open: boolean;
}

/** A document server's session began, goes on, or ended. */
export async function noteSession(queries: Queries, { key, workbook, open }: EditingSession): Promise<void> {
  const endedAt = open ? null : sql`clock_timestamp()`;
  // A document closed unchanged keeps its key: whoever opens it again has it as it is then.
  const beganAt = open
    ? sql`case when ${editingSessions.endedAt} is null then ${editingSessions.beganAt} else clock_timestamp() end`
    : editingSessions.beganAt;
  await queries
    .insert(editingSessions)
    .values({ key, workbook, endedAt })
    .onConflictDoUpdate({
      target: editingSessions.key,
      set: { workbook, beganAt: sql`${beganAt}`, endedAt },
    });
}

/** What came of a save of a session: one that failed stands there until another one succeeds. */
export interface SessionSave {
  workbook: string;
  key: string;
  failed: boolean;
}

/** The document server saved what was edited in a session, or could not. */
export async function noteSessionSave(
  queries: Queries,
  { key, workbook, failed }: SessionSave,
): Promise<void> {
  if (!failed) {
    await queries.update(editingSessions).set({ saveFailedAt: null }).where(eq(editingSessions.key, key));
    return;
  }
  const saveFailedAt = sql`clock_timestamp()`;
  await queries
    .insert(editingSessions)
    .values({ key, workbook, saveFailedAt })
    .onConflictDoUpdate({ target: editingSessions.key, set: { saveFailedAt } });
}

/** Long enough for whoever misses what they typed; then it is history. */
const FAILURE_TOLD = sql`interval '7 days'`;

/** When an editor's save of this workbook last failed, nothing of its session having been saved since; null: lately none. */
export async function lastFailedSave(queries: Queries, workbook: string): Promise<Date | null> {
  const [found] = await queries
    .select({ at: max(editingSessions.saveFailedAt) })
    .from(editingSessions)
    .where(
      and(ofWorkbook(workbook), sql`${editingSessions.saveFailedAt} > clock_timestamp() - ${FAILURE_TOLD}`),
    );
  return found?.at ?? null;
}

export async function endSession(queries: Queries, key: string): Promise<void> {
  await queries
    .update(editingSessions)
    .set({ endedAt: sql`clock_timestamp()` })
    .where(eq(editingSessions.key, key));
}

/** Every session told of is over: a person says so. */
export async function endSessionsOf(queries: Queries, workbook: string): Promise<void> {
  await queries
    .update(editingSessions)
    .set({ endedAt: sql`clock_timestamp()` })
    .where(and(ofWorkbook(workbook), isNull(editingSessions.endedAt)));
}

/** When the last editor leaves, what was changed is saved 5 to 10 s later. */
const SAVING = sql`interval '15 seconds'`;

/** A session that the document server told of so long ago, and no longer answers for, is one whose end was lost. */
export const FORGOTTEN_AFTER_MS = 12 * 3_600_000;

/** Sessions in which a workbook is open, as far as we were told, or whose last save may still be under way. */
export function sessionsUnderWay(queries: Queries, workbook: string) {
  return queries.query.editingSessions.findMany({
    where: and(
      ofWorkbook(workbook),
      sql`coalesce(${editingSessions.endedAt} > clock_timestamp() - ${SAVING}, true)`,
    ),
  });
}

/**
 * Nobody edits for so long on end: the callback of its end was lost. Else whatever a person clears would for ever count
 * as an old editor's.
 */
const LONGEST_SESSION = sql`interval '1 day'`;

/**
 * When the oldest session began that was open, or had just ended, as the saves came that are still to be examined:
 * they may bring back what stood there then.
 */
export async function oldestSession(queries: Queries, workbook: string): Promise<Date | null> {
  const [found] = await queries
    .select({ beganAt: editingSessions.beganAt })
    .from(editingSessions)
    .where(
      and(
        ofWorkbook(workbook),
        sql`coalesce(${editingSessions.endedAt}, ${editingSessions.beganAt} + ${LONGEST_SESSION}) > coalesce(
          (select min(${saves.receivedAt}) from ${saves} where ${waitingFor(workbook)}), clock_timestamp()) - ${LAST_SAVE}`,
      ),
    )
    .orderBy(editingSessions.beganAt)
    .limit(1);
  return found?.beganAt ?? null;
}
