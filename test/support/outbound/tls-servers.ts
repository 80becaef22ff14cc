import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { afterEach } from 'vitest';

const releasers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const release of releasers.splice(0)) await release();
});

/** Listens until the test is over; gives the port. */
async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  releasers.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** A server behind TLS, and all that it could read of what it was sent. */
export interface SecureServer {
  port: number;
  url: string;
  received: () => string;
  connections: () => number;
}

/** Hands `answer` each part of a request, as it has been deciphered. */
export async function secureServer(
  options: TlsOptions,
  answer: (socket: TLSSocket) => void = () => undefined,
): Promise<SecureServer> {
  let received = '';
  let connections = 0;
  const server = createTlsServer(options, (socket) => {
    connections += 1;
    socket.on('error', () => socket.destroy());
    socket.setEncoding('utf8').on('data', (part: string) => {
      received += part;
      answer(socket);
    });
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  const port = await listen(server);
  return {
    port,
    url: `https://localhost:${port}/`,
    received: () => received,
    connections: () => connections,
  };
}

/** Hands `answer` the first bytes of each connection, which are a TLS handshake's. */
export async function notSecureServer(answer: (socket: Socket) => void): Promise<string> {
  const server = createTcpServer((socket) => void socket.once('data', () => answer(socket)));
  return `https://localhost:${await listen(server)}/`;
}
