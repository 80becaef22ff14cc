import { jwtVerify } from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCommandService } from '../../src/onlyoffice/command-service.ts';
import { OnlyOfficeError } from '../../src/onlyoffice/error.ts';
import { makeSelfSigned } from '../support/certificates.ts';
import { recordingServer } from '../support/http/recording-server.ts';
import type { Received, Reply } from '../support/http/recording-server.ts';
import { secureServer } from '../support/outbound/tls-servers.ts';
import { closedPort, hangingServer } from '../support/servers.ts';

const SECRET = 'short';
const KEY = 'Khirz6zTPdfd7';

async function claimsOf(token: unknown) {
  const options = { algorithms: ['HS256' as const], requiredClaims: ['iat', 'exp'] };
  const { payload } = await jwtVerify(String(token), new TextEncoder().encode(SECRET), options);
  const { iat, exp, ...claims } = payload;
  expect(Number(exp) - Number(iat)).toBe(300);
  return claims;
}

const service = (url: string, more: { jwtSecret?: null; timeoutMs?: number } = {}) =>
  createCommandService({ url, jwtSecret: SECRET, jwtHeader: 'Authorization', timeoutMs: 30_000, ...more });

const json = (body: unknown): Reply => ({ body: JSON.stringify(body) });
const bodyOf = ({ body }: Received): Record<string, unknown> => JSON.parse(body.toString());

describe('who edits', () => {
  it.each<[string, unknown, boolean]>([
    ['one user', { error: 0, key: KEY, users: ['alice'] }, true],
    ['two', { error: 0, key: KEY, users: ['alice', 'bob'] }, true],
    ['nobody any more', { error: 0, key: KEY, users: [] }, false],
    ['somebody, as old versions tell it', { error: 0, key: KEY }, true],
    ['nobody: no such document', { error: 1, key: KEY }, false],
  ])('%s', async (_who, answer, open) => {
    const server = await recordingServer(() => json(answer));
    expect(await service(server.url).isOpen(KEY)).toBe(open);
  });
});

describe('the question', () => {
  it('is signed in the body and in the header', async () => {
    const server = await recordingServer(() => json({ error: 1 }));
    await service(`${server.url}/command`).isOpen(KEY);
    const [request] = server.received;
    if (request === undefined) throw new TypeError('nothing was asked');
    expect(request).toMatchObject({ method: 'POST', url: `/command?shardkey=${KEY}` });
    expect(request.headers['content-type']).toBe('application/json');
    const { token, ...open } = bodyOf(request);
    expect(open).toEqual({ c: 'info', key: KEY });
    expect(await claimsOf(token)).toEqual(open);
    const bearer = request.headers.authorization?.replace('Bearer ', '');
    expect(await claimsOf(bearer)).toEqual({ payload: open });
  });

  it('goes in the header that is configured', async () => {
    const server = await recordingServer(() => json({ error: 1 }));
    const jwtHeader = 'X-Office-Jwt';
    await createCommandService({ url: server.url, jwtSecret: SECRET, jwtHeader }).isOpen(KEY);
    expect(server.received[0]?.headers['x-office-jwt']).toMatch(/^Bearer /);
    expect(server.received[0]?.headers.authorization).toBeUndefined();
  });

  it('is not signed without a secret', async () => {
    const server = await recordingServer(() => json({ error: 1 }));
    await service(server.url, { jwtSecret: null }).isOpen(KEY);
    expect(server.received.map(bodyOf)).toEqual([{ c: 'info', key: KEY }]);
    expect(server.received[0]?.headers.authorization).toBeUndefined();
  });

  it('keeps the query of its address, and a key of any letters', async () => {
    const server = await recordingServer(() => json({ error: 1 }));
    await service(`${server.url}/command?tenant=a`).isOpen('a&b=c');
    expect(server.received[0]?.url).toBe('/command?tenant=a&shardkey=a%26b%3Dc');
  });
});

describe('a document server', () => {
  async function problemOf(url: string, timeoutMs = 30_000): Promise<[string, string]> {
    const error: unknown = await service(url, { timeoutMs })
      .isOpen(KEY)
      .catch((thrown: unknown) => thrown);
    if (!(error instanceof OnlyOfficeError)) throw new TypeError('no such error', { cause: error });
    expect(error.message).not.toContain('\n');
    return [error.code, error.message];
  }

  it.each<[string, Reply, string, string]>([
    ['with an internal error', json({ error: 3 }), 'ONLYOFFICE_UNAVAILABLE', 'internal error'],
    ['that knows no callback', json({ error: 2 }), 'ONLYOFFICE_REFUSED', 'callback'],
    ['that does not know the command', json({ error: 5 }), 'ONLYOFFICE_REFUSED', 'command'],
    ['of another secret', json({ error: 6 }), 'ONLYOFFICE_REFUSED', 'ONLYOFFICE_JWT_SECRET'],
    ['of another time', json({ error: 7 }), 'ONLYOFFICE_REFUSED', 'clocks'],
    ['with a new error', json({ error: 42 }), 'ONLYOFFICE_REFUSED', '42'],
    ['that tells nothing', json({}), 'ONLYOFFICE_REFUSED', 'null'],
    ['that answers with null', json(null), 'ONLYOFFICE_REFUSED', 'null'],
    ['in trouble', { status: 502, body: '<html/>' }, 'ONLYOFFICE_UNAVAILABLE', '502'],
    ['that forbids it', { status: 403, body: '' }, 'ONLYOFFICE_REFUSED', 'ONLYOFFICE_COMMAND_URL (403)'],
    ['that is a page', { body: '<html/>' }, 'ONLYOFFICE_REFUSED', 'ONLYOFFICE_COMMAND_URL (200)'],
    ['that is elsewhere', { status: 301, headers: { location: '/' } }, 'ONLYOFFICE_REFUSED', '(301)'],
    ['without end', { body: 'x'.repeat(5_000_000) }, 'ONLYOFFICE_UNAVAILABLE', 'over 1 MB'],
  ])('%s', async (_what, reply, code, text) => {
    const server = await recordingServer(() => reply);
    expect(await problemOf(server.url)).toEqual([code, expect.stringContaining(text)]);
    expect(server.received).toHaveLength(1);
  });

  it('that is away', async () => {
    const at = `127.0.0.1:${await closedPort()}`;
    expect(await problemOf(`http://${at}/?token=hush`)).toEqual([
      'ONLYOFFICE_UNAVAILABLE',
      `the document server could not be asked: ${at} takes no connections; check ONLYOFFICE_COMMAND_URL, and whether it runs (ECONNREFUSED)`,
    ]);
  });

  it('whose certificate nobody known signed', async () => {
    const server = await secureServer(await makeSelfSigned());
    const [code, message] = await problemOf(server.url);
    expect(code).toBe('ONLYOFFICE_UNAVAILABLE');
    expect(message).toMatch(
      /^the document server could not be asked: this machine does not know who signed .* \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/,
    );
    expect(server.received()).toBe('');
  });

  it('that hangs', async () => {
    const server = await hangingServer();
    onTestFinished(() => server.close());
    const answer = await problemOf(`http://127.0.0.1:${server.port}`, 200);
    expect(answer).toEqual([
      'ONLYOFFICE_UNAVAILABLE',
      expect.stringContaining(`no whole answer from 127.0.0.1:${server.port} in 0.2 s`),
    ]);
  });
});
