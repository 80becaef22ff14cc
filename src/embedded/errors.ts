import { errorMessage, TsuisekiError } from '../errors.ts';

/**
 * What can go wrong with the embedded servers:
 *
 * - `BINARY_NOT_FOUND`: no source of a server's binary worked;
 * - `HASH_MISMATCH`: a download is not the one whose SHA-256 is pinned;
 * - `NO_WRITABLE_FOLDER`: nowhere to keep a binary or the data;
 * - `IN_USE`: a living process already runs a server on these data;
 * - `PORT_TAKEN`: another program listens on a port it was to have;
 * - `START_FAILED`, `START_TIMEOUT`: a server ended, or did not answer, before it was ready.
 */
export type EmbeddedErrorCode =
  | 'BINARY_NOT_FOUND'
  | 'HASH_MISMATCH'
  | 'NO_WRITABLE_FOLDER'
  | 'IN_USE'
  | 'PORT_TAKEN'
  | 'START_FAILED'
  | 'START_TIMEOUT';

export class EmbeddedError extends TsuisekiError<EmbeddedErrorCode> {}

/** Whatever else came up while a server was being started (a folder of another user's, a full disk), cast once. */
export function asEmbeddedError(what: string, error: unknown): EmbeddedError {
  if (error instanceof EmbeddedError) return error;
  return new EmbeddedError('START_FAILED', `${what}: ${errorMessage(error)}`, { cause: error });
}
