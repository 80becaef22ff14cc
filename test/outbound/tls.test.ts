import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connectionFailure } from '../../src/outbound/connection-failure.ts';
import { outgoing, wholeAnswer } from '../../src/outbound/request.ts';
import { builtFile } from '../../src/paths.ts';
import type { ApiError } from '../../src/webscraper/api-error.ts';
import { createWebScraperClient } from '../../src/webscraper/client.ts';
import { makeProxyCertificates, makeSelfSigned } from '../support/certificates.ts';
import type { Certificates } from '../support/certificates.ts';
import { notSecureServer, secureServer } from '../support/outbound/tls-servers.ts';
import { errorOf, REQUEST, TOKEN } from '../support/webscraper/api-server.ts';

const ANSWER = '{"success":true,"data":{"id":7}}';
const answered = (socket: TLSSocket): void =>
  void socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${ANSWER.length}\r\n\r\n${ANSWER}`);

let proxy: Certificates;
beforeAll(async () => {
  proxy = await makeProxyCertificates();
});

async function failedPublish(baseUrl: string, timeoutMs = 10_000): Promise<ApiError> {
  return errorOf(createWebScraperClient({ baseUrl, token: TOKEN, timeoutMs }).publish(REQUEST));
}

const NOTHING_SENT = { code: 'API_NO_CONNECTION', isOutage: true, perhapsTaken: false };

describe('a proxy that intercepts TLS: nothing was sent, and nothing is perhaps published', () => {
  const leafOf = ({ cert }: Certificates): string => cert.slice(0, cert.indexOf('-----BEGIN', 1));
  it.each<[string, string, () => { key: string; cert: string }]>([
    ['it shows its signer', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', () => proxy],
    ['it shows all signers', 'SELF_SIGNED_CERT_IN_CHAIN', () => ({ ...proxy, cert: proxy.cert + proxy.ca })],
    ['it shows no signer', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', () => ({ ...proxy, cert: leafOf(proxy) })],
  ])('%s: %s', async (_, code, shown) => {
    const server = await secureServer({ ...shown(), ca: [] }, answered);
    const error = await failedPublish(server.url);
    expect(error).toMatchObject(NOTHING_SENT);
    expect(error.message).toBe(
      `Web Scraper Cloud could not be reached for a publish: this machine does not know who signed the certificate of localhost:${server.port}; set NODE_EXTRA_CA_CERTS to the signer's, which is a proxy's where one intercepts TLS (${code})`,
    );
    expect(server.received()).toBe('');
  });
});

describe('a certificate that is no good: nothing was sent', () => {
  it.each<[string, Parameters<typeof makeSelfSigned>[0]]>([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', undefined],
    ['CERT_HAS_EXPIRED', { from: '20200101000000Z', until: '20200102000000Z', bits: 2_048 }],
    ['CERT_NOT_YET_VALID', { from: '20900101000000Z', until: '20910101000000Z', bits: 2_048 }],
    // A key too short for any security level.
    ['UNSPECIFIED', { from: '20200101000000Z', until: '20900101000000Z', bits: 512 }],
  ])('%s', async (code, made) => {
    const options = { ciphers: 'DEFAULT@SECLEVEL=0', maxVersion: 'TLSv1.2' } as const;
    const server = await secureServer({ ...(await makeSelfSigned(made)), ...options }, answered);
    const error = await failedPublish(server.url);
    expect(error).toMatchObject(NOTHING_SENT);
    expect(error.message).toMatch(new RegExp(`the certificate of localhost:\\d+.*\\(${code}\\)$`));
    expect(server.received()).toBe('');
  });
});

describe('a handshake that comes to nothing: nothing was sent', () => {
  it.each<[string, RegExp, (socket: Socket) => void]>([
    ['no TLS is spoken', /\((?:EPROTO|ERR_SSL_\w+)\)$/, (socket) => socket.end('HTTP/1.1 400 Bad\r\n\r\n')],
    [
      'it is refused',
      /\((?:EPROTO|ERR_SSL_[\w/]+)\)$/,
      (socket) => socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, 40])),
    ],
    ['it is reset', /\(ECONNRESET\)$/, (socket) => socket.resetAndDestroy()],
    ['it is ended', /\(ECONNRESET\)$/, (socket) => socket.end()],
  ])('%s', async (_, told, answer) => {
    const error = await failedPublish(await notSecureServer(answer));
    expect(error).toMatchObject(NOTHING_SENT);
    expect(error.message).toMatch(told);
  });

  it('time is up', async () => {
    const error = await failedPublish(await notSecureServer(() => undefined), 100);
    expect(error).toMatchObject(NOTHING_SENT);
    expect(error.message).toMatch(
      /^Web Scraper Cloud could not be reached for a publish: no connection to localhost:\d+ in 0\.1 s$/,
    );
  });
});

/** What comes of a publish in a process that knows the signer. */
async function publishKnowingTheSigner(url: string): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'tsuiseki-ca-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'ca.pem'), proxy.ca);
  const code = `
    const [module, baseUrl, request] = process.argv.slice(1);
    const { createWebScraperClient } = await import(module);
    const client = createWebScraperClient({ baseUrl, token: 't', timeoutMs: 1_000 });
    const { value, code, perhapsTaken, message } = await client.publish(JSON.parse(request)).catch((error) => error);
    console.log(JSON.stringify({ value, code, perhapsTaken, message }));`;
  const module = pathToFileURL(builtFile('src/webscraper/client.js')).href;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', code, '--', module, url, JSON.stringify(REQUEST)],
    { env: { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') } },
  );
  return JSON.parse(stdout);
}

describe('with NODE_EXTRA_CA_CERTS', () => {
  it('a publish goes through the proxy', async () => {
    const server = await secureServer(proxy, answered);
    expect(await publishKnowingTheSigner(server.url)).toEqual({ value: 7 });
  });

  it('failure 11 of before: a certificate for another host name is none: nothing was sent', async () => {
    const server = await secureServer(proxy, answered);
    const at = `127.0.0.1:${server.port}`;
    expect(await publishKnowingTheSigner(`https://${at}/`)).toEqual({
      code: 'API_NO_CONNECTION',
      perhapsTaken: false,
      message: `Web Scraper Cloud could not be reached for a publish: the certificate of ${at} is for another host name; check WEBSCRAPER_API_URL (ERR_TLS_CERT_ALTNAME_INVALID)`,
    });
    expect(server.received()).toBe('');
  });

  it.each<[string, string, string, (socket: TLSSocket) => void]>([
    ['cut off', 'API_BROKEN_OFF', 'the connection to AT failed (ECONNRESET)', (socket) => socket.destroy()],
    ['ended', 'API_BROKEN_OFF', 'the connection to AT failed (ECONNRESET)', (socket) => socket.end()],
    ['without an answer', 'API_TIMEOUT', 'no whole answer from AT in 1 s', () => undefined],
  ])('a connection %s after the request: perhaps published', async (_, code, told, answer) => {
    const server = await secureServer(proxy, answer);
    expect(await publishKnowingTheSigner(server.url)).toEqual({
      code,
      perhapsTaken: true,
      message: `Web Scraper Cloud did not answer a publish: ${told.replace('AT', `localhost:${server.port}`)}`,
    });
    expect(server.received()).toContain('"custom_id":"yto-1"');
  });

  it('TLS 1.3 refuses who has no certificate after the handshake: perhaps published', async () => {
    const options = { requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' } as const;
    const server = await secureServer({ ...proxy, ...options }, answered);
    expect(await publishKnowingTheSigner(server.url)).toMatchObject({
      code: 'API_BROKEN_OFF',
      perhapsTaken: true,
    });
  });
});

it('a connection kept from the request before stood, too', async () => {
  let requests = 0;
  const server = await secureServer(proxy, (socket) => {
    requests += 1;
    if (requests === 1) answered(socket);
    else socket.destroy();
  });
  const https = new Agent({ keepAlive: true, rejectUnauthorized: false });
  onTestFinished(() => https.destroy());
  const http = outgoing({ agent: { https } });
  const ask = () => wholeAnswer(http, server.url, { maxBytes: 100 });
  expect((await ask())?.statusCode).toBe(200);
  const error = await ask().catch((thrown: unknown) => thrown);
  expect(connectionFailure(error, { at: 'it', setting: 'URL' })).toEqual({
    kind: 'network',
    sent: 'perhaps',
    told: 'the connection to it failed (ECONNRESET)',
  });
  expect([requests, server.connections()]).toEqual([2, 1]);
});
