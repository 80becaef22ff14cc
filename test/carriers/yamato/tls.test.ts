import tls from 'node:tls';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createYamatoClient } from '../../../src/carriers/yamato/client.ts';
import { withCheckDigit } from '../../../src/sandbox/index.ts';
import type { Certificates } from '../../support/certificates.ts';
import { makeCertificates } from '../../support/certificates.ts';
import { releaseAfterEach, sandboxWith } from '../../support/sandbox/api-user.ts';
import {
  closing,
  errorOf,
  plainServer,
  refusingServer,
  tlsServer,
} from '../../support/carriers/yamato-servers.ts';

releaseAfterEach();

const NUMBER = withCheckDigit(39_000_000_001);
const RSA_ONLY = 'AES128-GCM-SHA256';
const FORWARD_SECRECY = 'ECDHE-RSA-AES128-GCM-SHA256';
const PAGE =
  `<html><body><div class="tracking-box-area"><div class="data number"><input value="${NUMBER}"></div>` +
  '<div class="data state"><a>伝票番号未登録</a></div></div></body></html>';

let certificates: Certificates;
let others: Certificates;
const defaults = tls.DEFAULT_CIPHERS;
beforeAll(async () => {
  [certificates, others] = await Promise.all([makeCertificates('localhost'), makeCertificates('localhost')]);
});
afterEach(() => {
  tls.DEFAULT_CIPHERS = defaults;
  vi.unstubAllEnvs();
});

const clientOf = (url: string, ca?: string) =>
  closing(createYamatoClient({ url, timeoutMs: 5_000, ...(ca === undefined ? {} : { ca }) }));

test('the sandbox over TLS, with key exchange by RSA only and its own authority', async () => {
  const sandbox = await sandboxWith({ yamatoTls: { ...certificates, ciphers: RSA_ONLY } });
  const { parcels } = await clientOf(sandbox.yamatoTlsUrl ?? '', certificates.ca).ask([NUMBER]);
  expect(parcels[0]?.number).toBe(NUMBER);
  expect(sandbox.yamatoRequests()).toMatchObject([{ tls: true, status: 200 }]);
});

test('ciphers are widened only after Node’s own are refused, for one host, and for good', async () => {
  let closes = true;
  const suites: (string | undefined)[] = [];
  const server = await tlsServer(certificates, RSA_ONLY, ({ socket }, response) => {
    suites.push((socket as tls.TLSSocket).getCipher().name);
    if (closes) response.setHeader('connection', 'close');
    response.end(PAGE);
  });
  const client = clientOf(server.url, certificates.ca);
  // As a Node hardened by --tls-cipher-list, which lacks what Node 20 and 24 still offer by themselves.
  tls.DEFAULT_CIPHERS = FORWARD_SECRECY;
  await client.ask([NUMBER]);
  expect(server.connections()).toBe(2);
  closes = false;
  await client.ask([NUMBER]);
  expect(server.connections()).toBe(3);
  await client.ask([NUMBER]);
  expect(server.connections()).toBe(3);
  expect(suites).toEqual([RSA_ONLY, RSA_ONLY, RSA_ONLY]);
  expect(tls.DEFAULT_CIPHERS).toBe(FORWARD_SECRECY);

  tls.DEFAULT_CIPHERS = defaults;
  await clientOf(server.url, certificates.ca).ask([NUMBER]);
  expect(server.connections()).toBe(4);
});

test('a server of today is asked by Node’s own list alone', async () => {
  const server = await tlsServer(certificates, FORWARD_SECRECY, (_request, response) => response.end(PAGE));
  await clientOf(server.url, certificates.ca).ask([NUMBER]);
  expect(server.connections()).toBe(1);
});

test.each([40, 71])('neither 3DES nor RC4 is ever offered; alert %i to both lists is told', async (alert) => {
  const server = await refusingServer(alert);
  const client = clientOf(server.url, certificates.ca);
  for (let round = 0; round < 2; round++) {
    expect(await errorOf(client.ask([NUMBER]))).toMatchObject({
      code: 'YAMATO_TLS_HANDSHAKE',
      message: expect.stringMatching(/^localhost:\d+ accepts no TLS cipher of ours/),
    });
  }
  const [, widened = []] = server.offered;
  expect(server.offered).toHaveLength(4);
  // IANA: RSA with AES-256-GCM, AES-128-GCM, AES-256-CBC-SHA256, AES-128-CBC-SHA256, AES-256-CBC-SHA, AES-128-CBC-SHA.
  expect(widened).toEqual(expect.arrayContaining([0x9d, 0x9c, 0x3d, 0x3c, 0x35, 0x2f]));
  // RC4 and 3DES with RSA, ECDHE-RSA and ECDHE-ECDSA; DES; export; no encryption; anonymous.
  const weak = [0x04, 0x05, 0x0a, 0xc011, 0xc012, 0xc007, 0xc008, 0x09, 0x03, 0x01, 0x02, 0x3b, 0x34, 0xc018];
  for (const suites of server.offered) expect(suites.filter((suite) => weak.includes(suite))).toEqual([]);
});

test('a certificate of another authority is refused, also where Node was told not to look', async () => {
  let asked = 0;
  const server = await tlsServer(certificates, RSA_ONLY, (_request, response) => {
    asked += 1;
    response.end(PAGE);
  });
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  for (const ca of [undefined, others.ca]) {
    expect(await errorOf(clientOf(server.url, ca).ask([NUMBER]))).toMatchObject({
      code: 'YAMATO_TLS_CERTIFICATE',
      message: expect.stringMatching(
        /^this machine does not know who signed the certificate of localhost:\d+; .* \(\w+\)$/,
      ),
    });
  }
  expect(asked).toBe(0);
});

test('a certificate for another host name is refused, by Node’s list and by the widened one', async () => {
  let asked = 0;
  const elsewhere = await makeCertificates('yamato.example');
  const server = await tlsServer(elsewhere, RSA_ONLY, (_request, response) => {
    asked += 1;
    response.end(PAGE);
  });
  for (const ciphers of [defaults, FORWARD_SECRECY]) {
    tls.DEFAULT_CIPHERS = ciphers;
    expect(await errorOf(clientOf(server.url, elsewhere.ca).ask([NUMBER]))).toMatchObject({
      code: 'YAMATO_TLS_HOST',
      message: expect.stringMatching(/^the certificate of localhost:\d+ is for another host name/),
    });
  }
  expect(asked).toBe(0);
});

test('a server that speaks no TLS is not reached, and its list is not widened', async () => {
  const server = await plainServer((_request, response) => response.end(PAGE));
  const client = clientOf(server.url.replace('http:', 'https:'), certificates.ca);
  expect(await errorOf(client.ask([NUMBER]))).toMatchObject({ code: 'YAMATO_UNAVAILABLE' });
  expect(server.connections()).toBe(1);
});
