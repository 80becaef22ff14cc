import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createWebScraperClient } from '../../src/webscraper/client.ts';
import {
  clientOf,
  errorOf,
  json,
  listen,
  REQUEST,
  stopServers,
  TOKEN,
} from '../support/webscraper/api-server.ts';

describe('an error', () => {
  it.each([
    [400, 'API_REFUSED', false],
    [401, 'API_UNAUTHORISED', false],
    [402, 'API_UNAUTHORISED', false],
    [403, 'API_UNAUTHORISED', false],
    [404, 'API_NOT_FOUND', false],
    [422, 'API_REFUSED', false],
    [429, 'API_RATE_LIMITED', false],
    [500, 'API_SERVER_ERROR', true],
    [502, 'API_SERVER_ERROR', true],
    [302, 'API_SERVER_ERROR', true],
  ] as const)('by HTTP status: %i is %s', async (status, code, isOutage) => {
    const client = await clientOf(json(`<h1>${TOKEN}</h1>`, status, { location: '/elsewhere' }));
    for (const call of [() => client.publish(REQUEST), () => client.csv(3)])
      expect(await errorOf(call())).toMatchObject({
        code,
        isOutage,
        perhapsTaken: isOutage,
        httpStatus: status,
      });
    expect((await errorOf(client.csv(3))).message).toBe(
      `Web Scraper Cloud answered ${status} to the download of job 3`,
    );
  });

  it('a proxy that wants a login passed nothing on: 407', async () => {
    const client = await clientOf(json('', 407));
    expect(await errorOf(client.publish(REQUEST))).toMatchObject({
      code: 'API_NO_CONNECTION',
      isOutage: true,
      perhapsTaken: false,
      httpStatus: 407,
      message:
        'a proxy on the way wants a login for a publish (407); let Web Scraper Cloud through without one',
    });
  });

  it.each([
    ['Retry-After', { 'retry-after': '30' }, 30_000],
    ['no header', {}, null],
    ['nonsense', { 'retry-after': 'soon', 'x-ratelimit-reset': '-1' }, null],
  ])('429 with %s', async (_, headers, retryAfterMs) => {
    const client = await clientOf(json({}, 429, headers));
    expect((await errorOf(client.csv(1))).rateLimit).toMatchObject({ retryAfterMs });
  });

  it('429 with X-RateLimit-Reset is as far away as that moment', async () => {
    const reset = Math.ceil(Date.now() / 1_000) + 100;
    const client = await clientOf(json({}, 429, { 'x-ratelimit-reset': String(reset) }));
    const { rateLimit } = await errorOf(client.csv(1));
    expect(rateLimit?.retryAfterMs).toBeGreaterThan(80_000);
    expect(rateLimit?.retryAfterMs).toBeLessThanOrEqual(101_000);
  });

  it.each([
    ['HTML', '<html>api_token=...</html>'],
    ['cut off', '{"success":true,"data":{"id":'],
    ['nothing', ''],
    ['the request back', `api_token=${TOKEN}`],
  ])('200 with %s instead of JSON', async (_, body) => {
    const client = await clientOf(json(body));
    const error = await errorOf(client.publish(REQUEST));
    expect(error).toMatchObject({ code: 'API_NOT_JSON', isOutage: true, perhapsTaken: true });
    expect(error.message).toBe("Web Scraper Cloud's answer to a publish is not JSON");
  });

  it.each([
    [{ success: false, error: 'no' }],
    [{ data: { id: 1 } }],
    [{ success: 'true', data: { id: 1 } }],
    [{ success: true }],
    [null],
    [[]],
    [3],
  ])('200 with %j is a refusal', async (body) => {
    const client = await clientOf(json(body));
    expect(await errorOf(client.publish(REQUEST))).toMatchObject({ code: 'API_REFUSED', isOutage: false });
  });

  it.each([
    ['before the answer', () => {}],
    ['in the middle of it', (_: IncomingMessage, response: ServerResponse) => void response.write('{"succ')],
  ])('no answer in time, the server silent %s', async (_, handler) => {
    const client = await clientOf(handler, { timeoutMs: 50 });
    const error = await errorOf(client.publish(REQUEST));
    expect(error).toMatchObject({
      code: 'API_TIMEOUT',
      isOutage: true,
      perhapsTaken: true,
      httpStatus: null,
    });
    expect(error.message).toMatch(
      /^Web Scraper Cloud did not answer a publish: no whole answer from 127\.0\.0\.1:\d+ in 0\.05 s$/,
    );
  });

  it.each(['127.0.0.1', 'localhost'])('connection refused at %s: certainly not taken', async (host) => {
    const url = new URL(await listen(createServer()));
    await stopServers();
    const client = createWebScraperClient({ baseUrl: `http://${host}:${url.port}/`, token: TOKEN });
    expect(await errorOf(client.publish(REQUEST))).toMatchObject({
      code: 'API_NO_CONNECTION',
      isOutage: true,
      perhapsTaken: false,
      message: `Web Scraper Cloud could not be reached for a publish: ${host}:${url.port} takes no connections; check WEBSCRAPER_API_URL, and whether it runs (ECONNREFUSED)`,
    });
  });

  it('connection reset before the answer: perhaps taken', async () => {
    const client = await clientOf((request) => request.socket.resetAndDestroy());
    expect(await errorOf(client.publish(REQUEST))).toMatchObject({
      code: 'API_BROKEN_OFF',
      perhapsTaken: true,
    });
  });

  it.each([
    ['by its length', { 'content-length': '1000' }],
    ['by its chunks', { 'transfer-encoding': 'chunked' }],
  ])('an answer cut off in the middle, %s', async (_, headers) => {
    const client = await clientOf((request, response) => {
      response.writeHead(200, headers);
      response.write('web-scraper-order,data2\r\n"1-1","配', () => request.socket.destroy());
    });
    expect(await errorOf(client.csv(1))).toMatchObject({ code: 'API_BROKEN_OFF', perhapsTaken: true });
  });

  it('an answer over 64 MB is cut off there', async () => {
    const block = Buffer.alloc(1024 * 1024, 'x');
    let sent = 0;
    let close = () => {};
    const closed = new Promise<void>((resolve) => {
      close = resolve;
    });
    const client = await clientOf((request, response) => {
      request.socket.on('close', () => close());
      const more = () => {
        while (response.writable && sent < 200) {
          sent++;
          if (!response.write(block)) return void response.once('drain', more);
        }
      };
      more();
    });
    expect(await errorOf(client.csv(9))).toMatchObject({
      code: 'API_REFUSED',
      isOutage: false,
      message: "Web Scraper Cloud's answer to the download of job 9 is over 64 MB",
    });
    await closed;
    expect(sent).toBeLessThan(100);
  });

  it('an answer over 64 MB once unpacked is none the better', async () => {
    const packed = gzipSync(Buffer.alloc(70 * 1024 * 1024));
    const client = await clientOf((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(packed);
    });
    expect(await errorOf(client.csv(9))).toMatchObject({ code: 'API_REFUSED' });
  });
});

describe('rate-limit headers that are missing or nonsense', () => {
  it('are logged once, for answers and for 429 each, and otherwise ignored', async () => {
    const warnings: unknown[] = [];
    let status = 200;
    const client = await clientOf(
      (request, response) => json({ success: true, data: { id: 1 } }, status)(request, response),
      { warnings },
    );
    for (let i = 0; i < 3; i++) await client.publish(REQUEST);
    expect(warnings).toEqual([expect.stringContaining('X-RateLimit-Remaining')]);
    status = 429;
    for (let i = 0; i < 3; i++) await errorOf(client.publish(REQUEST));
    expect(warnings).toEqual([expect.anything(), expect.stringContaining('Retry-After')]);
  });

  it('are not missed where none are due', async () => {
    const warnings: unknown[] = [];
    for (const [status, headers] of [
      [200, { 'x-ratelimit-limit': '200', 'x-ratelimit-remaining': '0' }],
      [429, { 'retry-after': '3' }],
      [401, {}],
      [500, {}],
    ] as const) {
      const client = await clientOf(json({ success: true, data: { id: 1 } }, status, headers), { warnings });
      await client.publish(REQUEST).catch(() => {});
    }
    expect(warnings).toEqual([]);
  });
});
