import { FileError } from '../types.ts';

/** What a path below `WEBDAV_URL` begins with, wherever paths are given, stored or shown. */
export const WEBDAV_PREFIX = 'webdav:';

/** Nextcloud's database keeps 4,000; a person's is far shorter, and it goes into ids, logs and one-line errors. */
const MAX_CHARACTERS = 1_000;
const SHOWN_CHARACTERS = 100;
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}]/u;

/** Whether the path is one on WebDAV; any other is a local one. */
export function isWebdavPath(path: string): boolean {
  return path.startsWith(WEBDAV_PREFIX);
}

/** The path of a file as people and webhooks tell it, in NFC; otherwise as {@link checkedPath}. */
export function webdavPath(text: string): string {
  return checkedPath(text.normalize('NFC'));
}

/**
 * A file's path on WebDAV, `webdav:/folder/file.xlsx`, spelled as it is, from that form or `/folder/file.xlsx`.
 *
 * @throws {FileError} `FILE_PATH_INVALID`: nothing that could lead out of the root, or be read so by a proxy that
 *   decodes twice, nor what no file's name holds
 */
export function checkedPath(text: string): string {
  const path = isWebdavPath(text) ? text.slice(WEBDAV_PREFIX.length) : text;
  const problem = problemOf(path);
  if (problem === null) return `${WEBDAV_PREFIX}${path}`;
  const shown = JSON.stringify(text.slice(0, SHOWN_CHARACTERS)).replaceAll(/[\u2028\u2029]/g, '?');
  throw new FileError(
    'FILE_PATH_INVALID',
    `${shown} is no path of a file on WebDAV: it ${problem}; write it webdav:/folder/file.xlsx`,
  );
}

function problemOf(path: string): string | null {
  if (path.length > MAX_CHARACTERS) return `has more than ${MAX_CHARACTERS} characters`;
  if (!path.startsWith('/')) return 'does not begin with /';
  if (UNPRINTABLE.test(path)) return 'holds a control character';
  if (path.includes('\\')) return 'holds a backslash';
  for (const segment of path.slice(1).split('/')) {
    if (segment === '') return path.endsWith('/') ? 'ends with /' : 'holds //';
    const decoded = fullyDecoded(segment);
    if (decoded === '.' || decoded === '..') return `holds ${JSON.stringify(segment)}`;
    if (decoded !== segment && /[/\\\p{Cc}]/u.test(decoded)) return 'holds a percent-encoded separator';
  }
  return null;
}

/** `%252e` is `%2e` is `.`: whatever the number of decodings on the way, the path stays the same. */
function fullyDecoded(segment: string): string {
  const decoded = segment.replaceAll(/%([0-7][0-9A-Fa-f])/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return decoded === segment ? segment : fullyDecoded(decoded);
}

/** The URL of a canonical path below the root, which ends with a slash; a folder's has none at its end. */
export function urlBelow(root: URL, path: string): URL {
  const segments = path.slice(WEBDAV_PREFIX.length + 1).split('/');
  return new URL(segments.map(encodeURIComponent).join('/'), root);
}

/**
 * The path of an `href` below the root, `webdav:/…`, spelled as it is there, without a slash at its end: `webdav:` for
 * the root itself. Null where it is not below the root, or no path of ours.
 */
export function pathOfHref(root: URL, href: string): string | null {
  const base = segmentsOf(root.pathname);
  const segments = URL.canParse(href, root.href) ? segmentsOf(new URL(href, root).pathname) : null;
  if (base === null || segments === null) return null;
  if (base.some((segment, at) => segments[at]?.normalize('NFC') !== segment.normalize('NFC'))) return null;
  const rest = segments.slice(base.length);
  if (rest.length === 0) return WEBDAV_PREFIX;
  const path = `/${rest.join('/')}`;
  return rest.some((segment) => segment.includes('/')) || problemOf(path) !== null
    ? null
    : `${WEBDAV_PREFIX}${path}`;
}

/** Decoded; doubled slashes, which Nextcloud's SEARCH answers with, count once. */
function segmentsOf(pathname: string): string[] | null {
  try {
    const segments = pathname.split('/').filter((segment) => segment !== '');
    return segments.map((segment) => decodeURIComponent(segment));
  } catch {
    return null;
  }
}
