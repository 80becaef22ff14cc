import { databaseNow } from '../db/database.ts';
import type { Database } from '../db/database.ts';
import { isPlaceTaken, knownWorkbook, moveWorkbook, workbookOfFile } from '../db/workbooks.ts';
import type { SeenVersion } from '../db/workbooks.ts';
import { sha256OfFile } from '../files/sha256.ts';
import { FileError } from '../files/types.ts';
import type { FileInfo, FileStore } from '../files/types.ts';
import { withDownload } from '../files/with-download.ts';

export interface WorkbookDeps {
  database: Database;
  files: FileStore;
}

/** A workbook's copy on this machine, for as long as something works with it. */
export interface WorkbookCopy {
  /** Where the workbook is: elsewhere than it was asked for, when it was moved. */
  workbook: string;
  path: string;
  /** Before it was taken, by the database's clock: what is written later may not be in it. */
  copiedAt: Date;
  /** A folder for more files, removed with the copy. */
  folder: string;
  version: SeenVersion & { fileId: string | null };
}

/** What is meant where another file has taken a moved one's place: whatever stands at the path, or the file itself. */
type Meant = 'path' | 'file';

/**
 * Where the workbook is now, and its version. One that was renamed or moved is known again by its file's id, and all
 * that is on record goes with it. Throws {@link FileError}.
 */
export async function findWorkbook(
  { database: { db }, files }: WorkbookDeps,
  workbook: string,
  meant: Meant,
): Promise<FileInfo> {
  const there = await files.stat(workbook).catch(async (error: unknown) => {
    const moved = isMissing(error) ? await movedTo() : null;
    if (moved === null) throw error;
    return files.stat(moved);
  });
  const info = (await displaced(there)) ?? there;
  const known = info.fileId === null ? null : await workbookOfFile(db, info.fileId);
  if (known !== null && known !== info.path) await move(known, info.path);
  return info;

  /** The file that stood here, where it was moved and another has its place; null: it is the one. */
  async function displaced({ path, fileId }: FileInfo): Promise<FileInfo | null> {
    const before = await knownWorkbook(db, workbook);
    if (path !== workbook || fileId === null || before === null || before.fileId === fileId) return null;
    const moved = await movedTo();
    // Deleted and put there again, it is the same workbook to people.
    if (moved === null || moved === workbook) return null;
    await move(workbook, moved);
    return meant === 'file' ? files.stat(moved) : null;
  }

  async function movedTo(): Promise<string | null> {
    const fileId = (await knownWorkbook(db, workbook))?.fileId ?? null;
    return fileId === null ? null : files.find(fileId);
  }

  async function move(from: string, to: string): Promise<void> {
    await db
      .transaction((tx) => moveWorkbook(tx, from, to))
      .catch((cause: unknown) => {
        if (!isPlaceTaken(cause)) throw cause;
        throw new FileError('FILE_NOT_FOUND', `${from} was moved to ${to}, where another batch runs`, {
          cause,
        });
      });
  }
}

const isMissing = (error: unknown) => error instanceof FileError && error.code === 'FILE_NOT_FOUND';

/** Downloads the workbook for `work`, and removes the copy after it. Throws {@link FileError}. */
export async function withCopy<T>(
  deps: WorkbookDeps,
  named: string,
  meant: Meant,
  work: (copy: WorkbookCopy) => Promise<T>,
): Promise<T> {
  const { path: workbook, fileId } = await findWorkbook(deps, named, meant);
  const copiedAt = await databaseNow(deps.database.db);
  return withDownload(deps.files, workbook, async ({ path, folder, etag }) =>
    work({ workbook, path, copiedAt, folder, version: { etag, hash: await sha256OfFile(path), fileId } }),
  );
}
