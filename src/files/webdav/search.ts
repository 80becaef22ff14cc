import type { WebDavClient } from './client.ts';
import { DavStatusError } from './failure.ts';
import { pathOfHref, WEBDAV_PREFIX } from './path.ts';
import { isFolder } from './properties.ts';

/** Nextcloud's files of a user; its SEARCH is at the root before `files/`. */
const FILES_OF_USER = /^(.*?\/dav\/)files\/([^/]+)\//;

/**
 * Where the file of this `oc:fileid` is, by Nextcloud's SEARCH (RFC 5323;
 * https://docs.nextcloud.com/server/latest/developer_manual/client_apis/WebDAV/search.html). Null where it is not
 * below the root, or the server knows no such search.
 */
export async function searchFile(client: WebDavClient, fileId: string): Promise<string | null> {
  const [, before, user] = FILES_OF_USER.exec(client.root.pathname) ?? [];
  if (before === undefined || user === undefined || !/^\d{1,20}$/.test(fileId)) return null;
  const entries = await client
    .ask({
      path: `${WEBDAV_PREFIX}/`,
      url: new URL(before, client.root),
      method: 'SEARCH',
      // It takes the scope as it stands, without decoding.
      body: searchRequest(`/files/${decodeURIComponent(user)}`, fileId),
    })
    .catch((error: unknown) => {
      if (isUnknownSearch(error)) return [];
      throw error;
    });
  const files = entries.filter((entry) => !isFolder(entry));
  // One file can stand at several places, as a share inside a shared folder: those below our root are as good.
  return files.map(({ href }) => pathOfHref(client.root, href)).find((path) => path !== null) ?? null;
}

/** No SEARCH there, or not this one. */
const UNKNOWN: ReadonlySet<number> = new Set([400, 404, 405, 415, 422, 501]);

function isUnknownSearch(error: unknown): boolean {
  return error instanceof DavStatusError && UNKNOWN.has(error.status);
}

function searchRequest(scope: string, fileId: string): string {
  const href = scope.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<?xml version="1.0" encoding="utf-8"?><d:searchrequest xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:basicsearch><d:select><d:prop><oc:fileid/><d:resourcetype/></d:prop></d:select><d:from><d:scope><d:href>${href}</d:href><d:depth>infinity</d:depth></d:scope></d:from><d:where><d:eq><d:prop><oc:fileid/></d:prop><d:literal>${fileId}</d:literal></d:eq></d:where><d:orderby/></d:basicsearch></d:searchrequest>`;
}
