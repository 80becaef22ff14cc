import { LocalFiles } from './local.ts';
import { FileError } from './types.ts';
import type { FileInfo, FileStore, FileVersion, LastLook } from './types.ts';
import { isWebdavPath } from './webdav/path.ts';

/** Workbooks wherever they live: `webdav:/…` on the WebDAV server, any other path on this machine's disk. */
export class WorkbookFiles implements FileStore {
  readonly #local = new LocalFiles();
  readonly #webdav: FileStore | null;

  /** Null: no WebDAV server is configured. */
  constructor(webdav: FileStore | null) {
    this.#webdav = webdav;
  }

  async stat(path: string): Promise<FileInfo> {
    return this.#storeOf(path).stat(path);
  }

  async download(path: string, localPath: string): Promise<FileVersion> {
    return this.#storeOf(path).download(path, localPath);
  }

  async replace(
    path: string,
    localPath: string,
    ifMatch: FileVersion,
    lastLook?: LastLook,
  ): Promise<FileVersion> {
    return this.#storeOf(path).replace(path, localPath, ifMatch, lastLook);
  }

  /** Only the WebDAV server has ids. */
  async find(fileId: string): Promise<string | null> {
    return this.#webdav === null ? null : this.#webdav.find(fileId);
  }

  #storeOf(path: string): FileStore {
    if (!isWebdavPath(path)) return this.#local;
    if (this.#webdav !== null) return this.#webdav;
    throw new FileError(
      'FILE_UNAVAILABLE',
      `${path} cannot be reached: no WebDAV server is configured; set WEBDAV_URL, WEBDAV_USERNAME and WEBDAV_PASSWORD`,
    );
  }
}
