import { and, desc, inArray, isNotNull, isNull, lte, max, sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { editingSessions, saves } from './file-schema.ts';
import { storable } from '../text.ts';

/** A save of a workbook, as it was told; `savedBy`: the user's id, null where it was not told. */
export type NewSave = Pick<typeof saves.$inferSelect, 'workbook' | 'source' | 'savedBy'>;

export async function storeSave(queries: Queries, save: NewSave): Promise<void> {
  await queries.insert(saves).values(save);
}

/** How people and webhooks may have told of a workbook: in NFC, however its name is stored. */
export const toldAs = (workbook: string): string[] => [workbook, workbook.normalize('NFC')];

export const waitingFor = (workbook: string) =>
  and(inArray(saves.workbook, toldAs(workbook)), isNull(saves.examinedAt));

/** The newest save of a workbook that nobody has examined; null: none waits. */
export async function newestWaiting(queries: Queries, workbook: string): Promise<number | null> {
  const [found] = await queries
    .select({ id: max(saves.id) })
    .from(saves)
    .where(waitingFor(workbook));
  return found?.id ?? null;
}

/** Who made the newest of these saves of which that was told; null: nobody is known. */
export async function whoSaved(
  queries: Queries,
  workbook: string,
  upTo: number | null,
): Promise<string | null> {
  if (upTo === null) return null;
  const [found] = await queries
    .select({ by: saves.savedBy })
    .from(saves)
    .where(and(waitingFor(workbook), lte(saves.id, upTo), isNotNull(saves.savedBy)))
    .orderBy(desc(saves.id))
    .limit(1);
  return found?.by ?? null;
}

/** The saves up to that one were examined; those that came meanwhile wait on. */
export async function markExamined(
  queries: Queries,
  workbook: string,
  upTo: number | null,
  outcome: string,
): Promise<void> {
  if (upTo === null) return;
  await queries
    .update(saves)
    .set({ examinedAt: sql`clock_timestamp()`, outcome: storable(outcome) })
    .where(and(waitingFor(workbook), lte(saves.id, upTo)));
}

/** Workbooks with a save that waits longer than `olderThanMs`. */
export async function workbooksWaiting(queries: Queries, olderThanMs: number): Promise<string[]> {
  const found = await queries
    .selectDistinct({ workbook: saves.workbook })
    .from(saves)
    .where(
      and(
        isNull(saves.examinedAt),
        sql`${saves.receivedAt} <= clock_timestamp() - ${`${olderThanMs} milliseconds`}::interval`,
      ),
    );
  return found.map(({ workbook }) => workbook);
}

/** Deletes saves examined, and editing sessions begun, more than `days` ago. Gives how many saves. */
export async function pruneSaves(queries: Queries, days: number): Promise<number> {
  const old = sql`now() - make_interval(days => ${days})`;
  await queries.delete(editingSessions).where(sql`${editingSessions.beganAt} < ${old}`);
  const gone = await queries
    .delete(saves)
    .where(sql`${saves.examinedAt} < ${old}`)
    .returning({ id: saves.id });
  return gone.length;
}

/** For how long the save that waits longest has waited to be examined, in seconds; 0: none waits. */
export async function longestWaitS(queries: Queries): Promise<number> {
  const [found] = await queries.execute<{ s: number }>(sql`
    select coalesce(max(extract(epoch from clock_timestamp() - received_at)), 0)::float8 as s
    from saves where examined_at is null`);
  return found?.s ?? 0;
}
