import type { DavEntry } from './multistatus.ts';
import { FileError } from '../types.ts';
import type { FileInfo } from '../types.ts';
import type { WebDavClient } from './client.ts';
import { urlBelow, WEBDAV_PREFIX } from './path.ts';

/**
 * Nextcloud's `oc:fileid` stays with a file that is renamed or moved; `nc:upload_time`, in Unix seconds, is when it
 * came, where the modification time is what its sender says
 * (https://docs.nextcloud.com/server/latest/developer_manual/client_apis/WebDAV/basic.html).
 */
const FILE_PROPERTIES =
  '<d:resourcetype/><d:getetag/><d:getlastmodified/><d:getcontentlength/><oc:fileid/><nc:upload_time/>';
/** Of folders: `1` where Nextcloud's app end_to_end_encryption has it encrypted by people's own devices. */
const ENCRYPTED_PROPERTY = '<nc:is-encrypted/>';
/** Of Nextcloud's files_lock (https://github.com/nextcloud/files_lock); and of RFC 4918, as others tell it. */
const LOCK_PROPERTIES = '<nc:lock-owner-displayname/><nc:lock-owner/><d:lockdiscovery/>';
/** A name is shown in one line, whoever wrote it. */
const MAX_OWNER_CHARACTERS = 100;

/** The URL of a canonical path; `webdav:` is the root. */
const urlOf = ({ root }: WebDavClient, path: string): URL =>
  path === WEBDAV_PREFIX ? root : urlBelow(root, path);

async function propfind(
  client: WebDavClient,
  path: string,
  { depth, properties, named = path }: { depth: 0 | 1; properties: string; named?: string },
): Promise<DavEntry[]> {
  return client.ask({
    path: named === WEBDAV_PREFIX ? `${WEBDAV_PREFIX}/` : named,
    url: urlOf(client, path),
    method: 'PROPFIND',
    headers: { depth: String(depth) },
    body: `<?xml version="1.0" encoding="utf-8"?><d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns"><d:prop>${properties}</d:prop></d:propfind>`,
  });
}

/** The folder itself and what stands in it; `named`: the path that errors tell of, where it is another. */
export async function listFolder(
  client: WebDavClient,
  path: string,
  named: string = path,
): Promise<DavEntry[]> {
  return propfind(client, path, { depth: 1, properties: FILE_PROPERTIES + ENCRYPTED_PROPERTY, named });
}

/** The folder itself; errors tell of `named`. Null: there is no answer about it. */
export async function folderProperties(
  client: WebDavClient,
  path: string,
  named: string,
): Promise<DavEntry | null> {
  const [entry] = await propfind(client, path, { depth: 0, properties: ENCRYPTED_PROPERTY, named });
  return entry ?? null;
}

/** What the server tells of a file. @throws {FileError} not there, a folder, or on a server that gives no ETags */
export async function fileProperties(
  client: WebDavClient,
  path: string,
): Promise<{ info: FileInfo; bytes: number | null }> {
  const [entry] = await propfind(client, path, { depth: 0, properties: FILE_PROPERTIES });
  if (entry === undefined) throw new FileError('FILE_NOT_FOUND', `${path} is not there`);
  if (isFolder(entry)) throw new FileError('FILE_NOT_FOUND', `${path} is a folder, not a file`);
  const info = fileInfo(entry, path);
  if (info === null) throw withoutETag(path, client);
  const length = entry.properties.get('getcontentlength') ?? '';
  return { info, bytes: /^\d+$/.test(length) ? Number(length) : null };
}

export function isFolder({ properties }: DavEntry): boolean {
  return properties.has('collection');
}

/** Whether a folder's content is cipher text to us. */
export function isEncrypted({ properties }: DavEntry): boolean {
  return properties.get('is-encrypted') === '1';
}

/** Null without an ETag. */
export function fileInfo({ properties }: DavEntry, path: string): FileInfo | null {
  const etag = properties.get('getetag') ?? '';
  if (etag === '') return null;
  const modifiedMs = Date.parse(properties.get('getlastmodified') ?? '');
  const uploaded = properties.get('upload_time') ?? '';
  const uploadedMs = /^\d{1,12}$/.test(uploaded) ? Number(uploaded) * 1_000 : 0;
  return {
    path,
    // Some servers leave out the quotes here, and not in the header.
    etag: /^(?:W\/)?"/.test(etag) ? etag : `"${etag}"`,
    fileId: properties.get('fileid') || null,
    changedAt: new Date(Math.max(Number.isNaN(modifiedMs) ? 0 : modifiedMs, uploadedMs)),
  };
}

/** Who holds the file's lock, in that one's own spelling; null where the server does not say. */
export async function lockOwner(client: WebDavClient, path: string): Promise<string | null> {
  const [entry] = await propfind(client, path, { depth: 0, properties: LOCK_PROPERTIES });
  const names = ['lock-owner-displayname', 'lock-owner', 'owner'];
  const owner = names.map((name) => entry?.properties.get(name) ?? '').find((name) => name !== '');
  const shown = owner?.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return shown === undefined || shown === '' ? null : [...shown].slice(0, MAX_OWNER_CHARACTERS).join('');
}

/** Whether If-Match can hold a file to this version: weak ETags never match (RFC 9110, section 13.1.1). */
export function isStrong(etag: string | undefined): etag is string {
  return etag !== undefined && /^"[^"\p{Cc}]*"$/u.test(etag);
}

export function withoutETag(path: string, { root }: WebDavClient): FileError {
  return new FileError(
    'FILE_UNAVAILABLE',
    `${path} cannot be tracked: ${root.origin} gives no strong ETag for it, without which somebody's edit could be overwritten unseen`,
  );
}
