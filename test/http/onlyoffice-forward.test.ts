import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { packageVersion } from '../../src/version.ts';
import { closedPort, hangingServer } from '../support/servers.ts';
import { callbackApp, inBody, inHeader, PATH, saveOf, SECRET, send } from '../support/http/callback.ts';
import { recordingServer } from '../support/http/recording-server.ts';
import type { Reply } from '../support/http/recording-server.ts';

const TRACK = '/index.php/apps/onlyoffice/track';

describe('forwarding', () => {
  it('passes on the body byte for byte, its type and its signature, and nothing else', async () => {
    const nextcloud = await recordingServer();
    const { url } = await callbackApp({ callbackUrl: `${nextcloud.url}${TRACK}`, jwtHeader: 'X-Office-Jwt' });
    const { headers } = await inHeader(saveOf(2), 'X-Office-Jwt');
    // Written as no JSON.stringify would.
    const body = ` {"key" : "${saveOf(2).key}",\n "status":2.0, "title":"\\u30ac 便", "users":[]} \n`;
    const more = {
      connection: 'keep-alive, x-hop',
      'x-hop': '1',
      'keep-alive': 'timeout=5',
      te: 'trailers',
      'proxy-authorization': 'Basic eDp5',
      'x-forwarded-for': '10.0.0.1',
      cookie: 'nc_session=1',
      'transfer-encoding': 'chunked',
      host: 'tsuiseki.example',
      'content-type': 'application/json; charset=utf-8',
    };
    // Not by fetch, which sends no such headers.
    const status = await new Promise((resolve, reject) => {
      const sent = request(`${url}/webhooks/onlyoffice?path=${PATH}`, {
        method: 'POST',
        headers: { ...more, ...headers },
      });
      sent.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
      sent.end(body);
    });
    expect(status).toBe(200);
    expect(nextcloud.received).toMatchObject([{ method: 'POST', url: TRACK }]);
    const [received] = nextcloud.received;
    expect(received?.body.toString()).toBe(body);
    expect(received?.headers).toEqual({
      host: nextcloud.url.slice('http://'.length),
      connection: 'close',
      'user-agent': `Tsuiseki/${packageVersion()}`,
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'x-office-jwt': headers?.['X-Office-Jwt'],
    });
  });

  const OWN = 'doc=a%20b&x=1';
  it.each<[string, string, string, string]>([
    ['to ONLYOFFICE_CALLBACK_URL', TRACK, `path=${PATH}`, TRACK],
    ['with its own query', `${TRACK}?${OWN}`, `path=${PATH}`, `${TRACK}?${OWN}`],
    [
      'with what is Nextcloud’s',
      `${TRACK}?k=1`,
      `doc=a%2Bb&path=${PATH}&file_path=${PATH}`,
      `${TRACK}?k=1&doc=a%2Bb`,
    ],
    [
      'to a whole nextcloud_callback',
      '/',
      `path=${PATH}&nextcloud_callback=ORIGIN${TRACK}%3Fdoc%3Da%2526b`,
      `${TRACK}?doc=a%26b`,
    ],
    [
      'to one below its origin',
      `${TRACK}?k=1`,
      `nextcloud_callback=${TRACK}%3Fdoc%3D1&path=${PATH}`,
      `${TRACK}?doc=1`,
    ],
    [
      'to one not escaped',
      '/',
      `path=${PATH}&nextcloud_callback=ORIGIN${TRACK}?doc=1&x=2`,
      `${TRACK}?doc=1&x=2`,
    ],
  ])('%s', async (_what, callbackPath, query, expected) => {
    const nextcloud = await recordingServer();
    const { url } = await callbackApp({ callbackUrl: `${nextcloud.url}${callbackPath}` });
    const answer = await send(url, {
      ...(await inBody(saveOf(2))),
      query: query.replace('ORIGIN', nextcloud.url),
    });
    expect(answer.status).toBe(200);
    expect(nextcloud.received.map(({ url: asked }) => asked)).toEqual([expected]);
  });

  it.each([
    ['another host', 'http://cloud.example/track'],
    ['another port', 'http://127.0.0.1:1/track'],
    ['another scheme', 'https://127.0.0.1/track'],
    ['a host without scheme', '//cloud.example/track'],
    ['a host after a backslash', '\\\\cloud.example/track'],
    ['a login', 'http://me:hush@HOST/track'],
    ['a host that looks like a login', 'http://HOST@cloud.example/track'],
    ['a file', 'file:///etc/passwd'],
    ['two', '/track&nextcloud_callback=/track'],
  ])('to %s is refused: 400, nothing forwarded or stored', async (_what, callback) => {
    const nextcloud = await recordingServer();
    const { url, saves } = await callbackApp({ callbackUrl: nextcloud.url });
    const target = callback.replace('HOST', nextcloud.url.slice('http://'.length));
    const query = `path=${PATH}&nextcloud_callback=${target}`;
    const answer = await send(url, { ...(await inBody(saveOf(2))), query });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { error: expect.stringContaining('nextcloud_callback') },
    ]);
    expect([nextcloud.received, saves.store.mock.calls]).toEqual([[], []]);
  });

  it('to nextcloud_callback needs ONLYOFFICE_CALLBACK_URL', async () => {
    const nextcloud = await recordingServer();
    const { url } = await callbackApp();
    const query = `path=${PATH}&nextcloud_callback=${nextcloud.url}/track`;
    expect((await send(url, { ...(await inBody(saveOf(2))), query })).status).toBe(400);
    expect(nextcloud.received).toEqual([]);
  });
});

describe("Nextcloud's answer", () => {
  it.each<[string, Reply, boolean]>([
    ['200 and error 0', { body: '{"error":0}' }, true],
    ['200 and more than that', { body: '{"error":0,"more":[1]}' }, true],
    ['200 and error 1', { body: '{"error":1}' }, false],
    ['200 and error 0 as text', { body: '{"error":"0"}' }, false],
    [
      '200 and a page',
      { body: '<html>maintenance</html>', headers: { 'content-type': 'text/html; charset=utf-8' } },
      false,
    ],
    ['200 and nothing', { body: '' }, false],
    ['403', { status: 403, body: '{"message":"Access denied"}' }, false],
    ['500 and a page', { status: 500, body: '<html/>', headers: { 'content-type': 'text/html' } }, false],
    ['500 and error 0', { status: 500, body: '{"error":0}' }, false],
    ['503', { status: 503, body: '{"error":1}' }, false],
  ])('of %s is ours', async (_what, reply, isSave) => {
    const nextcloud = await recordingServer(() => reply);
    const { url, saves } = await callbackApp({ callbackUrl: nextcloud.url });
    const answer = await send(url, await inBody(saveOf(2)));
    expect([answer.status, await answer.text()]).toEqual([reply.status ?? 200, reply.body]);
    expect(answer.headers.get('content-type')).toBe(reply.headers?.['content-type'] ?? 'application/json');
    expect(saves.store).toHaveBeenCalledTimes(isSave ? 1 : 0);
    expect(saves.noteSession).toHaveBeenCalledTimes(1);
  });

  it('that is a redirect is not followed', async () => {
    const elsewhere = await recordingServer();
    const nextcloud = await recordingServer(() => ({
      status: 307,
      headers: { location: `${elsewhere.url}/track` },
    }));
    const { url, saves } = await callbackApp({ callbackUrl: nextcloud.url });
    const answer = await send(url, await inBody(saveOf(2)));
    expect([answer.status, answer.headers.get('location')]).toEqual([307, null]);
    expect([elsewhere.received, saves.store.mock.calls]).toEqual([[], []]);
  });

  it('comes first: nothing is stored before', async () => {
    let release = () => {};
    const after = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked = () => {};
    const wasAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const nextcloud = await recordingServer(() => {
      asked();
      return { body: '{"error":0}', after };
    });
    const { url, saves } = await callbackApp({ callbackUrl: nextcloud.url });
    const answer = send(url, await inBody(saveOf(2)));
    await wasAsked;
    expect([saves.store.mock.calls, saves.noteSession.mock.calls]).toEqual([[], []]);
    release();
    expect((await answer).status).toBe(200);
    expect(saves.store).toHaveBeenCalledTimes(1);
  });

  const failures: [string, RegExp, () => Promise<string>][] = [
    [
      'nobody there',
      /check ONLYOFFICE_CALLBACK_URL, and whether it runs \(ECONNREFUSED\)$/,
      async () => `http://127.0.0.1:${await closedPort()}`,
    ],
    [
      'none in time',
      /^no whole answer from 127\.0\.0\.1:\d+ in 0\.3 s$/,
      async () => {
        const server = await hangingServer();
        onTestFinished(() => server.close());
        return `http://127.0.0.1:${server.port}`;
      },
    ],
    [
      'over 1 MB',
      /over 1 MB/,
      async () => (await recordingServer(() => ({ body: 'x'.repeat(5_000_000) }))).url,
    ],
  ];
  it.each(failures)('%s: 502, so that the document server tries again', async (what, reason, target) => {
    const { url, saves, logger } = await callbackApp({
      callbackUrl: `${await target()}/track?doc=hush`,
      forwardTimeoutMs: what === 'none in time' ? 300 : 30_000,
    });
    const answer = await send(url, await inBody(saveOf(2)));
    expect([answer.status, await answer.json()]).toEqual([502, { error: 1 }]);
    expect(saves.store).not.toHaveBeenCalled();
    expect(logger.error.mock.calls).toEqual([
      [{ error: expect.stringMatching(reason) }, 'a callback could not be forwarded to Nextcloud'],
    ]);
    expect(JSON.stringify(logger.error.mock.calls)).not.toMatch(new RegExp(`hush|${SECRET}`));
  });

  it('that is compressed is not unpacked', async () => {
    const body = gzipSync(Buffer.alloc(50_000_000));
    const nextcloud = await recordingServer(() => ({ headers: { 'content-encoding': 'gzip' }, body }));
    const { url, saves } = await callbackApp({ callbackUrl: nextcloud.url });
    const answer = await send(url, await inBody(saveOf(2)));
    expect((await answer.arrayBuffer()).byteLength).toBe(body.length);
    expect(nextcloud.received[0]?.headers['accept-encoding']).toBeUndefined();
    expect(saves.store).not.toHaveBeenCalled();
  });
});

describe('while the database is away', () => {
  it.each([
    ['that refuses', () => Promise.reject(new Error('connect ECONNREFUSED')), 2],
    ['that never answers', () => new Promise<void>(() => {}), 0],
    [
      'that throws',
      () => {
        throw new TypeError('not built');
      },
      2,
    ],
  ])('one %s, people can save', async (_how, stored, warnings) => {
    const nextcloud = await recordingServer();
    const saves = { store: stored, noteSession: stored, noteSessionSave: stored };
    const { url, logger } = await callbackApp({ callbackUrl: nextcloud.url }, { saves });
    const answer = await send(url, await inBody(saveOf(2)));
    expect([answer.status, await answer.json()]).toEqual([200, { error: 0 }]);
    expect(nextcloud.received).toHaveLength(1);
    // None of the one that never answers: its time is not over yet.
    expect(logger.warn).toHaveBeenCalledTimes(warnings);
    expect(logger.error).not.toHaveBeenCalled();
    if (warnings > 0)
      expect(logger.warn.mock.calls.map(([, text]) => text)).toContain(
        'a save could not be stored; left to the sweep',
      );
  });
});
