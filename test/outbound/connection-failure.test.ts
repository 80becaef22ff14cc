import dns from 'node:dns';
import { readFileSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import { Options, RequestError, TimeoutError } from 'got';
import { describe, expect, it } from 'vitest';
import { connectionFailure } from '../../src/outbound/connection-failure.ts';
import type { ConnectionFailure } from '../../src/outbound/connection-failure.ts';
import { ApiError, codeOfConnection } from '../../src/webscraper/api-error.ts';

const TO = { at: 'api.example', setting: 'WEBSCRAPER_API_URL' };
const WRONG_HOST = 'the certificate of api.example is for another host name; check WEBSCRAPER_API_URL';
const UNKNOWN_SIGNER =
  "this machine does not know who signed the certificate of api.example; set NODE_EXTRA_CA_CERTS to the signer's, which is a proxy's where one intercepts TLS";
const EXPIRED = "the certificate of api.example has expired; have it renewed, or check this machine's clock";
const TOO_NEW = "the certificate of api.example is not valid yet; check this machine's clock";
const BAD =
  'the certificate of api.example is not to be trusted; have it mended there, or in the proxy that intercepts TLS';
const NO_TLS = 'no TLS connection to api.example; check WEBSCRAPER_API_URL and any proxy on the way';
const NO_NAME =
  "the name of api.example could not be looked up; check WEBSCRAPER_API_URL and this machine's DNS";
const REFUSED = 'api.example takes no connections; check WEBSCRAPER_API_URL, and whether it runs';
const NO_WAY = 'this machine finds no way to api.example; check its network';
const FORBIDDEN = 'this machine may not connect to api.example; check its firewall';
const NOTHING_LEFT =
  'this machine has no file or memory left for a connection to api.example; raise its limits';
const FAILED = 'the connection to api.example failed';

type Case = [code: string, kind: ConnectionFailure['kind'], sent: 'nothing' | 'perhaps', told: string];

/** Node's names of what OpenSSL finds wrong with a certificate (src/crypto, X509ErrorCode). */
const X509: Case[] = [
  ['UNABLE_TO_GET_ISSUER_CERT', 'certificate', 'nothing', UNKNOWN_SIGNER],
  ['UNABLE_TO_GET_CRL', 'certificate', 'nothing', BAD],
  ['UNABLE_TO_DECRYPT_CERT_SIGNATURE', 'certificate', 'nothing', BAD],
  ['UNABLE_TO_DECRYPT_CRL_SIGNATURE', 'certificate', 'nothing', BAD],
  ['UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY', 'certificate', 'nothing', BAD],
  ['CERT_SIGNATURE_FAILURE', 'certificate', 'nothing', BAD],
  ['CRL_SIGNATURE_FAILURE', 'certificate', 'nothing', BAD],
  ['CERT_NOT_YET_VALID', 'certificate', 'nothing', TOO_NEW],
  ['CERT_HAS_EXPIRED', 'certificate', 'nothing', EXPIRED],
  ['CRL_NOT_YET_VALID', 'certificate', 'nothing', BAD],
  ['CRL_HAS_EXPIRED', 'certificate', 'nothing', BAD],
  ['ERROR_IN_CERT_NOT_BEFORE_FIELD', 'certificate', 'nothing', BAD],
  ['ERROR_IN_CERT_NOT_AFTER_FIELD', 'certificate', 'nothing', BAD],
  ['ERROR_IN_CRL_LAST_UPDATE_FIELD', 'certificate', 'nothing', BAD],
  ['ERROR_IN_CRL_NEXT_UPDATE_FIELD', 'certificate', 'nothing', BAD],
  ['OUT_OF_MEM', 'certificate', 'nothing', BAD],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate', 'nothing', UNKNOWN_SIGNER],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate', 'nothing', UNKNOWN_SIGNER],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'certificate', 'nothing', UNKNOWN_SIGNER],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate', 'nothing', UNKNOWN_SIGNER],
  ['CERT_CHAIN_TOO_LONG', 'certificate', 'nothing', BAD],
  ['CERT_REVOKED', 'certificate', 'nothing', BAD],
  ['INVALID_CA', 'certificate', 'nothing', BAD],
  ['PATH_LENGTH_EXCEEDED', 'certificate', 'nothing', BAD],
  ['INVALID_PURPOSE', 'certificate', 'nothing', BAD],
  ['CERT_UNTRUSTED', 'certificate', 'nothing', UNKNOWN_SIGNER],
  ['CERT_REJECTED', 'certificate', 'nothing', BAD],
  ['HOSTNAME_MISMATCH', 'hostName', 'nothing', WRONG_HOST],
  ['UNSPECIFIED', 'certificate', 'nothing', BAD],
];

const TLS: Case[] = [
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'hostName', 'nothing', WRONG_HOST],
  ['ERR_TLS_CERT_ALTNAME_FORMAT', 'hostName', 'nothing', WRONG_HOST],
  ['ERR_TLS_ALPN_CALLBACK_INVALID_RESULT', 'tls', 'perhaps', NO_TLS],
  ['ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS', 'tls', 'perhaps', NO_TLS],
  ['ERR_TLS_DH_PARAM_SIZE', 'tls', 'perhaps', NO_TLS],
  ['ERR_TLS_HANDSHAKE_TIMEOUT', 'tls', 'perhaps', NO_TLS],
  ['ERR_TLS_INVALID_CONTEXT', 'tls', 'perhaps', NO_TLS],
  ['ERR_TLS_INVALID_PROTOCOL_METHOD', 'tls', 'perhaps', NO_TLS],
  ['ERR_TLS_INVALID_PROTOCOL_VERSION', 'tls', 'perhaps', NO_TLS],
  ['ERR_TLS_INVALID_STATE', 'tls', 'perhaps', NO_TLS],
  ['ERR_TLS_PROTOCOL_VERSION_CONFLICT', 'tls', 'perhaps', NO_TLS],
  ['ERR_TLS_PSK_SET_IDENTITY_HINT_FAILED', 'tls', 'perhaps', NO_TLS],
  ['ERR_TLS_RENEGOTIATION_DISABLED', 'tls', 'perhaps', NO_TLS],
  ['ERR_TLS_REQUIRED_SERVER_NAME', 'tls', 'perhaps', NO_TLS],
  ['ERR_TLS_SESSION_ATTACK', 'tls', 'perhaps', NO_TLS],
  ['ERR_TLS_SNI_FROM_SERVER', 'tls', 'perhaps', NO_TLS],
  // OpenSSL's own: ERR_SSL_ and its reason, of which there are hundreds, by the names of 3.0 and 3.5.
  ['EPROTO', 'tls', 'perhaps', NO_TLS],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls', 'perhaps', NO_TLS],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'tls', 'perhaps', NO_TLS],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'tls', 'perhaps', NO_TLS],
  ['ERR_SSL_NO_CIPHERS_AVAILABLE', 'tls', 'perhaps', NO_TLS],
  ['ERR_SSL_DH_KEY_TOO_SMALL', 'tls', 'perhaps', NO_TLS],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'tls', 'perhaps', NO_TLS],
  ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'tls', 'perhaps', NO_TLS],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls', 'perhaps', NO_TLS],
  ['ERR_SSL_TLSV1_UNRECOGNIZED_NAME', 'tls', 'perhaps', NO_TLS],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls', 'perhaps', NO_TLS],
  ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'tls', 'perhaps', NO_TLS],
  ['ERR_SSL_UNEXPECTED_EOF_WHILE_READING', 'tls', 'perhaps', NO_TLS],
  ['ERR_OSSL_UNSUPPORTED', 'tls', 'perhaps', NO_TLS],
];

const DNS: Case[] = [
  ['EAI_ADDRFAMILY', 'network', 'nothing', NO_NAME],
  ['EAI_AGAIN', 'network', 'nothing', NO_NAME],
  ['EAI_BADFLAGS', 'network', 'nothing', NO_NAME],
  ['EAI_BADHINTS', 'network', 'nothing', NO_NAME],
  ['EAI_CANCELED', 'network', 'nothing', NO_NAME],
  ['EAI_FAIL', 'network', 'nothing', NO_NAME],
  ['EAI_FAMILY', 'network', 'nothing', NO_NAME],
  ['EAI_MEMORY', 'network', 'nothing', NO_NAME],
  ['EAI_NODATA', 'network', 'nothing', NO_NAME],
  ['EAI_NONAME', 'network', 'nothing', NO_NAME],
  ['EAI_OVERFLOW', 'network', 'nothing', NO_NAME],
  ['EAI_PROTOCOL', 'network', 'nothing', NO_NAME],
  ['EAI_SERVICE', 'network', 'nothing', NO_NAME],
  ['EAI_SOCKTYPE', 'network', 'nothing', NO_NAME],
  ['EADDRGETNETWORKPARAMS', 'network', 'nothing', NO_NAME],
  ['EBADFAMILY', 'network', 'nothing', NO_NAME],
  ['EBADFLAGS', 'network', 'nothing', NO_NAME],
  ['EBADHINTS', 'network', 'nothing', NO_NAME],
  ['EBADNAME', 'network', 'nothing', NO_NAME],
  ['EBADQUERY', 'network', 'nothing', NO_NAME],
  ['EBADRESP', 'network', 'nothing', NO_NAME],
  ['EBADSTR', 'network', 'nothing', NO_NAME],
  ['ECANCELLED', 'network', 'nothing', NO_NAME],
  ['EDESTRUCTION', 'network', 'nothing', NO_NAME],
  ['EFILE', 'network', 'nothing', NO_NAME],
  ['EFORMERR', 'network', 'nothing', NO_NAME],
  ['ELOADIPHLPAPI', 'network', 'nothing', NO_NAME],
  ['ENODATA', 'network', 'nothing', NO_NAME],
  ['ENONAME', 'network', 'nothing', NO_NAME],
  ['ENOTFOUND', 'network', 'nothing', NO_NAME],
  ['ENOTIMP', 'network', 'nothing', NO_NAME],
  ['ENOTINITIALIZED', 'network', 'nothing', NO_NAME],
  ['EREFUSED', 'network', 'nothing', NO_NAME],
  ['ESERVFAIL', 'network', 'nothing', NO_NAME],
  ['ETIMEOUT', 'network', 'nothing', NO_NAME],
  // These three may be a connection's as well.
  ['ECONNREFUSED', 'network', 'nothing', REFUSED],
  ['ENOMEM', 'network', 'perhaps', NOTHING_LEFT],
  ['EOF', 'network', 'perhaps', FAILED],
];

const SOCKETS: Case[] = [
  ['EHOSTUNREACH', 'network', 'perhaps', NO_WAY],
  ['EHOSTDOWN', 'network', 'perhaps', NO_WAY],
  ['ENETUNREACH', 'network', 'perhaps', NO_WAY],
  ['ENETDOWN', 'network', 'perhaps', NO_WAY],
  ['ENONET', 'network', 'perhaps', NO_WAY],
  ['EADDRNOTAVAIL', 'network', 'perhaps', NO_WAY],
  ['EAFNOSUPPORT', 'network', 'perhaps', NO_WAY],
  ['EACCES', 'network', 'perhaps', FORBIDDEN],
  ['EPERM', 'network', 'perhaps', FORBIDDEN],
  ['EMFILE', 'network', 'perhaps', NOTHING_LEFT],
  ['ENFILE', 'network', 'perhaps', NOTHING_LEFT],
  ['ENOBUFS', 'network', 'perhaps', NOTHING_LEFT],
  // Whether anything was taken is not known: never published again blindly.
  ['ECONNRESET', 'network', 'perhaps', FAILED],
  ['ECONNABORTED', 'network', 'perhaps', FAILED],
  ['ECANCELED', 'network', 'perhaps', FAILED],
  ['EPIPE', 'network', 'perhaps', FAILED],
  ['ENOTCONN', 'network', 'perhaps', FAILED],
  ['ETIMEDOUT', 'network', 'perhaps', FAILED],
  ['ERR_SOCKET_CLOSED', 'network', 'perhaps', FAILED],
  ['ERR_SOCKET_CLOSED_BEFORE_CONNECTION', 'network', 'perhaps', FAILED],
  ['ERR_SOCKET_CONNECTION_TIMEOUT', 'network', 'perhaps', FAILED],
  ['ERR_STREAM_PREMATURE_CLOSE', 'network', 'perhaps', FAILED],
  ['ERR_PROXY_TUNNEL', 'network', 'perhaps', FAILED],
  ['HPE_INVALID_CONSTANT', 'network', 'perhaps', FAILED],
  ['HPE_HEADER_OVERFLOW', 'network', 'perhaps', FAILED],
  ['ERR_GOT_REQUEST_ERROR', 'network', 'perhaps', FAILED],
  ['ERR_READING_RESPONSE_STREAM', 'network', 'perhaps', FAILED],
  ['', 'network', 'perhaps', FAILED],
];

const ALL = [...X509, ...TLS, ...DNS, ...SOCKETS];
const CODES = ALL.map(([code]) => code);

const errorOf = (code: string, url = 'https://api.example/'): RequestError => {
  const error = new RequestError('text with a secret', {}, new Options({ url }));
  return Object.assign(error, { code });
};

describe('without a record of the connection', () => {
  it.each(ALL)('%s: %s, sent is %s', (code, kind, sent, told) => {
    const failure = connectionFailure(errorOf(code), TO);
    expect(failure).toEqual({ kind, sent, told: `${told} (${code})` });
    const error = new ApiError(codeOfConnection(failure), failure.told);
    expect(error.isOutage).toBe(true);
    expect(error.perhapsTaken).toBe(sent === 'perhaps');
  });

  it('is an error of another kind, of which nothing is known or told', () => {
    const failure = connectionFailure(new TypeError('text with a secret'), TO);
    expect(failure).toEqual({ kind: 'network', sent: 'perhaps', told: FAILED });
  });
});

describe('the cases above are', () => {
  it('all that this Node has for certificates', ({ skip }) => {
    const executable = readFileSync(process.execPath, 'latin1');
    skip(!executable.includes('\0UNABLE_TO_VERIFY_LEAF_SIGNATURE\0'), 'its names are in a library beside it');
    const names = executable.matchAll(
      /(?<=\0)(?:CERT|CRL|DEPTH_ZERO|ERROR_IN|SELF_SIGNED|UNABLE_TO)_[A-Z_]+(?=\0)/g,
    );
    // OpenSSL's names of two extensions.
    const others = new Set(['CERT_USAGE', 'CRL_DIST_POINTS']);
    const known = new Set([...names].map(([name]) => name).filter((name) => !others.has(name)));
    expect(known.size).toBeGreaterThan(20);
    expect([...known].filter((name) => !X509.some(([code]) => code === name))).toEqual([]);
    for (const [code] of X509) expect(executable).toContain(`\0${code}\0`);
  });

  it('all that this Node has for DNS', () => {
    const system = [...getSystemErrorMap().values()].map(([name]) => name);
    const cares = Object.entries(dns).filter(([name]) => /^[A-Z]+$/.test(name));
    const values = cares.map(([, value]) => value).filter((value) => typeof value === 'string');
    expect(values.length).toBeGreaterThan(20);
    const known = [...system.filter((name) => name.startsWith('EAI_')), ...values];
    expect(known.filter((name) => !CODES.includes(name))).toEqual([]);
  });

  it('all of the system’s that are anything but "perhaps"', () => {
    const others = [...getSystemErrorMap().values()].map(([name]) => name);
    for (const code of others.filter((name) => !CODES.includes(name)))
      expect(connectionFailure(errorOf(code), TO)).toEqual({
        kind: 'network',
        sent: 'perhaps',
        told: `${FAILED} (${code})`,
      });
  });
});

describe('how far the connection came goes before the code', () => {
  const recorded = (code: string, url: string, came: 'nowhere' | 'connect' | 'secureConnect') => {
    const timings = {
      start: 1,
      connect: came === 'nowhere' ? undefined : 2,
      secureConnect: came === 'secureConnect' ? 3 : undefined,
      phases: {},
    };
    return Object.assign(errorOf(code, url), { timings });
  };

  it.each(ALL)('%s', (code, kind, _sent, told) => {
    for (const [url, came] of [
      ['https://api.example/', 'nowhere'],
      ['https://api.example/', 'connect'],
      ['http://api.example/', 'nowhere'],
    ] as const) {
      const failure = connectionFailure(recorded(code, url, came), TO);
      expect(failure).toEqual({ kind, sent: 'nothing', told: `${told} (${code})` });
    }
    // A router's or a firewall's word in the middle of a request, and what TLS finds then.
    for (const [url, came] of [
      ['https://api.example/', 'secureConnect'],
      ['http://api.example/', 'connect'],
    ] as const) {
      const failure = connectionFailure(recorded(code, url, came), TO);
      expect(failure).toEqual({ kind: 'network', sent: 'perhaps', told: `${FAILED} (${code})` });
    }
  });

  it.each([
    ['nowhere', 'request', 'nothing', 'no connection to api.example in 60 s'],
    ['connect', 'request', 'nothing', 'no connection to api.example in 60 s'],
    ['connect', 'secureConnect', 'nothing', 'no connection to api.example in 5 s'],
    ['secureConnect', 'request', 'perhaps', 'no whole answer from api.example in 60 s'],
    ['secureConnect', 'socket', 'perhaps', 'api.example sent and took nothing for 0.5 s'],
  ] as const)('time is up: %s, %s', (came, event, sent, told) => {
    const timeout = { request: 60_000, secureConnect: 5_000, socket: 500 };
    const options = new Options({ url: 'https://api.example/', timeout });
    const { timings } = recorded('', 'https://api.example/', came);
    const error = Object.create(TimeoutError.prototype, {
      code: { value: 'ETIMEDOUT' },
      event: { value: event },
      options: { value: options },
      timings: { value: timings },
    }) as TimeoutError;
    expect(connectionFailure(error, TO)).toEqual({ kind: 'timeout', sent, told });
  });
});
