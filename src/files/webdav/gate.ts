import { scrypt } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import type { Queries } from '../../db/database.ts';
import { closeFileServer, enterFileServer, openFileServer, refuseLogin } from '../../db/file-servers.ts';
import { FileError } from '../types.ts';
import { retryAfterMs } from './retry-after.ts';

interface Login {
  url: string;
  username: string;
  password: string;
}

/** `look`: this request finds out for everybody whether a refused login is taken again. */
interface Turn {
  path: string;
  look: boolean;
}

const hash = promisify<string, string, number, Buffer>(scrypt);
const LOGIN_BYTES = 16;
const TOO_MANY = 429;
const UNAVAILABLE = 503;

/** The time of day alone: neither a hold nor a closure lasts longer than an hour. */
const utc = (at: Date): string => `${at.toISOString().slice(11, 19)} UTC`;

/**
 * What all processes that use one login of the file server share, in the database. Once it was refused (401) nobody uses
 * it, since Nextcloud slows down and then refuses everybody behind an address that fails to log in; every half hour, or
 * when a person asks for it, one request looks whether it is taken again. A server that asks to be left alone
 * (`Retry-After` of 429 and 503) is.
 */
export class FileServerGate {
  readonly #db: Queries;
  readonly #origin: string;
  readonly #login: () => Promise<string>;

  constructor(db: Queries, { url, username, password }: Login) {
    this.#db = db;
    this.#origin = new URL(url).origin;
    let login: Promise<string> | null = null;
    this.#login = () =>
      (login ??= hash(password, `${url}\n${username}`, LOGIN_BYTES).then((bytes) => bytes.toString('hex')));
  }

  /** Before each request. @throws {FileError} `FILE_LOGIN_HELD`, `FILE_UNAVAILABLE`: it must not go out now */
  async enter(path: string): Promise<Turn> {
    const entry = await enterFileServer(this.#db, await this.#login());
    if (entry.enters) return { path, look: entry.look };
    throw entry.status === null
      ? this.#held(path, entry.until)
      : this.#closed(path, entry.status, entry.until);
  }

  /** After each answer. @throws {FileError} as `enter`: nor may any that follows */
  async settle({ path, look }: Turn, status: number, headers: IncomingHttpHeaders): Promise<void> {
    if (status === 401) throw this.#held(path, await refuseLogin(this.#db, await this.#login()));
    if (status === TOO_MANY || status === UNAVAILABLE) {
      const forMs = retryAfterMs(headers, Date.now());
      if (forMs === null) return;
      const until = await closeFileServer(this.#db, await this.#login(), { forMs, status });
      throw this.#closed(path, status, until);
    }
    // A redirect may lead to a login page, and a proxy answers 5xx by itself.
    if (look && (status < 300 || (status >= 400 && status < 500)))
      await openFileServer(this.#db, await this.#login());
  }

  #held(path: string, until: Date): FileError {
    const why = `${this.#origin} refused the login (401), and is asked again for everybody at ${utc(until)}`;
    return new FileError(
      'FILE_LOGIN_HELD',
      `${path} cannot be reached: ${why}; check WEBDAV_USERNAME and WEBDAV_PASSWORD, then \`tsuiseki resume\` any batch`,
    );
  }

  #closed(path: string, status: number, until: Date): FileError {
    return new FileError(
      'FILE_UNAVAILABLE',
      `${path} cannot be used now: ${this.#origin} answered ${status}, and is left alone until ${utc(until)}, as it asked`,
    );
  }
}
