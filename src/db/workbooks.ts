import { and, eq } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { editingSessions, saves, sheetWords, workbooks } from './file-schema.ts';
import { batches } from './schema.ts';

/** A version of a workbook's file: its etag, and the SHA-256 of its bytes. */
export interface SeenVersion {
  etag: string;
  hash: string;
}

export type KnownWorkbook = typeof workbooks.$inferSelect;

export async function knownWorkbook(queries: Queries, workbook: string): Promise<KnownWorkbook | null> {
  return (await queries.query.workbooks.findFirst({ where: eq(workbooks.workbook, workbook) })) ?? null;
}

/** Where a file was when it was last seen; null: never. */
export async function workbookOfFile(queries: Queries, fileId: string): Promise<string | null> {
  const found = await queries.query.workbooks.findFirst({ where: eq(workbooks.fileId, fileId) });
  return found?.workbook ?? null;
}

/** Every row of this version has been looked at: a save that leaves it is no news. */
export async function markSeen(
  queries: Queries,
  workbook: string,
  version: SeenVersion & { fileId: string | null },
): Promise<void> {
  const { etag, hash, fileId } = version;
  const known = { seenEtag: etag, seenHash: hash, ...(fileId === null ? {} : { fileId }) };
  await queries
    .insert(workbooks)
    .values({ workbook, ...known })
    .onConflictDoUpdate({ target: workbooks.workbook, set: known });
}

/**
 * Our own writing is no news, unless it went over a version that nobody has examined: then what a person saved is
 * still to be looked at, in ours.
 */
export async function markWrittenOver(
  queries: Queries,
  workbook: string,
  baseEtag: string,
  written: SeenVersion,
): Promise<void> {
  await queries
    .update(workbooks)
    .set({ seenEtag: written.etag, seenHash: written.hash })
    .where(and(eq(workbooks.workbook, workbook), eq(workbooks.seenEtag, baseEtag)));
}

/** Whether {@link moveWorkbook} failed since batches of both places run: one workbook and task has one (`unique_violation`). */
export function isPlaceTaken(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === '23505') || isPlaceTaken(error.cause);
}

/** The file was renamed or moved: all that is known of it goes with it. Run in a transaction. */
export async function moveWorkbook(tx: Queries, from: string, to: string): Promise<void> {
  await tx.update(batches).set({ workbook: to }).where(eq(batches.workbook, from));
  await tx.update(editingSessions).set({ workbook: to }).where(eq(editingSessions.workbook, from));
  await tx.update(saves).set({ workbook: to }).where(eq(saves.workbook, from));
  await tx.delete(sheetWords).where(eq(sheetWords.workbook, to));
  await tx.update(sheetWords).set({ workbook: to }).where(eq(sheetWords.workbook, from));
  await tx.delete(workbooks).where(eq(workbooks.workbook, to));
  await tx.update(workbooks).set({ workbook: to }).where(eq(workbooks.workbook, from));
}
