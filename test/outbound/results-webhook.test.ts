import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createResultsWebhook } from '../../src/outbound/results-webhook.ts';
import { makeSelfSigned } from '../support/certificates.ts';
import { recordingServer } from '../support/http/recording-server.ts';
import type { Reply } from '../support/http/recording-server.ts';
import { secureServer } from '../support/outbound/tls-servers.ts';
import { closedPort } from '../support/servers.ts';

const SECRET = 'results-secret';
const DELIVERY = { id: 'd1', body: '{"batchId":"b1","rows":[{"input":"配達"}],"done":true}' };

const sent = (url: string, secret: string | null = SECRET) =>
  createResultsWebhook(url, secret)
    .send(DELIVERY)
    .catch((error: unknown) => error);

it('sends the bytes with their signature and the delivery’s id', async () => {
  const server = await recordingServer(() => ({ status: 202 }));
  expect(await sent(`${server.url}/in?token=t`)).toBeUndefined();
  const [{ method, url, headers, body } = { method: '', url: '', headers: {}, body: Buffer.alloc(0) }] =
    server.received;
  expect([method, url, body.toString()]).toEqual(['POST', '/in?token=t', DELIVERY.body]);
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'x-tsuiseki-delivery': 'd1',
    'x-tsuiseki-signature': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
  });
});

it('without a secret nothing is signed', async () => {
  const server = await recordingServer();
  expect(await sent(server.url, null)).toBeUndefined();
  expect(server.received[0]?.headers['x-tsuiseki-signature']).toBeUndefined();
});

describe('anything but 2xx takes it not, told without what is secret', () => {
  it.each<[string, Reply, RegExp]>([
    ['an error', { status: 500 }, /^127\.0\.0\.1:\d+ answered 500; check RESULTS_WEBHOOK_URL$/],
    ['a login', { status: 401, body: SECRET }, /answered 401; check/],
    [
      'a redirect',
      { status: 307, headers: { location: '/other' } },
      /answered 307, which is not followed; check/,
    ],
    ['an endless answer', { body: 'x'.repeat(65_537) }, /the answer of 127\.0\.0\.1:\d+ is over 64 KB/],
  ])('%s', async (_, reply, told) => {
    const server = await recordingServer(() => reply);
    const error = await sent(`${server.url}/in?token=hush`);
    expect(error).toMatchObject({ code: 'RESULTS_NOT_TAKEN', message: expect.stringMatching(told) });
    expect(String(error)).not.toMatch(/hush|results-secret/);
    expect(server.received).toHaveLength(1);
  });

  it('nobody there', async () => {
    expect(await sent(`http://127.0.0.1:${await closedPort()}/hush`)).toMatchObject({
      code: 'RESULTS_NOT_TAKEN',
      message: expect.stringMatching(/^127\.0\.0\.1:\d+ takes no connections; check RESULTS_WEBHOOK_URL/),
    });
  });

  it('a certificate that nobody signed: nothing is sent', async () => {
    const server = await secureServer(await makeSelfSigned(), () => undefined);
    expect(await sent(server.url)).toMatchObject({
      code: 'RESULTS_NOT_TAKEN',
      message: expect.stringMatching(/the certificate of localhost:\d+/),
    });
    expect(server.received()).toBe('');
  });
});
