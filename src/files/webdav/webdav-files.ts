import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { changed, copyFailure } from '../file-failure.ts';
import { sha256Of, sha256OfFile } from '../sha256.ts';
import { FileError } from '../types.ts';
import type { FileInfo, FileStore, FileVersion, LastLook } from '../types.ts';
import { WebDavClient } from './client.ts';
import type { WebDavOptions } from './client.ts';
import { EncryptedFolders, isRefused } from './encrypted-folders.ts';
import { isUnclear } from './failure.ts';
import { checkedPath } from './path.ts';
import { fileProperties, isStrong, withoutETag } from './properties.ts';
import { searchFile } from './search.ts';
import { asListed } from './spelling.ts';
import { WebDavTransfer } from './transfer.ts';
import type { Written } from './transfer.ts';
import { FolderWalk } from './walk.ts';
import type { WalkOptions } from './walk.ts';

/** A workbook's limit, as where workbooks are read. */
const MAX_BYTES = 100 * 1024 * 1024;

/**
 * Files on a WebDAV server, Nextcloud first of all, each named `webdav:/folder/file.xlsx` below the root. They are
 * streamed, up to 100 MB, and nobody's edit is overwritten: a write holds for the version that was read (`If-Match`),
 * and is read back, since some servers answer 204 and keep nothing.
 */
export class WebDavFiles implements FileStore {
  readonly #client: WebDavClient;
  readonly #transfer: WebDavTransfer;
  readonly #walk: FolderWalk;
  readonly #encrypted: EncryptedFolders;

  constructor(options: WebDavOptions) {
    this.#client = new WebDavClient(options);
    this.#transfer = new WebDavTransfer(this.#client, options.maxBytes ?? MAX_BYTES);
    this.#walk = new FolderWalk(this.#client);
    this.#encrypted = new EncryptedFolders(this.#client);
  }

  /** The path told is the one that the server lists, where what people see of it is the same. */
  async stat(path: string): Promise<FileInfo> {
    const canonical = checkedPath(path);
    let missing = new FileError('FILE_NOT_FOUND', `${canonical} is not there`);
    // Servers that spell names in one way only would find another spelling, too: one file would have two paths.
    const isComposed = canonical === canonical.normalize('NFC');
    if (isComposed) {
      const found = await this.#infoOf(canonical).catch((error: unknown) => {
        if (error instanceof FileError && error.code === 'FILE_NOT_FOUND') return error;
        throw error;
      });
      if (!(found instanceof FileError)) return found;
      missing = found;
    }
    const listed = await asListed(this.#client, canonical);
    if (listed === null || (isComposed && listed === canonical)) throw missing;
    return this.#infoOf(listed);
  }

  async #infoOf(path: string): Promise<FileInfo> {
    try {
      const { info } = await fileProperties(this.#client, path);
      await this.#encrypted.refuse(path);
      return info;
    } catch (error) {
      // In an encrypted folder nothing has the name that people see.
      if (isRefused(error)) await this.#encrypted.refuse(path);
      throw error;
    }
  }

  async download(path: string, localPath: string): Promise<FileVersion> {
    const canonical = checkedPath(path);
    return this.#transfer.read(canonical, async (chunks) => {
      await pipeline(chunks, createWriteStream(localPath, { mode: 0o600 })).catch((error: unknown) => {
        throw error instanceof FileError ? error : copyFailure(canonical, error);
      });
    });
  }

  async replace(
    path: string,
    localPath: string,
    ifMatch: FileVersion,
    lastLook?: LastLook,
  ): Promise<FileVersion> {
    const canonical = checkedPath(path);
    // Anything else the server might take for "whatever is there".
    if (!isStrong(ifMatch.etag)) throw withoutETag(canonical, this.#client);
    await lastLook?.();
    let written: Written;
    try {
      written = await this.#transfer.write(canonical, localPath, ifMatch.etag);
    } catch (error) {
      const there = isUnclear(error) ? await this.#stored(canonical).catch(() => null) : null;
      // Stored all the same: written again, it would be a version more, or be refused by the lock of the first (423).
      if (there !== null && there.sha256 === (await sha256OfFile(localPath).catch(() => '')))
        return there.version;
      throw error;
    }
    const { version, sha256 } = await this.#stored(canonical);
    if (sha256 === written.sha256) return version;
    const dropped = version.etag === ifMatch.etag;
    // Neither the old version nor the one that the write was told to be: somebody's save.
    if (!dropped && version.etag !== written.etag) throw changed(canonical, 'right after it was written');
    const instead = dropped ? 'the file is unchanged' : 'the file holds something else';
    throw new FileError(
      'FILE_NOT_STORED',
      `${canonical} was not stored: ${this.#client.root.origin} answered ${written.status}, but ${instead}`,
    );
  }

  /** What the file holds now. */
  async #stored(path: string): Promise<{ version: FileVersion; sha256: string }> {
    let sha256 = '';
    const version = await this.#transfer.read(path, async (chunks) => {
      sha256 = await sha256Of(chunks);
    });
    return { version, sha256 };
  }

  async find(fileId: string): Promise<string | null> {
    return searchFile(this.#client, fileId);
  }

  /**
   * Every file below the root, one folder's question after the other (servers refuse to answer for all at once). On
   * Nextcloud, folders in which nothing changed since a walk of this instance last went through them to their end are
   * passed over.
   *
   * @throws {FileError} `FILE_TOO_LARGE`: more than 20,000 folders
   */
  walk(options?: WalkOptions): AsyncIterable<FileInfo> {
    return this.#walk.files(options);
  }
}
