import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { afterEach } from 'vitest';
import { YamatoError } from '../../../src/carriers/yamato/yamato-error.ts';
import type { YamatoClient } from '../../../src/carriers/yamato/client.ts';
import type { Certificates } from '../certificates.ts';

const releasers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const release of releasers.splice(0).toReversed()) await release();
});

/** Listens until the test is over; gives the port and how many connections came. */
async function listen(server: Server): Promise<{ port: number; connections: () => number }> {
  const sockets = new Set<Socket>();
  let count = 0;
  server.on('connection', (socket) => {
    count += 1;
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  releasers.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => {
      server.close(() => resolve());
    });
  });
  return { port: (server.address() as AddressInfo).port, connections: () => count };
}

export async function plainServer(handler: RequestListener) {
  const { port, connections } = await listen(createServer(handler));
  return { url: `http://localhost:${port}/cgi-bin/tneko`, connections };
}

export async function tlsServer({ key, cert }: Certificates, ciphers: string, handler: RequestListener) {
  const options = { key, cert, ciphers, maxVersion: 'TLSv1.2' } as const;
  const server = createTlsServer(options, handler);
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  const { port, connections } = await listen(server);
  return { url: `https://localhost:${port}/cgi-bin/tneko`, connections };
}

/** Refuses every TLS handshake with an alert, and keeps the cipher suites that it was offered. */
export async function refusingServer(alert: number) {
  const offered: number[][] = [];
  const server = createTcpServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (hello) => {
      offered.push(suitesOf(hello));
      socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, alert]));
    });
  });
  const { port } = await listen(server);
  return { url: `https://localhost:${port}/cgi-bin/tneko`, offered };
}

/** The cipher suites of a ClientHello (RFC 5246, 7.4.1.2), which begins behind a record's and a message's header. */
function suitesOf(hello: Buffer): number[] {
  const sessionLength = 5 + 4 + 2 + 32;
  const at = sessionLength + 1 + hello.readUInt8(sessionLength);
  const count = hello.readUInt16BE(at) / 2;
  return Array.from({ length: count }, (_, index) => hello.readUInt16BE(at + 2 + 2 * index));
}

/** Its connections end with the test. */
export function closing(client: YamatoClient): YamatoClient {
  releasers.push(() => client.close());
  return client;
}

export async function errorOf(answer: Promise<unknown>): Promise<YamatoError> {
  const error = await answer.then(
    () => new Error('it was answered'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof YamatoError) return error;
  throw error;
}
