import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

export interface Received {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Resolves when it may answer; at once unless given. */
  after?: Promise<unknown>;
}

/** A real server that keeps what it was asked, and answers as told; it ends with the test. */
export async function recordingServer(reply: (request: Received) => Reply = () => ({ body: '{"error":0}' })) {
  const received: Received[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = request;
    const told = { method, url, headers, body: Buffer.concat(chunks) };
    received.push(told);
    const { status = 200, headers: own = { 'content-type': 'application/json' }, body, after } = reply(told);
    await after;
    response.writeHead(status, own).end(body);
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${address.port}`, received };
}
