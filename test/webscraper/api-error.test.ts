import { expect, it } from 'vitest';
import { reasonOf } from '../../src/outbound/failure-reasons.ts';
import { ApiError, codeOfConnection, codeOfStatus } from '../../src/webscraper/api-error.ts';
import type { ApiErrorCode } from '../../src/webscraper/api-error.ts';

it.each<[ApiErrorCode, boolean, boolean]>([
  ['API_RATE_LIMITED', false, false],
  ['API_UNAUTHORISED', false, false],
  ['API_NOT_FOUND', false, false],
  ['API_REFUSED', false, false],
  ['API_SERVER_ERROR', true, true],
  ['API_NOT_JSON', true, true],
  ['API_TIMEOUT', true, true],
  ['API_NO_CONNECTION', true, false],
  ['API_BROKEN_OFF', true, true],
])('%s: outage %s, perhaps taken %s', (code, isOutage, perhapsTaken) => {
  expect(new ApiError(code, 'text')).toMatchObject({
    name: 'ApiError',
    code,
    isOutage,
    perhapsTaken,
    httpStatus: null,
    rateLimit: null,
  });
});

it.each<[number, ApiErrorCode]>([
  [301, 'API_SERVER_ERROR'],
  [304, 'API_SERVER_ERROR'],
  [400, 'API_REFUSED'],
  [401, 'API_UNAUTHORISED'],
  [402, 'API_UNAUTHORISED'],
  [403, 'API_UNAUTHORISED'],
  [404, 'API_NOT_FOUND'],
  [405, 'API_REFUSED'],
  [407, 'API_NO_CONNECTION'],
  [422, 'API_REFUSED'],
  [429, 'API_RATE_LIMITED'],
  [499, 'API_REFUSED'],
  [500, 'API_SERVER_ERROR'],
  [503, 'API_SERVER_ERROR'],
  [599, 'API_SERVER_ERROR'],
])('HTTP status %i stands for %s', (status, code) => {
  expect(codeOfStatus(status)).toBe(code);
});

it.each<[string, ApiErrorCode]>([
  ['ECONNREFUSED', 'API_NO_CONNECTION'],
  ['ENOTFOUND', 'API_NO_CONNECTION'],
  ['EAI_AGAIN', 'API_NO_CONNECTION'],
  ['CERT_HAS_EXPIRED', 'API_NO_CONNECTION'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'API_NO_CONNECTION'],
  // Whether anything was taken is not known: never published again blindly.
  ['ECONNRESET', 'API_BROKEN_OFF'],
  ['EPIPE', 'API_BROKEN_OFF'],
  ['ETIMEDOUT', 'API_BROKEN_OFF'],
  ['', 'API_BROKEN_OFF'],
])('connection error %j stands for %s', (code, expected) => {
  expect(codeOfConnection(reasonOf(code, false))).toBe(expected);
});

it.each<[Parameters<typeof codeOfConnection>[0], ApiErrorCode]>([
  [{ kind: 'timeout', sent: 'nothing' }, 'API_NO_CONNECTION'],
  [{ kind: 'timeout', sent: 'perhaps' }, 'API_TIMEOUT'],
])('time that is up, %j, stands for %s', (failure, expected) => {
  expect(codeOfConnection(failure)).toBe(expected);
});
