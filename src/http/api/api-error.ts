import { TsuisekiError } from '../../errors.ts';

export type ApiProblemCode =
  | 'BAD_REQUEST'
  | 'BATCH_UNKNOWN'
  | 'ROW_UNKNOWN'
  | 'UPLOAD_UNKNOWN'
  | 'TOO_LARGE'
  | 'NOT_NOW';

/** A request that is answered with its one line, and changes nothing. */
export class ApiProblem extends TsuisekiError<ApiProblemCode> {}

const STATUS: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  NO_ROWS_NAMED: 400,
  TASK_UNKNOWN: 400,
  TASK_NO_URLS: 400,
  TASK_NO_MATCH: 400,
  ROWS_UNREADABLE: 400,
  ROWS_EMPTY: 400,
  ROWS_ENCODING: 400,
  ROWS_MALFORMED: 400,
  ROWS_TOO_LARGE: 413,
  TOO_LARGE: 413,
  BATCH_UNKNOWN: 404,
  ROW_UNKNOWN: 404,
  UPLOAD_UNKNOWN: 404,
  FILE_NOT_FOUND: 404,
  TEMPORAL_SILENT: 503,
  NO_WORKER: 503,
  NOT_DONE_YET: 503,
  START_UNKNOWN: 503,
};

/** The HTTP status of an error that is told; null: it is none of ours, and is not. All others are in the way just now. */
export function statusOfError(error: unknown): number | null {
  return error instanceof TsuisekiError ? (STATUS[error.code] ?? 409) : null;
}
