import { UploadError } from 'got';
import type { RequestError } from 'got';
import { errorMessage } from '../../errors.ts';
import { connectionFailure } from '../../outbound/connection-failure.ts';
import type { ConnectionFailure } from '../../outbound/connection-failure.ts';
import { FileError } from '../types.ts';
import type { FileErrorCode } from '../types.ts';

/** An answer that was no good one, with its status. */
export class DavStatusError extends FileError {
  readonly status: number;

  constructor(code: FileErrorCode, message: string, status: number) {
    super(code, message);
    this.status = status;
  }
}

/**
 * Whether a write that failed so may have come about all the same: a proxy gives up waiting (504), a connection is lost
 * after the last byte. Of what was refused nothing is stored.
 */
export function isUnclear(error: unknown): boolean {
  if (error instanceof DavStatusError)
    return error.status >= 500 && error.code === 'FILE_UNAVAILABLE' && error.status !== 501;
  return error instanceof FileError && (error.code === 'FILE_TIMEOUT' || error.code === 'FILE_UNAVAILABLE');
}

/** The error that an answer's status stands for, in the words of the path it was about. `423` is told by its owner. */
export function failureOfStatus(
  status: number,
  path: string,
  { root, location }: { root: URL; location: string | undefined },
): DavStatusError {
  const error = (code: FileErrorCode, what: string): DavStatusError =>
    new DavStatusError(code, `${path} ${what}`, status);
  switch (status) {
    case 401:
      return error(
        'FILE_LOGIN_REFUSED',
        `cannot be reached: ${root.origin} refused the login (401); check WEBDAV_USERNAME and WEBDAV_PASSWORD`,
      );
    case 403:
      return error('FILE_FORBIDDEN', 'may not be read or written by WEBDAV_USERNAME (403)');
    case 404:
    case 409:
    case 410:
      return error('FILE_NOT_FOUND', 'is not there');
    case 412:
      return error('FILE_CHANGED', 'was changed by someone else since it was read');
    case 413:
      return error('FILE_TOO_LARGE', `is larger than ${root.origin} takes (413)`);
    case 423:
      return error('FILE_LOCKED', 'is locked');
    case 507:
      return error('FILE_NO_SPACE', `cannot be written: no space is left for it on ${root.origin} (507)`);
    case 405:
    case 501:
      return error(
        'FILE_UNAVAILABLE',
        `cannot be used: ${root.origin} speaks no WebDAV there (${status}); check WEBDAV_URL`,
      );
    default:
      if (status >= 300 && status < 400)
        return error(
          'FILE_UNAVAILABLE',
          `cannot be reached: ${root.origin} redirects (${status}), which is not followed; ${redirectAdvice(root, location)}`,
        );
      return error('FILE_UNAVAILABLE', `cannot be used now: ${root.origin} answered ${status}`);
  }
}

/** Only the origin is told: what stands behind it may be a token of a login page. */
function redirectAdvice(root: URL, location: string | undefined): string {
  const target = location !== undefined && URL.canParse(location, root.href) ? new URL(location, root) : root;
  return target.origin === root.origin
    ? 'check WEBDAV_URL'
    : `set WEBDAV_URL to where it leads: ${target.origin}`;
}

/** A certificate stays as it is until somebody does something: not tried again. */
const CODES: Readonly<Record<ConnectionFailure['kind'], FileErrorCode>> = {
  hostName: 'FILE_TLS',
  certificate: 'FILE_TLS',
  tls: 'FILE_TLS',
  network: 'FILE_UNAVAILABLE',
  timeout: 'FILE_TIMEOUT',
};

/**
 * The error that a connection's failure stands for; `what` did not come about. got's own error holds the login in its
 * options: neither its text nor itself as a cause is passed on.
 */
export function failureOfConnection(
  error: RequestError,
  { path, root, what }: { path: string; root: URL; what: string },
): FileError {
  if (error instanceof UploadError)
    return new FileError('FILE_UNAVAILABLE', `${path} cannot be replaced: ${errorMessage(error)}`);
  const { kind, told } = connectionFailure(error, { at: root.origin, setting: 'WEBDAV_URL' });
  return new FileError(CODES[kind], `${path} ${what}: ${told}`);
}
