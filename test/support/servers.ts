import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

export interface TestServer {
  port: number;
  /** Resolves when somebody connects. */
  connected: Promise<void>;
  close(): Promise<void>;
}

/** Takes connections and never says a word: what is up and hangs. */
export async function hangingServer(): Promise<TestServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => {});
    sockets.add(socket);
  });
  const connected = new Promise<void>((resolve) => server.once('connection', () => resolve()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: address.port, connected, close };
}

/** A port nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = await hangingServer();
  await server.close();
  return server.port;
}

/** Passes connections on to another port, from now on. */
export async function passOn(
  port: number,
  target: { host: string; port: number },
): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const other = connect(target);
    for (const each of [socket, other]) {
      sockets.add(each);
      each.on('error', () => each.destroy());
    }
    socket.pipe(other).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
}
