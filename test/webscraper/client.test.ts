import { createServer as createTcpServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createWebScraperClient } from '../../src/webscraper/client.ts';
import { clientOf, errorOf, json, listen, REQUEST, TOKEN } from '../support/webscraper/api-server.ts';

describe('a request', () => {
  it.each(['/api/v1/', '/api/v1', ''])(
    'goes to the base URL, which may end in a slash or not: %j',
    async (path) => {
      const seen: { method: string | undefined; url: URL; body: unknown }[] = [];
      const client = await clientOf(
        (request, response) => {
          const url = new URL(request.url ?? '', 'http://x');
          request.setEncoding('utf8').once('data', (body: string) => {
            seen.push({ method: request.method, url, body: JSON.parse(body) });
            json({ success: true, data: { id: 500, custom_id: 'yto-1' } })(request, response);
          });
        },
        { path },
      );
      expect((await client.publish(REQUEST)).value).toBe(500);
      expect(seen).toHaveLength(1);
      expect(seen[0]?.method).toBe('POST');
      expect(seen[0]?.url.pathname).toBe(`${path.replace(/\/$/, '')}/scraping-job`);
      expect(seen[0]?.url.searchParams.get('api_token')).toBe(TOKEN);
      expect(seen[0]?.body).toEqual({
        sitemap_id: 7,
        driver: 'fulljs',
        page_load_delay: 2000,
        request_interval: 2000,
        start_urls: REQUEST.startUrls,
        custom_id: 'yto-1',
      });
    },
  );

  it('is made once, whatever comes of it', async () => {
    let requests = 0;
    const client = await clientOf((request, response) => {
      requests++;
      json('', 500)(request, response);
    });
    await errorOf(client.csv(1));
    expect(requests).toBe(1);
  });

  it('never goes out on a connection that the server is about to close', async () => {
    // Answers a connection's first request as one to be kept, and closes at the second: as after its keep-alive time.
    const server = createTcpServer((socket) => {
      let requests = 0;
      socket.on('error', () => {});
      socket.on('data', () => {
        if (++requests > 1) return void socket.destroy();
        const body = '{"success":true,"data":{"id":1,"page_credits":5}}';
        socket.write(
          `HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        );
      });
    });
    const client = createWebScraperClient({ baseUrl: await listen(server), token: TOKEN });
    for (let i = 0; i < 3; i++) expect((await client.account()).value).toBe(5);
  });
});

describe('an answer', () => {
  it.each([
    [
      {
        id: 500,
        custom_id: 'a',
        sitemap_id: 7,
        status: 'finished',
        stored_record_count: 3,
        time_created: 1_700_000_000,
      },
    ],
    [
      {
        id: '500',
        custom_id: 'a',
        sitemap_id: '7',
        status: 'finished',
        stored_record_count: '3',
        time_created: '1700000000',
      },
    ],
  ])('to a question after a job takes numbers and strings: %j', async (data) => {
    const client = await clientOf(json({ success: true, data }));
    expect((await client.job(500)).value).toEqual({
      id: 500,
      customId: 'a',
      sitemapId: 7,
      status: 'finished',
      storedRecordCount: 3,
      createdMs: 1_700_000_000_000,
    });
  });

  it('keeps statuses that are unknown, and lives without what is missing', async () => {
    const client = await clientOf(json({ success: true, data: { id: 1, status: 'scheduling' } }));
    expect((await client.job(1)).value).toEqual({
      id: 1,
      customId: null,
      sitemapId: null,
      status: 'scheduling',
      storedRecordCount: null,
      createdMs: null,
    });
  });

  it.each([{ id: 12 }, { id: '12' }])(
    'failure 4 of before: to a publish gives the job id: %j',
    async (data) => {
      const client = await clientOf(json({ success: true, data }));
      expect((await client.publish(REQUEST)).value).toBe(12);
    },
  );

  it.each([
    [{}],
    [{ id: null }],
    [{ id: '' }],
    [{ id: ' ' }],
    [{ id: '0x10' }],
    [{ id: 'abc' }],
    [{ id: 1.5 }],
    [{ id: 1e300 }],
    [[]],
    ['12'],
    [null],
  ])('without an id is no answer: %j', async (data) => {
    const client = await clientOf(json({ success: true, data }));
    for (const call of [() => client.publish(REQUEST), () => client.job(1)])
      expect(await errorOf(call())).toMatchObject({ code: 'API_NOT_JSON', perhapsTaken: true });
  });

  it('lists problematic URLs, and drops what is none', async () => {
    const data = [{ url: 'http://a/', type: 'empty' }, { url: 'http://b/' }, { type: 'failed' }, null, 'x'];
    const client = await clientOf(json({ success: true, data }));
    expect((await client.problematicUrls(1)).value).toEqual([
      { url: 'http://a/', type: 'empty' },
      { url: 'http://b/', type: 'unknown' },
    ]);
    const none = await clientOf(json({ success: true, data: 'x' }));
    expect((await none.problematicUrls(1)).value).toEqual([]);
  });

  it.each([
    [{ page_credits: 0 }, 0],
    [{ page_credits: '250' }, 250],
    [{ email: 'a@b' }, null],
  ])('to a question after the account tells page credits: %j', async (data, credits) => {
    const client = await clientOf(json({ success: true, data }));
    expect((await client.account()).value).toBe(credits);
  });

  it('is a CSV as its bytes came', async () => {
    const bytes = Buffer.from('\uFEFFa,b\r\n"1\r\n",追跡\r\n');
    const client = await clientOf((_, response) => void response.end(bytes));
    expect((await client.csv(1)).value).toEqual(bytes);
  });

  it('tells what remains of the account', async () => {
    const headers = { 'x-ratelimit-limit': '200', 'x-ratelimit-remaining': '150' };
    const client = await clientOf(json({ success: true, data: { id: 1 } }, 200, headers));
    for (const call of [() => client.publish(REQUEST), () => client.csv(1), () => client.job(1)])
      expect((await call()).rateLimit).toEqual({
        budget: { limit: 200, remaining: 150 },
        retryAfterMs: null,
      });
  });
});
