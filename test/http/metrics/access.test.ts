import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase } from '../../support/db/test-database.ts';
import type { TestDatabase } from '../../support/db/test-database.ts';
import { testApp } from '../../support/http/app.ts';

let test: TestDatabase;
let app: ReturnType<typeof testApp>['app'];

beforeAll(async () => {
  test = await testDatabase();
  app = testApp(test.database).app;
});
afterAll(() => test.drop());

const OUTSIDE = '192.0.2.7';

async function ask(headers: Record<string, string>, remoteAddress = '127.0.0.1', url = '/metrics') {
  const { statusCode } = await app.inject({ url, remoteAddress, headers: { host: 'localhost', ...headers } });
  return statusCode;
}

it.each([
  ['from this machine', {}, '127.0.0.1', 200],
  ['from this machine, IPv6', { host: '[::1]:8080' }, '::1', 200],
  ['from this machine, mapped', { host: '127.0.0.1:8080' }, '::ffff:127.0.0.1', 200],
  ['from outside', {}, OUTSIDE, 401],
  ['from outside, with a token', { authorization: 'Bearer old' }, OUTSIDE, 200],
  ['from outside, with the header of the webhooks', { 'x-webhook-token': 'new' }, OUTSIDE, 200],
  ['from outside, with a wrong token', { authorization: 'Bearer nearly-new' }, OUTSIDE, 401],
  ['from outside, with an empty token', { authorization: 'Bearer ' }, OUTSIDE, 401],
  ['through a proxy on this machine', { 'x-forwarded-for': OUTSIDE }, '127.0.0.1', 401],
  ['through a proxy that says little', { host: 'tsuiseki.example' }, '127.0.0.1', 401],
  [
    'through a proxy, with a token',
    { host: 'tsuiseki.example', authorization: 'bearer new' },
    '127.0.0.1',
    200,
  ],
])('%s', async (_name, headers, address, status) => {
  expect(await ask(headers, address)).toBe(status);
});

it('a token in the query will do as it does for webhooks', async () => {
  expect(await ask({}, OUTSIDE, '/metrics?token=new')).toBe(200);
});
