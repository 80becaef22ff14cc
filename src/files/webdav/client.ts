import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { RequestError } from 'got';
import type { Got, Method, PlainResponse } from 'got';
import { errorMessage } from '../../errors.ts';
import { outgoing } from '../../outbound/request.ts';
import { AnswerTooLong, readMultistatus } from './multistatus.ts';
import type { DavEntry } from './multistatus.ts';
import { unavailable } from '../file-failure.ts';
import { FileError } from '../types.ts';
import { failureOfConnection, failureOfStatus } from './failure.ts';
import type { FileServerGate } from './gate.ts';

/** Where the files are and who reads them. */
export interface WebDavOptions {
  /** The root, e.g. `https://cloud/remote.php/dav/files/bot/`. */
  url: string;
  username: string;
  password: string;
  /** For a connection in which nothing comes or goes: no answer yet, or a transfer that stands still. */
  timeoutMs?: number;
  /** A larger file is neither read nor written. */
  maxBytes?: number;
  /** Asked before each request; none: whoever uses the login decides alone. */
  gate?: FileServerGate | null;
}

/** Nextcloud puts an upload together after it has all of it: 100 MB on a busy server take half of this. */
const TIMEOUT_MS = 60_000;
/** For a whole transfer, so that one that trickles ends: 100 MB take 14 minutes at 1 Mbit/s. */
const TRANSFER_TIMEOUT_MS = 900_000;

export interface DavRequest {
  /** As errors name it. */
  path: string;
  url: URL;
  method: 'GET' | 'PUT' | 'PROPFIND' | 'SEARCH';
  headers?: Record<string, string>;
  body?: string | Readable;
}

/** An answer with a good status; its body is to be read to its end, or destroyed. */
export interface DavAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Readable;
}

/** The one place that talks to the WebDAV server: its login, its limits, and its errors as {@link FileError}. */
export class WebDavClient {
  readonly root: URL;
  readonly #http: Got;
  readonly #gate: FileServerGate | null;

  constructor({ url, username, password, timeoutMs = TIMEOUT_MS, gate = null }: WebDavOptions) {
    this.#gate = gate;
    const { origin, pathname } = new URL(url);
    this.root = new URL(pathname.endsWith('/') ? pathname : `${pathname}/`, origin);
    this.#http = outgoing({
      headers: {
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
        // A proxy that compresses gives other ETags (`-gzip`), which If-Match then never meets.
        'accept-encoding': 'identity',
        'cache-control': 'no-cache',
      },
      decompress: false,
      https: { rejectUnauthorized: true },
      timeout: {
        lookup: timeoutMs,
        connect: timeoutMs,
        secureConnect: timeoutMs,
        socket: timeoutMs,
        request: timeoutMs + TRANSFER_TIMEOUT_MS,
      },
    });
  }

  /** @throws {FileError} no connection, an answer that is not 2xx, or a gate that is closed */
  async send({ path, url, method, headers = {}, body }: DavRequest): Promise<DavAnswer> {
    const turn = await this.#gate?.enter(path);
    // got's types know no methods of WebDAV; it sends any.
    const request = this.#http.stream(url, { method: method as Method, headers, body });
    // What fails once it is answered is told to who reads the body.
    request.on('error', () => undefined);
    const [response] = (await once(request, 'response').catch((error: unknown) => {
      throw this.#asFailure(error, path, 'cannot be reached');
    })) as [PlainResponse];
    const { statusCode, headers: answered } = response;
    const isGood = statusCode >= 200 && statusCode <= 299;
    if (!isGood) request.destroy();
    if (turn !== undefined)
      await this.#gate?.settle(turn, statusCode, answered).catch((error: unknown) => {
        request.destroy();
        throw error;
      });
    if (isGood) return { status: statusCode, headers: answered, body: request };
    const { location } = answered;
    throw failureOfStatus(statusCode, path, { root: this.root, location });
  }

  /** The answer's body, chunk by chunk. One cut short of its Content-Length, or of its last chunk, is an error. */
  async *chunks({ body }: DavAnswer, path: string): AsyncGenerator<Buffer, void, undefined> {
    try {
      for await (const chunk of body) yield chunk as Buffer;
    } catch (error) {
      throw this.#asFailure(error, path, 'could not be read whole');
    }
  }

  /** Asks a question whose answer is a multistatus. */
  async ask(request: Omit<DavRequest, 'body'> & { body: string }): Promise<DavEntry[]> {
    const answer = await this.send({
      ...request,
      headers: { ...request.headers, 'content-type': 'application/xml; charset=utf-8' },
    });
    try {
      return await readMultistatus(this.chunks(answer, request.path));
    } catch (error) {
      if (error instanceof FileError) throw error;
      if (error instanceof AnswerTooLong)
        throw new FileError('FILE_TOO_LARGE', `${request.path} holds too many files: ${error.message}`);
      const problem = `what ${this.root.origin} answers is not WebDAV's: ${errorMessage(error)}`;
      throw unavailable(request.path, `cannot be used: ${problem}; check WEBDAV_URL`, error);
    }
  }

  #asFailure(error: unknown, path: string, what: string): FileError {
    if (error instanceof RequestError) return failureOfConnection(error, { path, root: this.root, what });
    return unavailable(path, `${what}: ${errorMessage(error)}`, error);
  }
}
