import { setTimeout as delay } from 'node:timers/promises';
import { errorMessage } from '../errors.ts';
import { restartDelayMs } from './restart-delay.ts';

export interface EmbeddedServer {
  readonly pid: number;
  stop(): Promise<void>;
}

export interface KeptServerOptions<S extends EmbeddedServer> {
  /** For notes. */
  name: string;
  /** Starts it; `previous` is what died, whose ports are to be used again. */
  start(onExit: () => void, previous: S | null): Promise<S>;
  onProgress: (line: string) => void;
  /** It has a new process id. */
  onRestart: () => void;
}

/** An embedded server that is started again when it dies, at the same place, so that all find it again. */
export class KeptServer<S extends EmbeddedServer> {
  readonly #options: KeptServerOptions<S>;
  readonly #stopping = new AbortController();
  #current: S | null = null;
  #starting: Promise<void>;

  constructor(options: KeptServerOptions<S>) {
    this.#options = options;
    this.#starting = this.#startOnce();
  }

  /** The server, once it is ready; rejects when its first start fails. */
  async ready(): Promise<S> {
    await this.#starting;
    if (this.#current === null) throw new TypeError(`${this.#options.name} is not running`);
    return this.#current;
  }

  get pid(): number | undefined {
    return this.#current?.pid;
  }

  /** Ends it, also one that is still starting. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#starting.catch(() => undefined);
    await this.#current?.stop();
  }

  async #startOnce(): Promise<void> {
    this.#current = await this.#options.start(() => {
      if (!this.#stopping.signal.aborted) this.#starting = this.#startAgain();
    }, this.#current);
  }

  async #startAgain(): Promise<void> {
    const { name, onProgress, onRestart } = this.#options;
    const { signal } = this.#stopping;
    onProgress(`${name} has ended; it is started again`);
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        await delay(restartDelayMs(failures), undefined, { signal });
        await this.#startOnce();
        onRestart();
        return;
      } catch (error) {
        if (!signal.aborted) onProgress(`${name}: ${errorMessage(error, 200)}`);
      }
    }
  }
}
