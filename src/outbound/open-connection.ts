import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Nothing of a request was sent. `code`: Node's, or one of ours that failure-reasons.ts knows. */
export class NoConnectionError extends Error {
  readonly code: string;

  constructor(code: string, cause: unknown = null) {
    super(code, { cause });
    this.code = code;
  }
}

const CONNECT_TIMEOUT_MS = 10_000;

/** A connection that stands, TLS and all, for one request that must go out at its time or not at all. */
export class OpenConnection {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    // Told by the next write.
    socket.on('error', () => {});
  }

  /** Throws {@link NoConnectionError}. */
  static async to(url: URL, signal: AbortSignal): Promise<OpenConnection> {
    const isTls = url.protocol === 'https:';
    const host = url.hostname.replaceAll(/[[\]]/g, '');
    const port = Number(url.port) || (isTls ? 443 : 80);
    const socket = isTls
      ? connectTls({ host, port, servername: host, ALPNProtocols: ['http/1.1'] })
      : connectTcp({ host, port });
    const fail = (code: string) => socket.destroy(new NoConnectionError(code));
    const timer = setTimeout(() => fail('CONNECT_TIMEOUT'), CONNECT_TIMEOUT_MS);
    const stop = () => fail('NOT_SENT');
    signal.addEventListener('abort', stop);
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once(isTls ? 'secureConnect' : 'connect', resolve);
        socket.once('error', reject);
      });
      return new OpenConnection(socket);
    } catch (error) {
      if (error instanceof NoConnectionError) throw error;
      throw new NoConnectionError(error instanceof Error && 'code' in error ? String(error.code) : '', error);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }

  /**
   * Agents for the one request. The clock is looked at in the turn in which the request is written: a process that
   * stood still until after `latestMs` sends nothing. The request fails with {@link NoConnectionError} `NOT_SENT` then.
   */
  agents(latestMs: number): { http: HttpAgent; https: HttpsAgent } {
    const createConnection = (_options: unknown, given: (error: Error | null, socket?: Socket) => void) => {
      if (Date.now() <= latestMs && this.#socket.writable && !this.#socket.readableEnded) return this.#socket;
      this.close();
      given(new NoConnectionError('NOT_SENT'));
      return null;
    };
    return {
      http: Object.assign(new HttpAgent({ keepAlive: false }), { createConnection }),
      https: Object.assign(new HttpsAgent({ keepAlive: false }), { createConnection }),
    };
  }

  close(): void {
    this.#socket.destroy();
  }
}
