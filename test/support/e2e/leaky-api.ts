import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LeakyApi {
  url: string;
  /** The paths it was asked for. */
  asked: readonly string[];
  close(): Promise<void>;
}

const PASSED_ON = ['retry-after', 'x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'];

async function passOn(target: string, quoted: string, request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const type = request.headers['content-type'] ?? 'application/json';
  const answer = await fetch(`${target}${request.url ?? ''}`, {
    method: request.method === 'POST' ? 'POST' : 'GET',
    headers: { 'content-type': type },
    ...(request.method === 'POST' ? { body: Buffer.concat(chunks) } : {}),
  });
  const body = Buffer.from(await answer.arrayBuffer());
  for (const name of PASSED_ON) {
    const value = answer.headers.get(name);
    if (value !== null) response.setHeader(name, value);
  }
  response.setHeader('set-cookie', `session=${quoted}`);
  response.setHeader('content-type', answer.headers.get('content-type') ?? 'application/json');
  response.writeHead(answer.status);
  response.end(answer.ok ? body : JSON.stringify({ success: false, error: quoted }));
}

/**
 * In front of the sandbox's API: whatever it refuses is answered with this text, as by an API that quotes what it was sent,
 * and every answer sets a cookie.
 */
export async function leakyApi(target: string, quoted: string): Promise<LeakyApi> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    // A connection that the sandbox broke off is broken off here, too.
    passOn(target, quoted, request, response).catch(() => request.socket.resetAndDestroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
