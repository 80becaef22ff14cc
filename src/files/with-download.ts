import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileStore } from './types.ts';

/** A file's copy on this machine, in a folder of its own, in which there is room for more. */
export interface Download {
  path: string;
  folder: string;
  etag: string;
}

/** Downloads a file for `work`, and removes the copy and its folder after it. Throws FileError. */
export async function withDownload<T>(
  files: FileStore,
  remotePath: string,
  work: (download: Download) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'tsuiseki-'));
  try {
    const path = join(folder, 'workbook');
    const { etag } = await files.download(remotePath, path);
    return await work({ path, folder, etag });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
