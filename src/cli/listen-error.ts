import { createServer } from 'node:net';
import { errorMessage, TsuisekiError } from '../errors.ts';

export class ListenError extends TsuisekiError<'PORT_TAKEN' | 'CANNOT_LISTEN'> {}

export interface Endpoint {
  host: string;
  port: number;
}

/** `127.0.0.1:8080`, `[::1]:8080`. */
export const hostAndPort = ({ host, port }: Endpoint) => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Where a program on this machine reaches what listens there: on all addresses means on this one, too. */
export function localUrl({ host, port }: Endpoint): string {
  const local = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${hostAndPort({ host: local, port })}`;
}

/** Why nobody can listen there, in one line; `portName` is what sets the port. */
export function listenError(portName: string, endpoint: Endpoint, error: unknown): ListenError {
  const where = hostAndPort(endpoint);
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const text =
    code === 'EADDRINUSE'
      ? `${where} is taken by another program; set ${portName} to another one (0: any)`
      : `cannot listen on ${where}: ${errorMessage(error, 200)}`;
  return new ListenError(code === 'EADDRINUSE' ? 'PORT_TAKEN' : 'CANNOT_LISTEN', text, { cause: error });
}

/** The port one can listen on there at this moment, 0 meaning any; throws a {@link ListenError}. */
export function probePort(portName: string, endpoint: Endpoint): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => reject(listenError(portName, endpoint, error)));
    server.listen({ ...endpoint, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(address === null || typeof address === 'string' ? 0 : address.port));
    });
  });
}
