import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import type { CryptoKey } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  callbackApp,
  inBody,
  inHeader,
  KEY,
  PATH,
  saveOf,
  SECRET,
  send,
  signed,
} from '../support/http/callback.ts';
import type { Callback } from '../support/http/callback.ts';
import { recordingServer } from '../support/http/recording-server.ts';

const WORKBOOK = `webdav:${PATH}`;

describe('a callback', () => {
  it.each([
    ['in the header', () => inHeader(saveOf(2))],
    ['in the body', () => inBody(saveOf(2))],
    [
      'in the body that is nothing else',
      async () => ({ body: JSON.stringify({ token: await signed(saveOf(2)) }) }),
    ],
    [
      'in both',
      async () => ({ ...(await inBody(saveOf(2))), headers: (await inHeader(saveOf(2))).headers ?? {} }),
    ],
    ['in a header written otherwise', () => inHeader(saveOf(2), 'Authorization')],
  ])('signed %s is answered, and its save stored', async (_where, callback) => {
    const { url, saves } = await callbackApp();
    const answer = await send(url, await callback());
    expect([answer.status, await answer.json()]).toEqual([200, { error: 0 }]);
    expect(saves.store.mock.calls).toEqual([
      [{ workbook: WORKBOOK, source: 'onlyoffice', savedBy: 'alice' }],
    ]);
    expect(saves.noteSession.mock.calls).toEqual([[{ workbook: WORKBOOK, key: KEY, open: false }]]);
  });

  it('signed in the header that is configured is believed, and in no other', async () => {
    const { url } = await callbackApp({ jwtHeader: 'X-Office-Jwt' });
    expect((await send(url, await inHeader(saveOf(2), 'x-office-jwt'))).status).toBe(200);
    expect((await send(url, await inHeader(saveOf(2)))).status).toBe(401);
  });

  it.each([
    ['1: somebody edits', 1, [], [true]],
    ['2: all have left, with changes', 2, ['alice'], [false]],
    ['3: it could not be saved, and all have left', 3, [], [false]],
    ['4: all have left, without changes', 4, [], [false]],
    ['6: saved, while editing goes on', 6, ['alice'], []],
    ['7: it could not be force-saved, while editing goes on', 7, [], []],
    ['99: nobody knows', 99, [], []],
  ])('of status %s', async (_meaning, status, savedBy, open) => {
    const { url, saves } = await callbackApp();
    expect((await send(url, await inBody(saveOf(status)))).status).toBe(200);
    expect(saves.store.mock.calls.map(([save]) => save.savedBy)).toEqual(savedBy);
    expect(saves.noteSession.mock.calls.map(([session]) => session.open)).toEqual(open);
  });

  it.each([3, 7])('of status %i is answered, and told in the log and of the session', async (status) => {
    const { url, saves, logger } = await callbackApp();
    const answer = await send(url, await inBody(saveOf(status)));
    expect([answer.status, await answer.json()]).toEqual([200, { error: 0 }]);
    expect(logger.warn.mock.calls).toEqual([
      [{ workbook: WORKBOOK, status }, 'the document server could not save what was edited; see its log'],
    ]);
    expect(saves.noteSessionSave.mock.calls).toEqual([[{ workbook: WORKBOOK, key: KEY, failed: true }]]);
  });

  it.each([2, 6])('of status %i: what could not be saved before is saved now', async (status) => {
    const { url, saves } = await callbackApp();
    await send(url, await inBody(saveOf(status)));
    expect(saves.noteSessionSave.mock.calls).toEqual([[{ workbook: WORKBOOK, key: KEY, failed: false }]]);
  });

  it.each([
    [
      'the button of one of two',
      { forcesavetype: 1, actions: [{ type: 2, userid: 'oc0123456789_bob' }] },
      'bob',
    ],
    ['the document server itself', { forcesavetype: 2, actions: [{ type: 2, userid: 'bob' }] }, 'alice'],
    ['a user of another instance', { users: ['carol_of_elsewhere'] }, 'carol_of_elsewhere'],
    ['nobody who is told', { users: undefined }, null],
    ['a user without end', { users: ['x'.repeat(256)] }, null],
    ['something else', { users: [{ id: 'alice' }], actions: 'none' }, null],
  ])('saved by %s', async (_who, more, savedBy) => {
    const { url, saves } = await callbackApp();
    await send(url, await inBody(saveOf(6, more)));
    expect(saves.store.mock.calls).toEqual([[{ workbook: WORKBOOK, source: 'onlyoffice', savedBy }]]);
  });

  it.each([
    ['file_path', `file_path=${PATH}`, WORKBOOK],
    ['both, alike', `file_path=${PATH}&path=${PATH}`, WORKBOOK],
    ['escapes', `path=${encodeURIComponent(PATH)}`, WORKBOOK],
    [
      'NFD',
      `path=${encodeURIComponent('/official_website_tracking/ガ/OWT-ガ.xlsx'.normalize('NFD'))}`,
      'webdav:/official_website_tracking/ガ/OWT-ガ.xlsx',
    ],
  ])('finds its workbook by %s', async (_what, query, workbook) => {
    const { url, saves } = await callbackApp();
    expect((await send(url, { ...(await inBody(saveOf(2))), query })).status).toBe(200);
    expect(saves.store.mock.calls.map(([save]) => save.workbook)).toEqual([workbook.normalize('NFC')]);
  });

  it('never has its url fetched', async () => {
    const trap = await recordingServer();
    const { url, saves } = await callbackApp();
    const urls = { url: `${trap.url}/saved.xlsx`, changesurl: `${trap.url}/changes.zip` };
    for (const status of [1, 2, 6]) await send(url, await inBody(saveOf(status, urls)));
    expect(saves.store).toHaveBeenCalledTimes(2);
    expect(trap.received).toEqual([]);
  });
});

describe('a signature that is not believed: 401, nothing forwarded or stored', () => {
  const tokenOf = async (alg: string, key: CryptoKey | Uint8Array) =>
    new SignJWT(saveOf(2)).setProtectedHeader({ alg }).setExpirationTime('5m').sign(key);
  const bytes = new TextEncoder().encode(SECRET);
  const withToken = (token: unknown, open: object = saveOf(2)): Callback => ({
    body: JSON.stringify({ ...open, token }),
  });
  const now = () => Math.floor(Date.now() / 1_000);

  it.each<[string, () => Promise<Callback> | Callback]>([
    ['none', () => ({ body: JSON.stringify(saveOf(2)) })],
    ['an empty one', () => withToken('')],
    ['a number', () => withToken(5)],
    ['no token at all', () => withToken('x.y.z')],
    ['another secret', async () => withToken(await signed(saveOf(2), `${SECRET}x`))],
    ['the beginning of the secret', async () => withToken(await signed(saveOf(2), SECRET.slice(0, -1)))],
    ['alg none', () => withToken(new UnsecuredJWT(saveOf(2)).encode())],
    ['HS512', async () => withToken(await tokenOf('HS512', bytes))],
    ['RS256', async () => withToken(await tokenOf('RS256', (await generateKeyPair('RS256')).privateKey))],
    ['expired', async () => withToken(await signed(saveOf(2), SECRET, now() - 120))],
    [
      'not valid yet',
      async () => {
        const token = new SignJWT({ ...saveOf(2), nbf: now() + 120 }).setProtectedHeader({ alg: 'HS256' });
        return withToken(await token.sign(bytes));
      },
    ],
    [
      'changed after it was signed',
      async () => {
        const [head, , tail] = (await signed(saveOf(1))).split('.');
        return withToken(
          [head, Buffer.from(JSON.stringify(saveOf(2))).toString('base64url'), tail].join('.'),
        );
      },
    ],
    ['of another status', async () => withToken(await signed(saveOf(1)))],
    ['of another document', async () => withToken(await signed(saveOf(2, { key: 'other' })))],
    ['of no status', async () => withToken(await signed({ key: KEY }), {})],
    ['of a status as text', async () => withToken(await signed({ key: KEY, status: '2' }), {})],
    ['of no document', async () => withToken(await signed({ status: 2 }), {})],
    ['of a header, in the body', async () => withToken(await signed({ payload: saveOf(2) }))],
    [
      'of a body, in the header',
      async () => ({
        ...(await inHeader(saveOf(2))),
        headers: { authorization: `Bearer ${await signed(saveOf(2))}` },
      }),
    ],
    [
      'of another save, in the header',
      async () => ({ ...(await inHeader(saveOf(1))), body: JSON.stringify(saveOf(2)) }),
    ],
    ['in the header, and an empty body', async () => ({ ...(await inHeader(saveOf(2))), body: '{}' })],
    ['in the header, and no JSON', async () => ({ ...(await inHeader(saveOf(2))), body: '{' })],
    ['in the header, and a list', async () => ({ ...(await inHeader(saveOf(2))), body: '[]' })],
    [
      'in the header without Bearer',
      async () => ({
        ...(await inHeader(saveOf(2))),
        headers: { authorization: await signed({ payload: saveOf(2) }) },
      }),
    ],
    [
      'wrong in the body, right in the header',
      async () => ({
        ...(await inHeader(saveOf(2))),
        body: JSON.stringify({ ...saveOf(2), token: 'x.y.z' }),
      }),
    ],
  ])('%s', async (_what, callback) => {
    const nextcloud = await recordingServer();
    const { url, saves, logger } = await callbackApp({ callbackUrl: nextcloud.url });
    const answer = await send(url, await callback());
    expect([answer.status, await answer.json()]).toEqual([401, { error: expect.any(String) }]);
    expect(nextcloud.received).toEqual([]);
    expect(saves.store).not.toHaveBeenCalled();
    expect(saves.noteSession).not.toHaveBeenCalled();
    expect(JSON.stringify(logger.warn.mock.calls)).not.toContain(SECRET);
  });

  it('any, while no secret is set', async () => {
    const nextcloud = await recordingServer();
    const { url, saves, logger } = await callbackApp({ jwtSecret: null, callbackUrl: nextcloud.url });
    const bodies = [
      await inBody(saveOf(2)),
      { body: JSON.stringify({ ...saveOf(2), token: await signed(saveOf(2), '\0') }) },
    ];
    for (const callback of bodies) expect((await send(url, callback)).status).toBe(401);
    expect([nextcloud.received, saves.store.mock.calls]).toEqual([[], []]);
    expect(logger.warn).toHaveBeenCalledWith(
      { error: 'ONLYOFFICE_JWT_SECRET is not set' },
      'a callback was refused',
    );
  });

  it('but a clock a little late or early is borne', async () => {
    const { url } = await callbackApp();
    expect((await send(url, withToken(await signed(saveOf(2), SECRET, now() - 30)))).status).toBe(200);
    const early = new SignJWT({ ...saveOf(2), nbf: now() + 30 }).setProtectedHeader({ alg: 'HS256' });
    expect((await send(url, withToken(await early.sign(bytes)))).status).toBe(200);
  });

  it('a callback sent again with its own signature is the same callback', async () => {
    const { url, saves } = await callbackApp();
    const callback = await inHeader(saveOf(2));
    expect([(await send(url, callback)).status, (await send(url, callback)).status]).toEqual([200, 200]);
    expect(saves.store).toHaveBeenCalledTimes(2);
  });
});

describe('a path outside: 400, nothing forwarded or stored', () => {
  it.each([
    ['..', 'path=/official_website_tracking/../OWT-1.xlsx'],
    ['%2e%2e', 'path=/official_website_tracking/%2e%2e/OWT-1.xlsx'],
    ['%2E%2E%2F', 'path=%2Fofficial_website_tracking%2F%2E%2E%2FOWT-1.xlsx'],
    ['a backslash', 'path=/official_website_tracking/..%5COWT-1.xlsx'],
    ['a NUL', 'path=/official_website_tracking/OWT-1.xlsx%00'],
    ['nothing', 'path='],
    ['two', `path=${PATH}&path=/official_website_tracking/OWT-2.xlsx`],
    ['two of two names', `path=${PATH}&file_path=/official_website_tracking/OWT-2.xlsx`],
    ['a path without end', `path=/official_website_tracking/OWT-${'x'.repeat(1_000)}.xlsx`],
  ])('%s', async (_what, query) => {
    const nextcloud = await recordingServer();
    const { url, saves } = await callbackApp({ callbackUrl: nextcloud.url });
    const answer = await send(url, { ...(await inBody(saveOf(2))), query });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { error: expect.stringMatching(/^malformed: /) },
    ]);
    expect([nextcloud.received, saves.store.mock.calls, saves.noteSession.mock.calls]).toEqual([[], [], []]);
  });

  it('is told only to those who sign', async () => {
    const { url } = await callbackApp();
    expect((await send(url, { body: JSON.stringify(saveOf(2)), query: 'path=..' })).status).toBe(401);
  });
});

describe('a workbook of no task', () => {
  it('is forwarded only', async () => {
    const nextcloud = await recordingServer();
    const { url, saves, logger } = await callbackApp({ callbackUrl: nextcloud.url });
    expect((await send(url, { ...(await inBody(saveOf(2))), query: 'path=/minutes.xlsx' })).status).toBe(200);
    expect(nextcloud.received).toHaveLength(1);
    expect([saves.store.mock.calls, saves.noteSession.mock.calls]).toEqual([[], []]);
    expect(logger.debug).toHaveBeenCalledTimes(1);
    expect(logger.warn).not.toHaveBeenCalled();
  });
});

describe('a callback without path', () => {
  it('is forwarded, so that people can save, and warned of once', async () => {
    const nextcloud = await recordingServer();
    const { url, saves, logger } = await callbackApp({ callbackUrl: nextcloud.url });
    for (const query of ['', 'doc=abc']) {
      const answer = await send(url, { ...(await inBody(saveOf(2))), query });
      expect([answer.status, await answer.json()]).toEqual([200, { error: 0 }]);
    }
    expect(nextcloud.received).toHaveLength(2);
    expect([saves.store.mock.calls, saves.noteSession.mock.calls]).toEqual([[], []]);
    expect(logger.warn.mock.calls).toEqual([[expect.stringContaining('left to the sweep')]]);
  });

  it('is malformed where there is nobody to forward it to', async () => {
    const { url } = await callbackApp();
    expect((await send(url, { ...(await inBody(saveOf(2))), query: '' })).status).toBe(400);
  });
});

describe('the size of a callback', () => {
  const historyOf = (length: number) => inBody(saveOf(2, { history: { changes: 'x'.repeat(length) } }));

  it('may be some megabytes', async () => {
    const nextcloud = await recordingServer();
    const { url, saves } = await callbackApp({ callbackUrl: nextcloud.url });
    // Signed, the history stands there twice.
    const callback = await historyOf(1024 * 1024);
    expect((await send(url, callback)).status).toBe(200);
    expect(nextcloud.received[0]?.body.equals(Buffer.from(callback.body))).toBe(true);
    expect(saves.store).toHaveBeenCalledTimes(1);
  });

  it('of 5 MB is too large', async () => {
    const nextcloud = await recordingServer();
    const { url, saves } = await callbackApp({ callbackUrl: nextcloud.url });
    const { headers } = await inHeader(saveOf(2));
    const body = JSON.stringify(saveOf(2, { changes: 'x'.repeat(5_000_000) }));
    expect((await send(url, { headers: headers ?? {}, body })).status).toBe(413);
    expect([nextcloud.received, saves.store.mock.calls]).toEqual([[], []]);
  });
});
