import { expect, it } from 'vitest';
import { createYamatoClient } from '../../src/carriers/yamato/client.ts';
import { WebDavFiles } from '../../src/files/webdav/webdav-files.ts';
import { post } from '../../src/onlyoffice/post.ts';
import { outgoing, wholeAnswer } from '../../src/outbound/request.ts';
import { packageVersion } from '../../src/version.ts';
import { createWebScraperClient } from '../../src/webscraper/client.ts';
import { recordingServer } from '../support/http/recording-server.ts';

it('every client of ours goes by one name, asks once, and follows no redirect', async () => {
  const server = await recordingServer(() => ({ status: 302, headers: { location: '/elsewhere' } }));
  const { url } = server;
  const yamato = createYamatoClient({ url });
  await Promise.allSettled([
    createWebScraperClient({ baseUrl: url, token: 't' }).account(),
    new WebDavFiles({ url: `${url}/`, username: 'bot', password: 'p' }).stat('webdav:/a.xlsx'),
    post(new URL(url), { headers: {}, body: Buffer.alloc(0), timeoutMs: 10_000, setting: 'URL' }),
    yamato.ask(['390000000011']),
  ]);
  yamato.close();
  expect(server.received.map(({ method }) => method).toSorted()).toEqual(['GET', 'POST', 'POST', 'PROPFIND']);
  for (const { headers } of server.received)
    expect(headers['user-agent']).toBe(`Tsuiseki/${packageVersion()}`);
  // Yamato's is kept for the next ten numbers.
  const kept = server.received.filter(({ headers }) => headers.connection === 'keep-alive');
  expect(kept.map(({ headers }) => headers.accept)).toEqual(['text/html']);
});

it('an answer is read up to its limit', async () => {
  const server = await recordingServer(() => ({ status: 500, body: 'x'.repeat(100) }));
  const http = outgoing({});
  const answer = await wholeAnswer(http, server.url, { maxBytes: 100 });
  expect([answer?.statusCode, answer?.rawBody.length]).toEqual([500, 100]);
  expect(await wholeAnswer(http, server.url, { maxBytes: 99 })).toBeNull();
});
