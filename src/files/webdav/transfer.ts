import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { errorMessage } from '../../errors.ts';
import { changed, unavailable } from '../file-failure.ts';
import { FileError } from '../types.ts';
import type { FileVersion } from '../types.ts';
import type { DavAnswer, DavRequest, WebDavClient } from './client.ts';
import { DavStatusError } from './failure.ts';
import { urlBelow } from './path.ts';
import { fileProperties, isStrong, lockOwner, withoutETag } from './properties.ts';

/** What a file's content is handed to, chunk by chunk. */
export type TakeContent = (chunks: AsyncIterable<Buffer>) => Promise<void>;

/** What a write was answered, and the SHA-256 of what it sent. */
export interface Written {
  status: number;
  etag: string | undefined;
  sha256: string;
}

/** Streams files from and to the server, each with its version. */
export class WebDavTransfer {
  readonly #client: WebDavClient;
  readonly #maxBytes: number;

  constructor(client: WebDavClient, maxBytes: number) {
    this.#client = client;
    this.#maxBytes = maxBytes;
  }

  /** Hands the file's content to `take`, and tells which version that was once it was whole. */
  async read(path: string, take: TakeContent): Promise<FileVersion> {
    const answer = await this.#open(path);
    const { etag } = answer.headers;
    if (isStrong(etag) && tellsItsEnd(answer)) {
      await take(this.#content(answer, path));
      return { etag };
    }
    answer.body.destroy();
    return this.#readBetween(path, take);
  }

  /** Writes the local file in the place of version `etag`. Whether the server kept it is another question. */
  async write(path: string, localPath: string, etag: string): Promise<Written> {
    const { size } = await stat(localPath).catch((error: unknown) => {
      throw unavailable(path, `cannot be replaced: ${errorMessage(error)}`, error);
    });
    if (size > this.#maxBytes) throw this.#tooLarge(path, 'the file to replace it');
    const sent = createHash('sha256');
    const answer = await this.#send(path, 'PUT', {
      // With its length: PHP behind some web servers sees nothing of a chunked body.
      headers: {
        'content-length': String(size),
        'content-type': 'application/octet-stream',
        'if-match': etag,
      },
      body: Readable.from(hashed(localPath, sent), { objectMode: false }),
    });
    answer.body.destroy();
    return { status: answer.status, etag: answer.headers.etag, sha256: sent.digest('hex') };
  }

  /** Where the answer itself does not tell the version: the one that the file has before and after it is read. */
  async #readBetween(path: string, take: TakeContent): Promise<FileVersion> {
    const { etag } = (await fileProperties(this.#client, path)).info;
    if (!isStrong(etag)) throw withoutETag(path, this.#client);
    const read = { bytes: 0 };
    await take(this.#content(await this.#open(path), path, read));
    const after = await fileProperties(this.#client, path);
    if (after.info.etag !== etag) throw changed(path, 'while it was read');
    if (after.bytes === read.bytes) return { etag };
    const all = after.bytes ?? 'an unknown number of';
    throw new FileError(
      'FILE_UNAVAILABLE',
      `${path} could not be read whole: ${read.bytes} of ${all} bytes came`,
    );
  }

  async #open(path: string): Promise<DavAnswer> {
    const answer = await this.#send(path, 'GET');
    const { 'content-length': length, 'content-encoding': encoding = 'identity' } = answer.headers;
    if (Number(length ?? 0) <= this.#maxBytes && encoding === 'identity') return answer;
    answer.body.destroy();
    if (encoding === 'identity') throw this.#tooLarge(path, 'it');
    throw new FileError(
      'FILE_UNAVAILABLE',
      `${path} cannot be read: ${this.#client.root.origin} sends it compressed, which it was asked not to`,
    );
  }

  async *#content(
    answer: DavAnswer,
    path: string,
    read = { bytes: 0 },
  ): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of this.#client.chunks(answer, path)) {
      read.bytes += chunk.length;
      if (read.bytes > this.#maxBytes) throw this.#tooLarge(path, 'it');
      yield chunk;
    }
  }

  async #send(
    path: string,
    method: 'GET' | 'PUT',
    more: Pick<DavRequest, 'headers' | 'body'> = {},
  ): Promise<DavAnswer> {
    try {
      return await this.#client.send({ path, url: urlBelow(this.#client.root, path), method, ...more });
    } catch (error) {
      if (!(error instanceof DavStatusError)) throw error;
      if (error.status === 423) throw await this.#lockedBy(path, error);
      // What servers answer that have no content of a folder.
      if (error.status === 405 || error.status === 501) await fileProperties(this.#client, path);
      throw error;
    }
  }

  /** The same with the owner's name, where it can be had. */
  async #lockedBy(path: string, locked: FileError): Promise<FileError> {
    const owner = await lockOwner(this.#client, path).catch(() => null);
    return owner === null ? locked : new FileError('FILE_LOCKED', `${path} is locked by ${owner}`);
  }

  #tooLarge(path: string, what: string): FileError {
    const limit = `${(this.#maxBytes / 1024 / 1024).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;
    return new FileError('FILE_TOO_LARGE', `${path} is too large: ${what} has more than ${limit}`);
  }
}

/** Whether an answer cut short is noticed: one that ends with its connection may have ended anywhere. */
function tellsItsEnd({ headers }: DavAnswer): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] === 'chunked';
}

async function* hashed(localPath: string, hash: Hash): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of createReadStream(localPath)) {
    hash.update(chunk as Buffer);
    yield chunk as Buffer;
  }
}
