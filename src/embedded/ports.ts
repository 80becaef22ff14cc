import { createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** Listens for a moment on `port` (0: any) and gives the port; `undefined` when it is taken. */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.unref();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const address = server.address();
      const found = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => resolve(found));
    });
  });
}

/** A port of the loopback address nobody listens on, at this moment: the caller must expect to lose it. */
export async function anyFreePort(taken: readonly number[] = []): Promise<number> {
  for (;;) {
    const port = await tryPort(0);
    if (port !== undefined && !taken.includes(port)) return port;
  }
}

/** `preferred` when it is free, else any. */
export async function freePort(preferred: number, taken: readonly number[] = []): Promise<number> {
  if (!taken.includes(preferred) && (await tryPort(preferred)) !== undefined) return preferred;
  return anyFreePort(taken);
}
