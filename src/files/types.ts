import { TsuisekiError } from '../errors.ts';

/** A version of a file: `etag` is opaque and changes whenever the content does. */
export interface FileVersion {
  etag: string;
}

/** What a store tells of a file without reading it. */
export interface FileInfo extends FileVersion {
  /** As the store takes it: `webdav:/…` or a local path. */
  path: string;
  /** Nextcloud's `oc:fileid`: stays when the file is renamed or moved. Null where there is none. */
  fileId: string | null;
  /** The later of its modification time and, where the server tells it, the time it was uploaded. */
  changedAt: Date;
}

/** Rejects where the caller may no longer write. */
export type LastLook = () => Promise<void>;

/**
 * Where a workbook lives, behind one small interface: a person's own disk or Nextcloud's WebDAV.
 * Files go through a local temporary path, never through memory: a workbook may have 100 MB.
 * Every method throws {@link FileError}.
 */
export interface FileStore {
  stat(path: string): Promise<FileInfo>;
  /** Copies the file to `localPath`, whole: of two versions that meet in one download none is given. */
  download(path: string, localPath: string): Promise<FileVersion>;
  /**
   * Replaces the file by the one at `localPath`, atomically: a crash leaves either the old or the new one.
   * Throws `FILE_CHANGED` when the file is no longer the version `ifMatch`, or when someone saved right after: the
   * caller reads again. Resolves only where the file holds what was written. `lastLook` is waited for when all is ready
   * to be written; nothing is where it rejects.
   */
  replace(path: string, localPath: string, ifMatch: FileVersion, lastLook?: LastLook): Promise<FileVersion>;
  /** Where the file of this id is now; null where it is gone or ids are unknown, as on a disk. */
  find(fileId: string): Promise<string | null>;
}

export type FileErrorCode =
  | 'FILE_PATH_INVALID'
  | 'FILE_NOT_FOUND'
  | 'FILE_LOGIN_REFUSED'
  | 'FILE_LOGIN_HELD'
  | 'FILE_FORBIDDEN'
  | 'FILE_ENCRYPTED'
  | 'FILE_TOO_LARGE'
  | 'FILE_NO_SPACE'
  | 'FILE_CHANGED'
  | 'FILE_LOCKED'
  | 'FILE_BEING_EDITED'
  | 'FILE_NOT_STORED'
  | 'FILE_TIMEOUT'
  | 'FILE_TLS'
  | 'FILE_UNAVAILABLE';

export class FileError extends TsuisekiError<FileErrorCode> {}
