import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { errorMessage, TsuisekiError } from '../src/errors.ts';
import { withoutPersonalData } from '../src/redact.ts';

/** Trying again cannot help: the same file, task or setting gives the same error. */
const FINAL_CODES: ReadonlySet<string> = new Set([
  'WORKBOOK_NOT_A_WORKBOOK',
  'WORKBOOK_ENCRYPTED',
  'WORKBOOK_DAMAGED',
  'WORKBOOK_UNSUPPORTED',
  'WORKBOOK_SIGNED',
  'WORKBOOK_NO_SHEET',
  'WORKBOOK_TOO_LARGE',
  'WORKBOOK_TIMEOUT',
  'FILE_PATH_INVALID',
  'FILE_NOT_FOUND',
  'FILE_LOGIN_REFUSED',
  'FILE_FORBIDDEN',
  'FILE_ENCRYPTED',
  'FILE_TOO_LARGE',
  'FILE_NO_SPACE',
  'FILE_TLS',
  'TASK_UNKNOWN',
  'TASK_NO_MATCH',
  'TASK_NO_URLS',
]);

/** A reader that dies of one workbook would keep the queue's only place for ever; it may also have been killed. */
const CRASHES_TO_FINAL = 3;

/** Whether trying again would give the same error. `attempt` counts from 1. */
export function isFinal(error: unknown, attempt: number): error is TsuisekiError {
  if (!(error instanceof TsuisekiError)) return false;
  return FINAL_CODES.has(error.code) || (error.code === 'WORKBOOK_CRASHED' && attempt >= CRASHES_TO_FINAL);
}

/**
 * The one place that casts what activities throw to Temporal's failures: type is the code, text is truncated and holds
 * no personal data. `attempt` counts from 1.
 */
export function asFailure(error: unknown, attempt = 1): TemporalFailure {
  if (error instanceof TemporalFailure) return error;
  const code = error instanceof TsuisekiError ? error.code : 'UNEXPECTED';
  return ApplicationFailure.create({
    type: code,
    message: withoutPersonalData(errorMessage(error)),
    nonRetryable: isFinal(error, attempt),
  });
}
