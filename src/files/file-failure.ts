import { errorMessage } from '../errors.ts';
import { FileError } from './types.ts';

/** Someone else's save came in between, `when` it was read or since. */
export function changed(path: string, when: string): FileError {
  return new FileError('FILE_CHANGED', `${path} was changed by someone else ${when}`);
}

export function unavailable(path: string, what: string, cause: unknown): FileError {
  return new FileError('FILE_UNAVAILABLE', `${path} ${what}`, { cause });
}

/** The local copy could not be written: seldom the file's own fault. */
export function copyFailure(path: string, error: unknown): FileError {
  const code = systemCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new FileError(
      'FILE_NO_SPACE',
      `${path} cannot be copied: this machine has no space left for temporary files (${code})`,
      { cause: error },
    );
  return unavailable(path, `cannot be copied: ${errorMessage(error)}`, error);
}

/** Node's code of a system error, e.g. `ENOENT`; '' of any other error. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
