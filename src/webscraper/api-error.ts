import { TsuisekiError } from '../errors.ts';

/**
 * `API_TIMEOUT` and `API_UNREACHABLE` leave open whether the API took the request; all others are its answer.
 */
export type ApiErrorCode =
  | 'API_RATE_LIMITED'
  | 'API_UNAUTHORISED'
  | 'API_NOT_FOUND'
  | 'API_REFUSED'
  | 'API_SERVER_ERROR'
  | 'API_NOT_JSON'
  | 'API_TIMEOUT'
  | 'API_UNREACHABLE';

export class ApiError extends TsuisekiError<ApiErrorCode> {
  readonly httpStatus: number | null;
  /** When a 429 says that calls are allowed again. */
  readonly retryAfterMs: number | null;

  constructor(
    code: ApiErrorCode,
    message: string,
    details: { httpStatus?: number | undefined; retryAfterMs?: number | null; cause?: unknown } = {},
  ) {
    super(code, message, { cause: details.cause });
    this.httpStatus = details.httpStatus ?? null;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }

  /** Whether the API may have taken the request although no usable answer came. */
  get perhapsTaken(): boolean {
    return ['API_TIMEOUT', 'API_UNREACHABLE', 'API_SERVER_ERROR', 'API_NOT_JSON'].includes(this.code);
  }
}

/** The code that an HTTP status stands for. */
export function codeOfStatus(httpStatus: number): ApiErrorCode {
  if (httpStatus === 429) return 'API_RATE_LIMITED';
  if (httpStatus === 401 || httpStatus === 402 || httpStatus === 403) return 'API_UNAUTHORISED';
  if (httpStatus === 404) return 'API_NOT_FOUND';
  return httpStatus >= 500 ? 'API_SERVER_ERROR' : 'API_REFUSED';
}
