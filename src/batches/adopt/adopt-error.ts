import { TsuisekiError } from '../../errors.ts';

/** A file of another system's jobs cannot be taken, so nothing of it was. The message holds none of its A and B. */
export class AdoptError extends TsuisekiError<'ADOPT_REFUSED'> {}

/** The same, of a line of the file; the header is line 1. */
export function refusedLine(line: number, what: string, cause?: unknown): AdoptError {
  return new AdoptError('ADOPT_REFUSED', `line ${line}: ${what}; nothing was adopted`, { cause });
}
