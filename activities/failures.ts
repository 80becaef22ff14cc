import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { errorMessage, TsuisekiError } from '../src/errors.ts';

/** Trying again cannot help: the same file, task or setting gives the same error. */
const FINAL_CODES: ReadonlySet<string> = new Set([
  'WORKBOOK_NOT_A_WORKBOOK',
  'WORKBOOK_ENCRYPTED',
  'WORKBOOK_DAMAGED',
  'WORKBOOK_NO_SHEET',
  'WORKBOOK_TOO_LARGE',
  'WORKBOOK_TIMEOUT',
  'FILE_NOT_FOUND',
  'FILE_FORBIDDEN',
  'FILE_TOO_LARGE',
]);

/** The one place that casts what activities throw to Temporal's failures: type is the code, text is truncated. */
export function asFailure(error: unknown): TemporalFailure {
  if (error instanceof TemporalFailure) return error;
  const code = error instanceof TsuisekiError ? error.code : 'UNEXPECTED';
  return ApplicationFailure.create({
    type: code,
    message: errorMessage(error),
    nonRetryable: FINAL_CODES.has(code),
  });
}

/** Wraps every activity of a factory so that only failures of {@link asFailure} leave it. */
export function withFailures<T extends Record<string, (...args: never[]) => Promise<unknown>>>(
  activities: T,
): T {
  const wrapped = Object.entries(activities).map(([name, run]) => [
    name,
    async (...args: never[]) => {
      try {
        return await run(...args);
      } catch (error) {
        throw asFailure(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as T;
}
