import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { AppDeps } from '../../src/http/app-deps.ts';
import type { SaveInbox } from '../../src/saves/save-inbox.ts';
import { openDatabase } from '../../src/db/database.ts';
import { JSON_BODY, listeningApp, testApp } from '../support/http/app.ts';

afterEach(() => {
  vi.useRealTimers();
});

const TOKEN = 'cloud-token';
const NEXTCLOUD: AppDeps['nextcloud'] = { webhookToken: TOKEN, botUser: 'bot' };
const AUTHORISED = { 'x-nextcloud-webhook-token': TOKEN };
const PATH = '/official_website_tracking/OWT-1.xlsx';
const WORKBOOK = `webdav:${PATH}`;

const cloudApp = (more: Partial<AppDeps> = {}) => listeningApp({ nextcloud: NEXTCLOUD, ...more });

interface Post {
  headers?: Record<string, string>;
  body: unknown;
}

function post(url: string, { headers = AUTHORISED, body }: Post): Promise<Response> {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return fetch(`${url}/webhooks/nextcloud`, { method: 'POST', headers, body: bytes });
}

const told = async (answer: Response): Promise<[number, unknown]> => [answer.status, await answer.json()];

const fileChanged = (more: Record<string, unknown> = {}) => ({
  event: 'file_changed',
  path: PATH,
  user: 'alice',
  ...more,
});

/** As https://docs.nextcloud.com/server/latest/admin_manual/webhook_listeners/ has it. */
const nodeEvent = (name: string, path: string, user: string | null = 'alice') => ({
  event: { class: `OCP\\Files\\Events\\Node\\${name}`, node: { id: 437, path } },
  user: user === null ? null : { uid: user, displayName: 'Alice' },
  time: 1_700_100_000,
});

describe('a save', () => {
  it.each<[string, unknown, string | null]>([
    ['by a script', fileChanged(), 'alice'],
    ['by a script that names nobody', fileChanged({ user: undefined }), null],
    ['by webhook_listeners', nodeEvent('NodeWrittenEvent', `/alice/files${PATH}`), 'alice'],
    ['by webhook_listeners, of nobody', nodeEvent('NodeWrittenEvent', `/alice/files${PATH}`, null), null],
    [
      'by webhook_listeners, of another user’s folder',
      nodeEvent('NodeWrittenEvent', `/team/files${PATH}`),
      'alice',
    ],
    ['with a user Postgres could not hold', fileChanged({ user: 'a\0b' }), null],
  ])('told %s is stored, then answered', async (_how, body, savedBy) => {
    const { url, saves } = await cloudApp();
    expect(await told(await post(url, { body }))).toEqual([200, { stored: true }]);
    expect(saves.store.mock.calls).toEqual([[{ workbook: WORKBOOK, source: 'nextcloud', savedBy }]]);
    expect(saves.noteSession).not.toHaveBeenCalled();
  });

  it.each<[string, Record<string, string>]>([
    ['none, as Nextcloud sends it', {}],
    ['JSON', JSON_BODY],
    ['a text', { 'content-type': 'text/plain' }],
  ])('is read whatever its content type: %s', async (_type, type) => {
    const { url } = await cloudApp();
    expect((await post(url, { headers: { ...AUTHORISED, ...type }, body: fileChanged() })).status).toBe(200);
  });

  it('of a name in NFD is the workbook in NFC', async () => {
    const { url, saves } = await cloudApp();
    const path = '/yamato_tracking_only/ガ/YTO-ガ.xlsx';
    await post(url, { body: fileChanged({ path: path.normalize('NFD') }) });
    expect(saves.store.mock.calls.map(([save]) => save.workbook)).toEqual([
      `webdav:${path.normalize('NFC')}`,
    ]);
  });

  it('is not answered before it is stored', async () => {
    const steps: string[] = [];
    let stored = () => {};
    const store: SaveInbox['store'] = () =>
      new Promise((resolve) => {
        stored = resolve;
        steps.push('storing');
      });
    const { url } = await cloudApp({
      saves: { store, noteSession: async () => {}, noteSessionSave: async () => {} },
    });
    const answer = post(url, { body: fileChanged() }).then(() => steps.push('answered'));
    await vi.waitFor(() => expect(steps).toEqual(['storing']));
    steps.push('stored');
    stored();
    await answer;
    expect(steps).toEqual(['storing', 'stored', 'answered']);
  });
});

describe('what is no save of a person is answered, and not stored', () => {
  it.each<[string, unknown, string]>([
    ['another event', fileChanged({ event: 'file_deleted' }), 'file_changed'],
    ['another event without path', { event: 'ping' }, 'file_changed'],
    [
      'a file before it is written',
      nodeEvent('BeforeNodeWrittenEvent', `/alice/files${PATH}`),
      'NodeWrittenEvent',
    ],
    ['a new file', nodeEvent('NodeCreatedEvent', `/alice/files${PATH}`), 'NodeWrittenEvent'],
    [
      'an event of two files',
      { event: { class: 'OCP\\Files\\Events\\Node\\NodeRenamedEvent', source: {}, target: {} } },
      'NodeWrittenEvent',
    ],
    ['the bot’s, by a script', fileChanged({ user: 'bot' }), 'own save'],
    [
      'the bot’s, by webhook_listeners',
      nodeEvent('NodeWrittenEvent', `/alice/files${PATH}`, 'bot'),
      'own save',
    ],
    ['the bot’s, as it logs in', fileChanged({ user: 'Bot' }), 'own save'],
    ['a workbook of no task', fileChanged({ path: '/minutes.xlsx' }), 'no task matches'],
    [
      'a folder of a task',
      nodeEvent('NodeWrittenEvent', '/alice/files/official_website_tracking'),
      'no task matches',
    ],
  ])('%s', async (_what, body, reason) => {
    const { url, saves } = await cloudApp();
    expect(await told(await post(url, { body }))).toEqual([
      200,
      { stored: false, reason: expect.stringContaining(reason) },
    ]);
    expect(saves.store).not.toHaveBeenCalled();
  });

  it('but nobody is the bot where none is set', async () => {
    const { url, saves } = await cloudApp({ nextcloud: { webhookToken: TOKEN, botUser: null } });
    await post(url, { body: fileChanged({ user: 'null' }) });
    expect(saves.store).toHaveBeenCalledTimes(1);
  });
});

describe('what is malformed or outside: 400, nothing stored', () => {
  const outside = (name: string) => `/alice/files/official_website_tracking/${name}`;
  it.each<[string, unknown]>([
    ['no JSON', '{'],
    ['nothing', ''],
    ['a form', 'event=file_changed&path=/a'],
    ['null', null],
    ['a list', [fileChanged()]],
    ['no event', { path: PATH, user: 'alice' }],
    ['no path', fileChanged({ path: undefined })],
    ['an empty path', fileChanged({ path: '' })],
    ['a path as a list', fileChanged({ path: [PATH] })],
    ['a path without slash', fileChanged({ path: 'OWT-1.xlsx/..' })],
    ['..', fileChanged({ path: '/official_website_tracking/../../OWT-1.xlsx' })],
    ['a backslash', fileChanged({ path: '/official_website_tracking\\OWT-1.xlsx' })],
    ['a NUL', fileChanged({ path: `${PATH}\0` })],
    ['a prototype', `{"event":"file_changed","path":"${PATH}","__proto__":{"user":"bot"}}`],
    ['an event without class', { event: { node: { path: `/alice/files${PATH}` } } }],
    ['an event without node', { event: { class: 'NodeWrittenEvent' } }],
    ['a node without path', { event: { class: 'NodeWrittenEvent', node: { id: 5 } } }],
    ['a node of no user’s files', nodeEvent('NodeWrittenEvent', `/appdata_oc1/preview${PATH}`)],
    ['a node of a trash bin', nodeEvent('NodeWrittenEvent', `/alice/files_trashbin${PATH}`)],
    ['a node with ..', nodeEvent('NodeWrittenEvent', outside('../../../bob/files/OWT-1.xlsx'))],
  ])('%s', async (_what, body) => {
    const { url, saves, logger } = await cloudApp();
    expect(await told(await post(url, { body }))).toEqual([
      400,
      { error: expect.stringMatching(/^malformed: [^\n]+$/) },
    ]);
    expect(saves.store).not.toHaveBeenCalled();
    expect(logger.error).not.toHaveBeenCalled();
  });
});

describe('the token', () => {
  it.each<[string, Record<string, string>]>([
    ['none', {}],
    ['an empty one', { 'x-nextcloud-webhook-token': '' }],
    ['a wrong one', { 'x-nextcloud-webhook-token': 'wrong' }],
    ['the beginning of it', { 'x-nextcloud-webhook-token': TOKEN.slice(0, -1) }],
    ['the one of Web Scraper Cloud', { 'x-nextcloud-webhook-token': 'new' }],
    ['in a header of another name', { 'x-webhook-token': TOKEN }],
  ])('%s: 401 before the body is read', async (_what, headers) => {
    const { url, saves } = await cloudApp();
    for (const body of [fileChanged(), '{'])
      expect(await told(await post(url, { headers, body }))).toEqual([401, { error: 'wrong token' }]);
    expect(saves.store).not.toHaveBeenCalled();
  });

  it('that is not set lets nobody in', async () => {
    const { url } = await cloudApp({ nextcloud: { webhookToken: null, botUser: 'bot' } });
    for (const token of [TOKEN, '', 'null', 'undefined']) {
      const headers = { 'x-nextcloud-webhook-token': token };
      expect((await post(url, { headers, body: fileChanged() })).status).toBe(401);
    }
  });

  it('stands in the header, not in the address', async () => {
    const { url } = await cloudApp();
    const answer = await fetch(`${url}/webhooks/nextcloud?token=${TOKEN}`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(401);
  });
});

describe('while the database is away', () => {
  it.each([
    ['refuses', () => Promise.reject(new Error('connect ECONNREFUSED'))],
    [
      'throws',
      () => {
        throw new Error('connect ECONNREFUSED');
      },
    ],
  ])('a save that it %s is answered 503', async (_how, store) => {
    const { url, logger } = await cloudApp({
      saves: { store, noteSession: async () => {}, noteSessionSave: async () => {} },
    });
    expect(await told(await post(url, { body: fileChanged() }))).toEqual([
      503,
      { error: expect.stringContaining('the database cannot be reached') },
    ]);
    expect(logger.error).toHaveBeenCalledWith(
      { workbook: WORKBOOK, error: 'connect ECONNREFUSED' },
      expect.stringContaining('left to the sweep'),
    );
  });

  it('and hangs, a save is answered 503 after eight seconds', async () => {
    const database = openDatabase('postgres://me@127.0.0.1:1/x');
    const saves: SaveInbox = {
      store: () => new Promise(() => {}),
      noteSession: async () => {},
      noteSessionSave: async () => {},
    };
    const { app } = testApp(database, { saves, nextcloud: NEXTCLOUD });
    onTestFinished(() => app.close());
    await app.ready();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const answered = vi.fn();
    const request = { method: 'POST', url: '/webhooks/nextcloud', headers: AUTHORISED } as const;
    const answer = Promise.resolve(app.inject({ ...request, payload: JSON.stringify(fileChanged()) }));
    void answer.then(answered);
    await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0));
    await vi.advanceTimersByTimeAsync(7_000);
    expect(answered).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await answer).statusCode).toBe(503);
  });
});
