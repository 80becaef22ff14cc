import { randomBytes } from 'node:crypto';
import { constants, renameSync, statSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { access, chmod, copyFile, open, realpath, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { errorMessage } from '../errors.ts';
import { changed, copyFailure, systemCode, unavailable } from './file-failure.ts';
import { FileError } from './types.ts';
import type { FileErrorCode, FileInfo, FileStore, FileVersion, LastLook } from './types.ts';

/** A file that someone is writing all the time is told apart from one that was just saved. */
const MAX_DOWNLOAD_ATTEMPTS = 3;
/** Of the file's name, in the temporary one: three bytes each at most, where disks allow 255 for a whole name. */
const NAME_CHARACTERS_KEPT = 50;

const CODES: Readonly<Record<string, [FileErrorCode, string]>> = {
  ENOENT: ['FILE_NOT_FOUND', 'is not there'],
  ENOTDIR: ['FILE_NOT_FOUND', 'is not there'],
  EISDIR: ['FILE_NOT_FOUND', 'is a folder, not a file'],
  EACCES: ['FILE_FORBIDDEN', 'may not be read or written by this user'],
  EPERM: ['FILE_FORBIDDEN', 'may not be read or written by this user'],
  EROFS: ['FILE_FORBIDDEN', 'is on a read-only disk'],
  ENOSPC: ['FILE_NO_SPACE', 'cannot be written: its disk is full'],
  EDQUOT: ['FILE_NO_SPACE', "cannot be written: this user's share of the disk is used up"],
  EFBIG: ['FILE_TOO_LARGE', 'is too large for its disk'],
  EBUSY: ['FILE_LOCKED', 'is in use by another program'],
  ETXTBSY: ['FILE_LOCKED', 'is in use by another program'],
};

/**
 * Files of a person's own disk. A version is size, modification time in nanoseconds and inode: a save changes one of
 * them at least, and none costs reading the file.
 */
export class LocalFiles implements FileStore {
  async stat(path: string): Promise<FileInfo> {
    return namingFile(path, async () => {
      const stats = await fileStats(path);
      return { ...versionFrom(stats), path, fileId: null, changedAt: stats.mtime };
    });
  }

  /** Always null: an inode is given again to the next file, and changes with each of our own saves. */
  async find(): Promise<null> {
    return null;
  }

  async download(path: string, localPath: string): Promise<FileVersion> {
    return namingFile(path, async () => {
      for (let attempt = 1; attempt <= MAX_DOWNLOAD_ATTEMPTS; attempt++) {
        const before = await versionOf(path);
        await access(path, constants.R_OK);
        await copyHere(path, localPath);
        const after = await versionOf(path);
        if (after.etag === before.etag) return after;
      }
      throw changed(path, 'while it was read');
    });
  }

  /**
   * The new file takes the old one's mode and, where the user may give it, its owner. A symbolic link stays one: the
   * file behind it is replaced.
   */
  async replace(
    path: string,
    localPath: string,
    ifMatch: FileVersion,
    lastLook?: LastLook,
  ): Promise<FileVersion> {
    const real = await namingFile(path, () => writableFile(path));
    const folder = dirname(real);
    // Hidden, and no workbook by its name: a crash leaves nothing that looks like one.
    const temporary = join(
      folder,
      `.${basename(real).slice(0, NAME_CHARACTERS_KEPT)}.${randomBytes(6).toString('hex')}.tmp`,
    );
    try {
      const written = await namingFile(path, () => writeTemporary(temporary, localPath, real));
      await lastLook?.();
      await namingFile(path, async () => {
        replaceAtOnce(real, temporary, ifMatch);
      });
      await syncFolder(folder);
      // Not that of the path: someone else may have saved since.
      return written;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}

/** What is to be replaced: the file itself, also where a link leads to it. */
async function writableFile(path: string): Promise<string> {
  const real = await realpath(path);
  await fileStats(real);
  // A rename would replace a file that its owner has made read-only.
  await access(real, constants.W_OK);
  return real;
}

/** In one turn: a process that is stopped between look and rename would write over what came meanwhile. */
function replaceAtOnce(real: string, temporary: string, ifMatch: FileVersion): void {
  const current = versionFrom(statSync(real, { bigint: true }));
  if (current.etag !== ifMatch.etag) throw changed(real, 'since it was read');
  renameSync(temporary, real);
}

async function fileStats(path: string): Promise<BigIntStats> {
  const stats = await stat(path, { bigint: true });
  if (!stats.isFile()) throw new FileError('FILE_NOT_FOUND', `${path} is no file`);
  return stats;
}

async function versionOf(path: string): Promise<FileVersion> {
  return versionFrom(await fileStats(path));
}

function versionFrom({ size, mtimeNs, ino }: BigIntStats): FileVersion {
  return { etag: `${size}-${mtimeNs}-${ino}` };
}

/** Copies a file that can be read; whatever fails then is not its fault, unless it has gone meanwhile. */
async function copyHere(path: string, localPath: string): Promise<void> {
  try {
    await copyFile(path, localPath, constants.COPYFILE_FICLONE);
    // The copy of a read-only file is read-only as well, and could not be written over.
    await chmod(localPath, 0o600);
  } catch (error) {
    await versionOf(path);
    throw copyFailure(path, error);
  }
}

/** Writes the local file beside the one it is to replace, with that one's mode and owner. */
async function writeTemporary(temporary: string, localPath: string, real: string): Promise<FileVersion> {
  const local = await open(localPath, 'r').catch((error: unknown) => {
    throw unavailable(real, `cannot be replaced: ${errorMessage(error)}`, error);
  });
  try {
    // Nobody else may read it before it has the old file's mode.
    const file = await open(temporary, 'wx', 0o600);
    try {
      for await (const chunk of local.createReadStream({ autoClose: false }))
        await file.writeFile(chunk as Buffer);
      await takeAfter(real, file);
      await file.sync();
      return versionFrom(await file.stat({ bigint: true }));
    } finally {
      await file.close();
    }
  } finally {
    await local.close();
  }
}

async function takeAfter(path: string, file: FileHandle): Promise<void> {
  const { mode, uid, gid } = await stat(path);
  try {
    await file.chown(uid, gid);
  } catch (error) {
    // Only root may give files away; the mode still holds.
    if (systemCode(error) !== 'EPERM') throw error;
  }
  // After chown, which clears the set-user-id bits.
  await file.chmod(mode & 0o7777);
}

/** Makes the rename survive a power cut, where the system and the folder's mode let folders be opened. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // The new file is in its place: to report a failure now would have it written again.
  }
}

async function namingFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FileError) throw error;
    const [code, what] = CODES[systemCode(error)] ?? [
      'FILE_UNAVAILABLE',
      `cannot be used: ${errorMessage(error)}`,
    ];
    throw new FileError(code, `${path} ${what}`, { cause: error });
  }
}
