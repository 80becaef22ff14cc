import { ReadError, RequestError, TimeoutError } from 'got';
import { YamatoError } from './yamato-error.ts';

/** The server's refusal of all ciphers offered (alerts 40 and 71 of RFC 5246), by Node 20's and later names. */
const NO_CIPHER = /HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|handshake failure|insufficient security/;

/** What OpenSSL finds wrong with a certificate or its chain (x509_vfy), as Node names it. */
const CERTIFICATE =
  /^(?:CERT_|CRL_|UNABLE_TO_|ERROR_IN_(?:CERT|CRL)_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|UNSPECIFIED$)/;

/** Whether a request failed because client and server have no cipher in common: nothing was sent. */
export function hasNoCipherInCommon(error: unknown): boolean {
  return error instanceof RequestError && NO_CIPHER.test(`${error.code} ${error.message}`);
}

/** What a request that got no whole answer failed from. */
export function asYamatoError(error: unknown, host: string, timeoutMs: number): YamatoError {
  const cause = error;
  if (error instanceof TimeoutError) {
    const text = `Yamato's page at ${host} did not answer in ${timeoutMs / 1_000} s: ask later`;
    return new YamatoError('YAMATO_TIMEOUT', text, { cause });
  }
  const code = error instanceof RequestError ? error.code : '';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const text = `the certificate of ${host} is for another host name, nothing was sent: check YAMATO_URL`;
    return new YamatoError('YAMATO_TLS_HOST', text, { cause });
  }
  if (CERTIFICATE.test(code)) {
    const text = `the certificate of ${host} is not to be trusted (${code}), nothing was sent: check YAMATO_URL and the authorities that Node knows`;
    return new YamatoError('YAMATO_TLS_CERTIFICATE', text, { cause });
  }
  if (hasNoCipherInCommon(error)) {
    const text = `${host} accepts no TLS cipher of ours, the older RSA suites included (${code})`;
    return new YamatoError('YAMATO_TLS_HANDSHAKE', text, { cause });
  }
  if (error instanceof ReadError) {
    const text = `the answer of ${host} broke off in the middle (${code}): ask again`;
    return new YamatoError('YAMATO_TRUNCATED', text, { cause });
  }
  const text = `Yamato's page at ${host} could not be reached${code === '' ? '' : ` (${code})`}: ask later`;
  return new YamatoError('YAMATO_UNAVAILABLE', text, { cause });
}
