import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo, Server as TcpServer } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, expect } from 'vitest';
import { ApiError } from '../../../src/webscraper/api-error.ts';
import { createWebScraperClient } from '../../../src/webscraper/client.ts';

export const TOKEN = 's3cr&t+/=トークン';
export const REQUEST = { sitemapId: 7, startUrls: ['http://a/?x=1', 'http://b/'], customId: 'yto-1' };

const stops: (() => Promise<unknown>)[] = [];
afterEach(stopServers);

export async function stopServers(): Promise<void> {
  for (const stop of stops.splice(0)) await stop();
}

/** Listens on a free port until the test is over; gives its URL. */
export async function listen(server: Server | TcpServer): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function clientOf(
  handler: RequestListener,
  options: { path?: string; timeoutMs?: number; warnings?: unknown[] } = {},
) {
  const url = await listen(createServer(handler));
  return createWebScraperClient({
    baseUrl: `${url}${options.path ?? '/api/v1/'}`,
    token: TOKEN,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    logger: { warn: (text: unknown) => options.warnings?.push(text) },
  });
}

export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

/** The ApiError that a call throws; neither it nor anything in it may tell the token. */
export async function errorOf(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => new Error('no error'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApiError)) throw error;
  const all = inspect(error, { depth: 10, showHidden: true });
  for (const form of [
    TOKEN,
    encodeURIComponent(TOKEN),
    new URLSearchParams({ t: TOKEN }).toString().slice(2),
  ])
    expect(all).not.toContain(form);
  return error;
}
