import { createHash } from 'node:crypto';
import formbody from '@fastify/formbody';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/db/database.ts';
import { guarded } from '../../../src/http/sign-in/guard.ts';
import type { SignInRules } from '../../../src/http/sign-in/rules.ts';
import { testApp } from '../../support/http/app.ts';
import { OPEN } from '../../support/http/sign-in-rules.ts';

const ANNA = { name: 'anna', role: 'operator', token: 'anna-token-0123456789' } as const;
const BEN = { name: 'ben', role: 'viewer', token: 'ben-token-0123456789' } as const;

/** No question here is for it. */
const AWAY = {} as Database;

let app: FastifyInstance;
let nowMs = 0;
let changes: string[] = [];

function appWith(signIn: SignInRules): FastifyInstance {
  const built = fastify();
  built.register(formbody);
  guarded(built, { signIn, nowMs: () => nowMs }, (inner) => {
    inner.get('/', () => 'the page');
    inner.get('/batches', () => []);
    inner.post('/batches/owt-1/pause', (request) => {
      changes.push(request.visitor?.name ?? '');
      return {};
    });
  });
  return built;
}

beforeEach(() => {
  nowMs = Date.UTC(2026, 0, 31);
  changes = [];
  app = appWith({ ...OPEN, tokens: [ANNA, BEN] });
});

type Headers = Record<string, string>;
const FAR = '192.0.2.7';

async function ask(
  method: 'GET' | 'POST',
  url: string,
  headers: Headers = {},
  remoteAddress = FAR,
  body?: object,
) {
  const asked = { method, url, remoteAddress, headers: { host: 'tsuiseki.example', ...headers } };
  const {
    statusCode,
    headers: told,
    body: text,
  } = await app.inject({ ...asked, ...(body ? { payload: body } : {}) });
  return {
    status: statusCode,
    cookie: String(told['set-cookie'] ?? ''),
    retryAfter: told['retry-after'],
    text,
  };
}

const bearer = ({ token }: { token: string }): Headers => ({ authorization: `Bearer ${token}` });
const pause = (headers: Headers) => ask('POST', '/batches/owt-1/pause', headers);
const signIn = (token: unknown, headers: Headers = {}, address = FAR) =>
  ask('POST', '/sign-in', headers, address, { token });

describe('who may what', () => {
  it('not signed in: 401, with what to do', async () => {
    const { status, text } = await ask('GET', '/batches');
    expect(status).toBe(401);
    expect(text).toContain('Authorization: Bearer TOKEN');
    expect((await pause({})).status).toBe(401);
    expect(changes).toEqual([]);
  });

  it('operators change, under their name; viewers look', async () => {
    expect((await pause(bearer(ANNA))).status).toBe(200);
    expect((await ask('GET', '/batches', bearer(BEN))).status).toBe(200);
    expect(await pause(bearer(BEN))).toMatchObject({
      status: 403,
      text: expect.stringContaining('ben may look'),
    });
    expect(changes).toEqual(['anna']);
  });

  it('a token opens a session, whose cookie no script reads and no other site sends', async () => {
    const { status, cookie, text } = await signIn(` ${ANNA.token}\n`);
    expect({ status, told: JSON.parse(text) as unknown }).toEqual({
      status: 200,
      told: { name: 'anna', role: 'operator' },
    });
    expect(cookie).toMatch(/^tsuiseki_session=[\w.-]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(ANNA.token);
    const session = { cookie: cookie.split(';')[0] ?? '' };
    expect((await pause(session)).status).toBe(200);
    expect(JSON.parse((await ask('GET', '/sign-in', session)).text)).toEqual({
      name: 'anna',
      role: 'operator',
    });
    expect((await ask('POST', '/sign-out', session)).cookie).toMatch(/^tsuiseki_session=; Max-Age=0;/);
    expect((await signIn(ANNA.token, { 'x-forwarded-proto': 'https' })).cookie).toMatch(/; Secure$/);
  });

  it.each([[undefined], [null], [7], [''], ['anna'], [{ $ne: 1 }]])('%j is no token', async (token) => {
    expect(await signIn(token)).toMatchObject({ status: 401, cookie: '' });
  });
});

describe('a page of another site', () => {
  it.each<[string, Headers]>([
    ['by its origin', { origin: 'https://evil.example' }],
    ['by an origin like ours', { origin: 'https://tsuiseki.example.evil.example' }],
    ['by an origin of another port', { origin: 'https://tsuiseki.example:8443' }],
    ['in a frame without an origin', { origin: 'null' }],
    ['by what the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['of a neighbour', { 'sec-fetch-site': 'same-site' }],
  ])('changes nothing in a session, %s', async (_, headers) => {
    const session = { cookie: (await signIn(ANNA.token)).cookie.split(';')[0] ?? '' };
    expect((await pause({ ...session, ...headers })).status).toBe(403);
    expect((await signIn(ANNA.token, headers)).status).toBe(403);
    expect(changes).toEqual([]);
    const own = { origin: 'https://tsuiseki.example', 'sec-fetch-site': 'same-origin' };
    expect((await pause({ ...session, ...own })).status).toBe(200);
  });

  it('changes nothing on this machine either, where nobody has to sign in', async () => {
    app = appWith(OPEN);
    const local = (headers: Headers) =>
      ask('POST', '/batches/owt-1/pause', { host: 'localhost:8080', ...headers }, '127.0.0.1');
    expect((await local({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await local({ host: 'evil.example' })).status).toBe(401);
    expect((await local({ origin: 'http://localhost:8080' })).status).toBe(200);
    expect((await local({})).status).toBe(200);
    expect(changes).toEqual(['local', 'local']);
  });
});

describe('wrong tokens', () => {
  it('ten in a minute, and none is looked at any more, the right one neither', async () => {
    for (let tries = 0; tries < 5; tries++) {
      expect((await signIn('wrong')).status).toBe(401);
      expect((await ask('GET', '/batches', { authorization: 'Bearer wrong' })).status).toBe(401);
    }
    nowMs += 20_000;
    for (const refused of [await signIn(ANNA.token), await ask('GET', '/batches', bearer(ANNA))])
      expect(refused).toMatchObject({ status: 429, retryAfter: '40', cookie: '' });
    expect((await signIn(ANNA.token, {}, '192.0.2.8')).status).toBe(200);
    nowMs += 40_000;
    expect((await signIn(ANNA.token)).status).toBe(200);
  });

  it('are those of one visitor behind a proxy that tells whose they are', async () => {
    app = testApp(AWAY, { signIn: { ...OPEN, tokens: [ANNA], trustedProxies: ['10.0.0.1'] } }).app;
    const from = (visitor: string, token: string) =>
      ask('GET', '/sign-in', { authorization: `Bearer ${token}`, 'x-forwarded-for': visitor }, '10.0.0.1');
    for (let n = 0; n < 10; n += 1) expect((await from('198.51.100.7', `wrong-${n}`)).status).toBe(401);
    expect((await from('198.51.100.7', ANNA.token)).status).toBe(429);
    expect((await from('198.51.100.8', ANNA.token)).status).toBe(200);
    expect((await from('198.51.100.7, 198.51.100.8', ANNA.token)).status).toBe(200);
  });

  it('close no session that is open', async () => {
    const session = { cookie: (await signIn(ANNA.token)).cookie.split(';')[0] ?? '' };
    for (let tries = 0; tries < 11; tries++) await signIn('wrong');
    expect((await signIn('wrong')).status).toBe(429);
    expect((await pause(session)).status).toBe(200);
  });

  it('of many addresses are forgotten, the oldest first', async () => {
    for (let tries = 0; tries < 10; tries++) await signIn('wrong', {}, '10.0.0.1');
    for (let host = 0; host < 10_000; host++) await signIn('wrong', {}, `10.1.${host >> 8}.${host & 255}`);
    expect((await signIn(ANNA.token, {}, '10.0.0.1')).status).toBe(200);
  });
});

describe('a browser', () => {
  const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
  const form = (token: string, headers: Headers = {}) =>
    app.inject({
      method: 'POST',
      url: '/sign-in',
      remoteAddress: FAR,
      headers: {
        host: 'tsuiseki.example',
        'content-type': 'application/x-www-form-urlencoded',
        ...BROWSER,
        ...headers,
      },
      payload: new URLSearchParams({ token }).toString(),
    });

  it('is given a form in its language, without any script, and nothing else', async () => {
    const asked = { ...BROWSER, 'accept-language': 'fr, ja;q=0.8, en;q=0.5' };
    const { status, text } = await ask('GET', '/batches', asked);
    expect(status).toBe(401);
    expect(text).toContain('<html lang="ja">');
    expect(text).toContain('<form method="post" action="/sign-in">');
    expect(text).not.toContain('<script');
    const answer = await app.inject({
      url: '/batches',
      headers: { host: 'tsuiseki.example', ...BROWSER },
      remoteAddress: FAR,
    });
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; form-action 'self'/);
    const style = /<style>(.*)<\/style>/s.exec(answer.body)?.[1] ?? '';
    expect(policy).toContain(createHash('sha256').update(style).digest('base64'));
  });

  it('comes to the page with the right token, and back to the form with a wrong one', async () => {
    const wrong = await form('nobody-0123456789');
    expect(wrong.statusCode).toBe(401);
    expect(wrong.body).toContain('role="alert"');
    expect(wrong.body).not.toContain('nobody-0123456789');
    const atPage = await app.inject({ url: '/', headers: { host: 'tsuiseki.example', ...BROWSER } });
    expect(atPage.body).toContain('<form method="post">');
    const right = await form(` ${ANNA.token} `);
    expect([right.statusCode, right.headers.location]).toEqual([303, '/']);
    const cookie = String(right.headers['set-cookie']).split(';')[0] ?? '';
    expect((await ask('GET', '/batches', { ...BROWSER, cookie })).status).toBe(200);
  });

  it('of another site cannot sign anybody in', async () => {
    expect((await form(ANNA.token, { origin: 'https://evil.example' })).statusCode).toBe(403);
  });

  it('is told to wait after too many wrong tokens', async () => {
    for (let tries = 0; tries < 10; tries += 1) await form('nobody-0123456789');
    const answer = await form(ANNA.token, { 'accept-language': 'zh-CN' });
    expect(answer.statusCode).toBe(429);
    expect(answer.body).toContain('请等待一分钟');
  });
});
