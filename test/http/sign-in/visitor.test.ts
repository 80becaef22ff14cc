import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { SignInRules, Visitor } from '../../../src/http/sign-in/rules.ts';
import { sessionCookie } from '../../../src/http/sign-in/session.ts';
import { visitors } from '../../../src/http/sign-in/visitor.ts';
import { OPEN } from '../../support/http/sign-in-rules.ts';

const ANNA = { name: 'anna', role: 'operator', token: 'anna-token-0123456789' } as const;
const BEN = { name: 'ben', role: 'viewer', token: 'ben-token-0123456789' } as const;
const TOKENS: SignInRules = { ...OPEN, tokens: [ANNA, BEN] };
const PROXIED: SignInRules = { ...OPEN, trustedProxies: ['10.0.0.0/24', '127.0.0.1'], viewerUsers: ['ben'] };

const LOCAL: Visitor = { name: 'local', role: 'operator' };
const NOW_MS = Date.UTC(2026, 0, 31);
const HOUR_MS = 60 * 60 * 1_000;

function who(rules: SignInRules, headers: IncomingHttpHeaders, remoteAddress = '127.0.0.1', nowMs = NOW_MS) {
  return visitors(rules).identify({ remoteAddress, headers: { host: 'localhost:8080', ...headers } }, nowMs);
}

describe('while nobody is named, only this machine looks', () => {
  it.each<[string, IncomingHttpHeaders, string]>([
    ['IPv4', {}, '127.0.0.1'],
    ['IPv4, mapped', { host: '127.0.0.1:8080' }, '::ffff:127.0.0.1'],
    ['IPv6', { host: '[::1]:8080' }, '::1'],
  ])('by %s', (_, headers, address) => expect(who(OPEN, headers, address)).toEqual(LOCAL));

  it.each<[string, IncomingHttpHeaders, string]>([
    ['another machine', {}, '192.0.2.7'],
    ['another machine that says it is this one', { 'x-forwarded-for': '127.0.0.1' }, '192.0.2.7'],
    ['a proxy on this machine', { 'x-forwarded-for': '192.0.2.7' }, '127.0.0.1'],
    ['a proxy with the standard header', { forwarded: 'for=192.0.2.7' }, '127.0.0.1'],
    ['a proxy that says only that it is one', { via: '1.1 proxy' }, '127.0.0.1'],
    ['a proxy that hands on the host', { host: 'tsuiseki.example' }, '127.0.0.1'],
    ['a name made to mean this machine', { host: 'localhost.evil.example' }, '127.0.0.1'],
    ['a header of a user', { 'x-forwarded-user': 'anna' }, '127.0.0.1'],
    ['a token that nobody has', { authorization: `Bearer ${ANNA.token}` }, '127.0.0.1'],
    ['no address', {}, ''],
  ])('and not %s', (_, headers, address) => expect(who(OPEN, headers, address)).toBeNull());
});

describe('with tokens', () => {
  it.each<[string, IncomingHttpHeaders, Visitor | null]>([
    ['an operator', { authorization: `Bearer ${ANNA.token}` }, { name: 'anna', role: 'operator' }],
    ['a viewer', { authorization: `bearer ${BEN.token}` }, { name: 'ben', role: 'viewer' }],
    ['a wrong one', { authorization: `Bearer ${ANNA.token}0` }, null],
    ['none, also from this machine', {}, null],
    ['a user header that nobody is trusted with', { 'x-forwarded-user': 'anna' }, null],
    ['a password in its place', { authorization: `Basic ${ANNA.token}` }, null],
  ])('%s', (_, headers, visitor) => {
    expect(who(TOKENS, headers)).toEqual(visitor);
    expect(who(TOKENS, headers, '192.0.2.7')).toEqual(visitor);
  });
});

describe('behind a trusted proxy', () => {
  it.each<[string, IncomingHttpHeaders, string, Visitor | null]>([
    ['its user', { 'x-forwarded-user': 'anna' }, '10.0.0.9', { name: 'anna', role: 'operator' }],
    ['its user who looks', { 'x-forwarded-user': ' ben ' }, '10.0.0.9', { name: 'ben', role: 'viewer' }],
    [
      'its user on this machine',
      { 'x-forwarded-user': '安奈' },
      '127.0.0.1',
      { name: '安奈', role: 'operator' },
    ],
    [
      'by an e-mail address, of which the name is kept',
      { 'x-forwarded-user': 'anna@shop.example' },
      '10.0.0.9',
      { name: 'anna', role: 'operator' },
    ],
    [
      'beside a token of its own',
      { 'x-forwarded-user': 'anna', authorization: 'Bearer of-the-proxy-itself' },
      '10.0.0.9',
      { name: 'anna', role: 'operator' },
    ],
    ['nobody', {}, '10.0.0.9', null],
    ['nobody on this machine', {}, '127.0.0.1', null],
    ['an empty name', { 'x-forwarded-user': '' }, '10.0.0.9', null],
    ['two headers, one of them perhaps his own', { 'x-forwarded-user': 'ben, anna' }, '10.0.0.9', null],
    ['another proxy', { 'x-forwarded-user': 'anna' }, '10.0.1.9', null],
    [
      'another proxy that forwards',
      { 'x-forwarded-user': 'anna', 'x-forwarded-for': '10.0.0.9' },
      '192.0.2.7',
      null,
    ],
  ])('%s', (_, headers, address, visitor) => expect(who(PROXIED, headers, address)).toEqual(visitor));
});

describe('a session', () => {
  const cookieOf = (visitor: typeof ANNA | typeof BEN) =>
    sessionCookie(visitor, NOW_MS, false).split(';')[0] ?? '';

  it('is its token’s, for twelve hours', () => {
    const cookie = `theme=dark; ${cookieOf(BEN)}; x=y`;
    expect(who(TOKENS, { cookie }, '192.0.2.7')).toEqual({ name: 'ben', role: 'viewer' });
    expect(who(TOKENS, { cookie }, '192.0.2.7', NOW_MS + 12 * HOUR_MS - 1)).not.toBeNull();
    expect(who(TOKENS, { cookie }, '192.0.2.7', NOW_MS + 12 * HOUR_MS)).toBeNull();
  });

  it('ends with its token, and belongs to nobody else', () => {
    const cookie = cookieOf(ANNA);
    expect(who({ ...TOKENS, tokens: [BEN] }, { cookie })).toBeNull();
    expect(who({ ...TOKENS, tokens: [{ ...ANNA, token: 'another-token-012345' }] }, { cookie })).toBeNull();
    expect(who({ ...TOKENS, tokens: [{ ...ANNA, name: 'eve' }] }, { cookie })).toBeNull();
    expect(who(OPEN, { cookie }, '192.0.2.7')).toBeNull();
  });

  it.each([
    ['cut short', (cookie: string) => cookie.slice(0, -1)],
    ['of another claim', (cookie: string) => cookie.replace('=W', '=X')],
    ['without a signature', (cookie: string) => cookie.split('.')[0] ?? ''],
    ['empty', () => 'tsuiseki_session='],
    ['nonsense', () => 'tsuiseki_session=%%%.%%%'],
  ])('%s is none', (_, spoilt) => {
    const cookie = spoilt(cookieOf(ANNA));
    expect(cookie).not.toBe(cookieOf(ANNA));
    expect(who(TOKENS, { cookie })).toBeNull();
  });
});
