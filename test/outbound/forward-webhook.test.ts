import { describe, expect, it } from 'vitest';
import { createForwardWebhook } from '../../src/outbound/forward-webhook.ts';
import { recordingServer } from '../support/http/recording-server.ts';
import type { Reply } from '../support/http/recording-server.ts';
import { closedPort } from '../support/servers.ts';

const NOTIFICATION = {
  contentType: 'application/x-www-form-urlencoded; charset=utf-8',
  body: Buffer.from('scrapingjob_id=5&custom_id=a+b%20c&status=finished'),
};

const sent = (url: string) =>
  createForwardWebhook(url)
    .send(NOTIFICATION)
    .catch((error: unknown) => error);

it('sends body and type as they came, to the URL as it stands', async () => {
  const server = await recordingServer(() => ({ status: 204 }));
  expect(await sent(`${server.url}/webhook/?token=theirs`)).toBeUndefined();
  expect(server.received).toMatchObject([
    {
      method: 'POST',
      url: '/webhook/?token=theirs',
      headers: { 'content-type': NOTIFICATION.contentType, 'x-tsuiseki-forwarded': '1' },
      body: NOTIFICATION.body,
    },
  ]);
});

describe('anything but 2xx takes it not, told without what is secret', () => {
  it.each<[string, Reply, string, RegExp]>([
    [
      'an error',
      { status: 500 },
      'FORWARD_NOT_TAKEN',
      /^127\.0\.0\.1:\d+ answered 500; check WEBHOOK_FORWARD_URL$/,
    ],
    ['a login', { status: 401 }, 'FORWARD_NOT_TAKEN', /answered 401; check/],
    ['a wrong address', { status: 404 }, 'FORWARD_NOT_TAKEN', /answered 404; check/],
    [
      'a redirect',
      { status: 301, headers: { location: '/other' } },
      'FORWARD_NOT_TAKEN',
      /answered 301, which is not followed; check/,
    ],
    ['an endless answer', { body: 'x'.repeat(65_537) }, 'FORWARD_NOT_TAKEN', /is over 64 KB/],
    [
      'one that is busy',
      { status: 429, headers: { 'retry-after': '60' } },
      'FORWARD_AWAY',
      /answered 429; check/,
    ],
    ['one behind a gateway that cannot reach it', { status: 502 }, 'FORWARD_AWAY', /answered 502; check/],
    ['one that fails at it', { status: 500 }, 'FORWARD_NOT_TAKEN', /answered 500; check/],
    ['one that finds it malformed', { status: 400 }, 'FORWARD_REFUSED', /answered 400; check/],
  ])('%s', async (_, reply, code, told) => {
    const server = await recordingServer(() => reply);
    const error = await sent(`${server.url}/in?token=hush`);
    expect(error).toMatchObject({ code, message: expect.stringMatching(told) });
    expect(String(error)).not.toMatch(/hush/);
    expect(server.received).toHaveLength(1);
  });

  it('nobody there', async () => {
    expect(await sent(`http://127.0.0.1:${await closedPort()}/hush`)).toMatchObject({
      code: 'FORWARD_AWAY',
      message: expect.stringMatching(/^127\.0\.0\.1:\d+ takes no connections; check WEBHOOK_FORWARD_URL/),
    });
  });
});
