import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { pipeline, Transform } from 'node:stream';

const HOST = '127.0.0.1';

/** A TCP proxy between two parts of the system: what passes can be held up, and connections be cut. */
export class Link {
  readonly name: string;
  /** Every piece of data that passes, either way, is so late. */
  delayMs = 0;
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #sockets = new Set<Socket>();

  private constructor(name: string, targetPort: number) {
    this.name = name;
    this.#targetPort = targetPort;
    this.#server = createServer({ allowHalfOpen: true }, (near) => this.#join(near));
  }

  /** Listens on a port of its own; rejects when it cannot. */
  static async open(name: string, targetPort: number): Promise<Link> {
    const link = new Link(name, targetPort);
    link.#server.listen(0, HOST);
    await once(link.#server, 'listening');
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The same URL by way of this link. */
  through(url: string): string {
    const by = new URL(url);
    by.port = String(this.port);
    return by.href;
  }

  /** Resets all that stands, what is on its way included; gives how many connections. */
  cut(): number {
    const cut = this.#sockets.size;
    for (const socket of this.#sockets) socket.resetAndDestroy();
    return cut / 2;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }

  #join(near: Socket): void {
    const far = connect({ port: this.#targetPort, host: HOST, allowHalfOpen: true });
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    }
    const late = () =>
      new Transform({
        transform: (chunk, _encoding, done) => {
          if (this.delayMs === 0) done(null, chunk);
          else setTimeout(() => done(null, chunk), this.delayMs);
        },
      });
    const broken = (error: Error | null | undefined) => {
      if (!error) return;
      near.resetAndDestroy();
      far.resetAndDestroy();
    };
    pipeline(near, late(), far, broken);
    pipeline(far, late(), near, broken);
  }
}
