import { TsuisekiError } from '../errors.ts';

/** A version of a file: `etag` is opaque and changes whenever the content does. */
export interface FileVersion {
  etag: string;
}

/**
 * Where a workbook lives, behind one small interface: a person's own disk or Nextcloud's WebDAV.
 * Files go through a local temporary path, never through memory: a workbook may have 100 MB.
 */
export interface FileStore {
  /** Copies the file to `localPath`. Throws {@link FileError} `FILE_NOT_FOUND` and the like. */
  download(path: string, localPath: string): Promise<FileVersion>;
  /**
   * Replaces the file by the one at `localPath`, atomically: a crash leaves either the old or the new one.
   * Throws `FILE_CHANGED` when the file is no longer the version `ifMatch`.
   */
  replace(path: string, localPath: string, ifMatch: FileVersion): Promise<FileVersion>;
}

export type FileErrorCode =
  | 'FILE_NOT_FOUND'
  | 'FILE_FORBIDDEN'
  | 'FILE_TOO_LARGE'
  | 'FILE_CHANGED'
  | 'FILE_LOCKED'
  | 'FILE_UNAVAILABLE'
  | 'FILE_PATH_INVALID';

export class FileError extends TsuisekiError<FileErrorCode> {}
