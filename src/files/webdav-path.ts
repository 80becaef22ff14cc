import { FileError } from './types.ts';

/** Longer than any path a person has; also a bound for keys of indices. */
const MAX_PATH_LENGTH = 1_000;
const PREFIX = 'webdav:';

// oxlint-disable-next-line no-control-regex -- they are what is refused
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/;

/**
 * The canonical name of a file below `WEBDAV_URL`: `webdav:/a/b` for `/a/b` or `webdav:/a/b`, in Unicode NFC.
 *
 * @throws {FileError} `FILE_PATH_INVALID`, telling what is wrong with it
 */
export function webdavPath(text: string): string {
  const path = (text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text).normalize('NFC');
  const segments = path.split('/').slice(1);
  const problem =
    path.length > MAX_PATH_LENGTH
      ? `is longer than ${MAX_PATH_LENGTH} characters`
      : CONTROL_CHARACTERS.test(path)
        ? 'holds a control character'
        : path.includes('\\')
          ? 'holds a backslash'
          : !path.startsWith('/')
            ? 'does not begin with a slash'
            : segments.some((segment) => ['', '.', '..'].includes(segment))
              ? 'holds an empty segment, . or ..'
              : null;
  if (problem !== null) throw new FileError('FILE_PATH_INVALID', `the path of the file ${problem}`);
  return `${PREFIX}${path}`;
}
