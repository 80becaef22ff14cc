import { TsuisekiError } from '../errors.ts';
import type { ConnectionFailure } from '../outbound/connection-failure.ts';
import type { RateLimitHeaders } from './rate-limit-headers.ts';

export type ApiErrorCode =
  | 'API_RATE_LIMITED'
  | 'API_UNAUTHORISED'
  | 'API_NOT_FOUND'
  | 'API_REFUSED'
  | 'API_SERVER_ERROR'
  | 'API_NOT_JSON'
  | 'API_TIMEOUT'
  /** This process stood still when it was to send: the API certainly took nothing, and is not in trouble. */
  | 'API_NOT_SENT'
  /** No connection came about: the API certainly took nothing. */
  | 'API_NO_CONNECTION'
  /** The connection broke: the API may have taken the request. */
  | 'API_BROKEN_OFF';

export class ApiError extends TsuisekiError<ApiErrorCode> {
  readonly httpStatus: number | null;
  readonly rateLimit: RateLimitHeaders | null;

  constructor(
    code: ApiErrorCode,
    message: string,
    details: { httpStatus?: number; rateLimit?: RateLimitHeaders; cause?: unknown } = {},
  ) {
    super(code, message, { cause: details.cause });
    this.httpStatus = details.httpStatus ?? null;
    this.rateLimit = details.rateLimit ?? null;
  }

  /** Network or server in trouble, not this request: what may be tried again, and what five times in a row holds. */
  get isOutage(): boolean {
    return OUTAGES.has(this.code);
  }

  /** Whether the API may have taken the request although no usable answer came. */
  get perhapsTaken(): boolean {
    return this.isOutage && this.code !== 'API_NO_CONNECTION';
  }
}

const OUTAGES: ReadonlySet<ApiErrorCode> = new Set([
  'API_SERVER_ERROR',
  'API_NOT_JSON',
  'API_TIMEOUT',
  'API_NO_CONNECTION',
  'API_BROKEN_OFF',
]);

/**
 * The code that an HTTP status stands for. A redirect is no answer of this API: something stands before it; and so does
 * a proxy that wants a login (407), which passes nothing on.
 */
export function codeOfStatus(httpStatus: number): ApiErrorCode {
  if (httpStatus === 429) return 'API_RATE_LIMITED';
  if (httpStatus === 401 || httpStatus === 402 || httpStatus === 403) return 'API_UNAUTHORISED';
  if (httpStatus === 404) return 'API_NOT_FOUND';
  if (httpStatus === 407) return 'API_NO_CONNECTION';
  return httpStatus >= 500 || httpStatus < 400 ? 'API_SERVER_ERROR' : 'API_REFUSED';
}

/** The code that a connection's failure stands for. */
export function codeOfConnection({ kind, sent }: Pick<ConnectionFailure, 'kind' | 'sent'>): ApiErrorCode {
  if (sent === 'nothing') return 'API_NO_CONNECTION';
  return kind === 'timeout' ? 'API_TIMEOUT' : 'API_BROKEN_OFF';
}
