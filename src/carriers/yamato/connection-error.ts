import { ReadError, RequestError } from 'got';
import { connectionFailure } from '../../outbound/connection-failure.ts';
import { YamatoError } from './yamato-error.ts';
import type { YamatoErrorCode } from './yamato-error.ts';

/** The server's refusal of all ciphers offered (alerts 40 and 71 of RFC 5246), by Node 20's and later names. */
const NO_CIPHER = /HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|handshake failure|insufficient security/;

/** Whether a request failed because client and server have no cipher in common: nothing was sent. */
export function hasNoCipherInCommon(error: unknown): error is RequestError {
  return error instanceof RequestError && NO_CIPHER.test(`${error.code} ${error.message}`);
}

/** What a request that got no whole answer failed from. */
export function asYamatoError(error: unknown, host: string): YamatoError {
  const { kind, told } = connectionFailure(error, { at: host, setting: 'YAMATO_URL' });
  const as = (code: YamatoErrorCode, text: string): YamatoError =>
    new YamatoError(code, text, { cause: error });
  if (kind === 'timeout') return as('YAMATO_TIMEOUT', `${told}: ask later`);
  if (kind === 'hostName') return as('YAMATO_TLS_HOST', told);
  if (kind === 'certificate') return as('YAMATO_TLS_CERTIFICATE', told);
  if (hasNoCipherInCommon(error))
    return as(
      'YAMATO_TLS_HANDSHAKE',
      `${host} accepts no TLS cipher of ours, the older RSA suites included (${error.code})`,
    );
  if (error instanceof ReadError)
    return as('YAMATO_TRUNCATED', `the answer broke off in the middle, ${told}: ask again`);
  return as('YAMATO_UNAVAILABLE', `Yamato's page could not be had, ${told}: ask later`);
}
