import { FileError } from '../types.ts';
import type { FileInfo } from '../types.ts';
import type { WebDavClient } from './client.ts';
import { pathOfHref, WEBDAV_PREFIX } from './path.ts';
import { fileInfo, isEncrypted, isFolder, listFolder } from './properties.ts';

/** A question each: an hour's work for a slow server, longer than an activity has; the next goes on. */
const MAX_FOLDERS = 20_000;

export interface WalkOptions {
  /** False: every folder is looked into, whatever its ETag says. */
  trustETags: boolean;
  /** Ends the walk before its next folder. */
  signal?: AbortSignal;
}

interface Folder {
  path: string;
  /** What shows that nothing below it changed; null where the server's ETags do not show that. */
  version: string | null;
}

interface Listing {
  folder: Folder;
  files: FileInfo[];
  folders: Folder[];
}

/**
 * Goes through the folders below the root, and remembers them by their ETags: the next walk passes over those that
 * did not change since.
 */
export class FolderWalk {
  readonly #client: WebDavClient;
  readonly #maxFolders: number;
  /** Folders walked to their end, with the version they had then. */
  readonly #walked = new Map<string, string>();
  /** Folders that the walk without trust in ETags has been through, as long as it has not come to its end. */
  readonly #lookedInto = new Set<string>();

  constructor(client: WebDavClient, maxFolders = MAX_FOLDERS) {
    this.#client = client;
    this.#maxFolders = maxFolders;
  }

  /**
   * Every file below the root in folders that changed since a walk of this instance last went through them to their
   * end; without trust in ETags in every folder. One that is left off, or fails, gives the same again, but for folders
   * that it was through with: the next goes on from there.
   */
  async *files(options: WalkOptions = { trustETags: true }): AsyncGenerator<FileInfo, void, undefined> {
    // Folders that are gone: forgotten now and then, for one whole walk.
    if (this.#walked.size > this.#maxFolders) this.#walked.clear();
    const walk = { ...options, listed: options.trustETags ? 0 : this.#lookedInto.size };
    yield* this.#below({ path: WEBDAV_PREFIX, version: null }, walk);
    if (!walk.trustETags) this.#lookedInto.clear();
  }

  async *#below(
    unlisted: Folder,
    walk: WalkOptions & { listed: number },
  ): AsyncGenerator<FileInfo, void, undefined> {
    walk.signal?.throwIfAborted();
    walk.listed += 1;
    if (walk.listed > this.#maxFolders) {
      this.#lookedInto.clear();
      throw new FileError(
        'FILE_TOO_LARGE',
        `${WEBDAV_PREFIX}/ has more than ${this.#maxFolders.toLocaleString('en')} folders; set WEBDAV_URL to a folder in it that has the workbooks`,
      );
    }
    const { folder, files, folders } = await this.#list(unlisted.path);
    const isNews = (one: Folder) =>
      walk.trustETags ? !this.#isUnchanged(one) : !this.#lookedInto.has(one.path);
    if (!isNews(folder)) return;
    yield* files;
    for (const child of folders) if (isNews(child)) yield* this.#below(child, walk);
    // The version it was listed in: whatever came since gives it another.
    if (folder.version !== null) this.#walked.set(folder.path, folder.version);
    if (!walk.trustETags) this.#lookedInto.add(folder.path);
  }

  #isUnchanged({ path, version }: Folder): boolean {
    return version !== null && this.#walked.get(path) === version;
  }

  async #list(path: string): Promise<Listing> {
    const { root } = this.#client;
    const entries = await listFolder(this.#client, path);
    const placed = entries.map((entry) => ({ entry, path: pathOfHref(root, entry.href) }));
    const self = placed.find((one) => one.path === path);
    if (self === undefined)
      throw new FileError(
        'FILE_UNAVAILABLE',
        `${path === WEBDAV_PREFIX ? `${WEBDAV_PREFIX}/` : path} cannot be listed: ${root.origin} answers with ${entries[0]?.href ?? 'nothing'}, which is not below ${root.pathname}; check WEBDAV_URL`,
      );
    const listing: Listing = {
      folder: { path, version: versionOf(self.entry) },
      files: [],
      folders: [],
    };
    for (const { entry, path: child } of placed) {
      // A name that no path can hold, or what stands elsewhere: nobody could name that file.
      if (child === null || child.slice(0, child.lastIndexOf('/')) !== path) continue;
      // Nothing in it can be read, and Nextcloud refuses to list it.
      if (isEncrypted(entry)) continue;
      if (isFolder(entry)) listing.folders.push({ path: child, version: versionOf(entry) });
      else {
        const info = fileInfo(entry, child);
        if (info !== null) listing.files.push(info);
      }
    }
    return listing;
  }
}

/**
 * Nextcloud and ownCloud, known by their ids, pass a change on to the ETags of all folders above; elsewhere a folder's
 * ETag may tell of its own entries only.
 */
function versionOf(entry: Parameters<typeof fileInfo>[0]): string | null {
  const info = fileInfo(entry, '');
  return info?.fileId === null ? null : (info?.etag ?? null);
}
