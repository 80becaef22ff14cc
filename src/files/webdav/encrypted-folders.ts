import { FileError } from '../types.ts';
import type { WebDavClient } from './client.ts';
import type { DavEntry } from './multistatus.ts';
import { DavStatusError } from './failure.ts';
import { pathOfHref, WEBDAV_PREFIX } from './path.ts';
import { folderProperties, isEncrypted, listFolder } from './properties.ts';

/** The folders a path is in, the root first. */
function foldersAbove(path: string): string[] {
  const names = path.split('/').slice(1, -1);
  return [WEBDAV_PREFIX, ...names.map((_, at) => [WEBDAV_PREFIX, ...names.slice(0, at + 1)].join('/'))];
}

/** What is in a folder that Nextcloud's clients encrypt end to end is cipher text to everybody else. */
export class EncryptedFolders {
  readonly #client: WebDavClient;
  /** Only an empty folder can be made an encrypted one: each is asked about once. */
  readonly #plain = new Set<string>();

  constructor(client: WebDavClient) {
    this.#client = client;
  }

  /** @throws {FileError} `FILE_ENCRYPTED`: the file is in such a folder */
  async refuse(path: string): Promise<void> {
    for (const folder of foldersAbove(path)) {
      if (this.#plain.has(folder)) continue;
      const encrypted = await this.#isEncrypted(folder, path);
      if (encrypted === true)
        throw new FileError(
          'FILE_ENCRYPTED',
          `${path} cannot be read: its folder ${folder} is end-to-end encrypted in Nextcloud; move the workbook to one that is not`,
        );
      if (encrypted === false) this.#plain.add(folder);
    }
  }

  /** Null: the server does not say. */
  async #isEncrypted(folder: string, path: string): Promise<boolean | null> {
    const own = await unlessRefused(folderProperties(this.#client, folder, path));
    // Nextcloud tells nothing of such a folder itself to programs that cannot decrypt; the one above lists it.
    const entry = own ?? (await this.#listed(folder, path));
    return entry === null ? null : isEncrypted(entry);
  }

  async #listed(folder: string, path: string): Promise<DavEntry | null> {
    if (folder === WEBDAV_PREFIX) return null;
    const above = folder.slice(0, folder.lastIndexOf('/'));
    const entries = await unlessRefused(listFolder(this.#client, above, path));
    return entries?.find(({ href }) => pathOfHref(this.#client.root, href) === folder) ?? null;
  }
}

/** Null: the server tells nothing of it. */
async function unlessRefused<T>(asking: Promise<T>): Promise<T | null> {
  try {
    return await asking;
  } catch (error) {
    if (isRefused(error)) return null;
    throw error;
  }
}

/** What Nextcloud answers of such folders, and of all that it does not show. */
export function isRefused(error: unknown): boolean {
  return error instanceof DavStatusError && (error.status === 403 || error.status === 404);
}
