import { randomBytes } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, copyFile, open, realpath, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { errorMessage } from '../errors.ts';
import { FileError } from './types.ts';
import type { FileErrorCode, FileStore, FileVersion } from './types.ts';

/** A file that someone is writing all the time is told apart from one that was just saved. */
const MAX_DOWNLOAD_ATTEMPTS = 3;

const CODES: Readonly<Record<string, [FileErrorCode, string]>> = {
  ENOENT: ['FILE_NOT_FOUND', 'is not there'],
  ENOTDIR: ['FILE_NOT_FOUND', 'is not there'],
  EISDIR: ['FILE_NOT_FOUND', 'is a folder, not a file'],
  EACCES: ['FILE_FORBIDDEN', 'may not be read or written by this user'],
  EPERM: ['FILE_FORBIDDEN', 'may not be read or written by this user'],
  EROFS: ['FILE_FORBIDDEN', 'is on a read-only disk'],
  EFBIG: ['FILE_TOO_LARGE', 'is too large for its disk'],
  EBUSY: ['FILE_LOCKED', 'is in use by another program'],
  ETXTBSY: ['FILE_LOCKED', 'is in use by another program'],
};

/**
 * Files of a person's own disk. A version is size, modification time in nanoseconds and inode: a save changes one of
 * them at least, and none costs reading the file.
 */
export class LocalFiles implements FileStore {
  async download(path: string, localPath: string): Promise<FileVersion> {
    return namingFile(path, async () => {
      for (let attempt = 1; ; attempt++) {
        const before = await versionOf(path);
        await copyFile(path, localPath, constants.COPYFILE_FICLONE);
        const after = await versionOf(path);
        if (after.etag === before.etag) return after;
        if (attempt === MAX_DOWNLOAD_ATTEMPTS) throw changed(path, 'while it was read');
      }
    });
  }

  /**
   * The new file takes the old one's mode and, where the user may give it, its owner. A symbolic link stays one: the
   * file behind it is replaced.
   */
  async replace(path: string, localPath: string, ifMatch: FileVersion): Promise<FileVersion> {
    return namingFile(path, async () => {
      const real = await realpath(path);
      // A rename would replace a file that its owner has made read-only.
      await access(real, constants.W_OK);
      const folder = dirname(real);
      // Hidden, and no workbook by its name: a crash leaves nothing that looks like one.
      const temporary = join(
        folder,
        `.${basename(real).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`,
      );
      try {
        // Nobody else may read it before it has the old file's mode.
        const file = await open(temporary, 'wx', 0o600);
        try {
          for await (const chunk of createReadStream(localPath)) await file.writeFile(chunk as Buffer);
          await takeAfter(real, file);
          await file.sync();
        } finally {
          await file.close();
        }
        const current = await versionOf(real);
        if (current.etag !== ifMatch.etag) throw changed(path, 'since it was read');
        await rename(temporary, real);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
      await syncFolder(folder);
      return versionOf(real);
    });
  }
}

async function versionOf(path: string): Promise<FileVersion> {
  const stats = await stat(path, { bigint: true });
  if (!stats.isFile()) throw new FileError('FILE_NOT_FOUND', `${path} is no file`);
  return { etag: `${stats.size}-${stats.mtimeNs}-${stats.ino}` };
}

async function takeAfter(path: string, file: FileHandle): Promise<void> {
  const { mode, uid, gid } = await stat(path);
  try {
    await file.chown(uid, gid);
  } catch (error) {
    // Only root may give files away; the mode still holds.
    if (errorCode(error) !== 'EPERM') throw error;
  }
  // After chown, which clears the set-user-id bits.
  await file.chmod(mode & 0o7777);
}

/** Makes the rename survive a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function changed(path: string, when: string): FileError {
  return new FileError('FILE_CHANGED', `${path} was changed by someone else ${when}`);
}

async function namingFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FileError) throw error;
    const [code, what] = CODES[errorCode(error)] ?? [
      'FILE_UNAVAILABLE',
      `cannot be used: ${errorMessage(error)}`,
    ];
    throw new FileError(code, `${path} ${what}`, { cause: error });
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
