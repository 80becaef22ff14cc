import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Duplex } from 'node:stream';
import got from 'got';
import type { ExtendOptions, Got, HandlerFunction, OptionsInit, Response } from 'got';
import { packageVersion } from '../version.ts';

/** Told of each request as it goes out; what it gives is told the answer's status, or the code of what went wrong. */
export type RequestWatch = (method: string, host: string) => (end: number | string) => void;

let watch: RequestWatch | null = null;

/** From now on `next` is told of every request of this process; null: nobody is. */
export function watchRequests(next: RequestWatch | null): void {
  watch = next;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown';

/** Changes nothing of the request: got's own promise or stream is given back. */
const watched: HandlerFunction = (options, next) => {
  const sent = next(options);
  const { method, url } = options;
  if (watch === null || !(url instanceof URL)) return sent;
  const tell = watch(method, url.host);
  if (sent instanceof Duplex) {
    sent.once('response', ({ statusCode }: Response) => tell(statusCode));
    sent.once('error', (error) => tell(codeOf(error)));
  } else
    void sent.then(
      (answer) => tell((answer as Response).statusCode),
      (error: unknown) => tell(codeOf(error)),
    );
  return sent;
};

/**
 * How every request of ours goes out, with these options besides: once, under our name, on a connection of its own
 * (unless `agent` is given); redirects and errors are answers like any other.
 */
export function outgoing(options: ExtendOptions): Got {
  return got.extend(
    {
      handlers: [watched],
      headers: { 'user-agent': `Tsuiseki/${packageVersion()}` },
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false,
      // A kept connection that the server closes just as a request goes out: nobody knows whether that was taken.
      agent: { http: new HttpAgent({ keepAlive: false }), https: new HttpsAgent({ keepAlive: false }) },
    },
    options,
  );
}

/**
 * The answer to one request, read whole; null: it has over `maxBytes` (unpacked, where it is unpacked), and was left
 * there.
 *
 * @throws {RequestError} see connection-failure.ts
 */
export async function wholeAnswer(
  http: Got,
  url: string | URL,
  { maxBytes, ...options }: OptionsInit & { maxBytes: number },
): Promise<Response<Buffer> | null> {
  const tooLarge = new AbortController();
  const request = http(url, {
    ...options,
    isStream: false,
    resolveBodyOnly: false,
    responseType: 'buffer',
    signal: tooLarge.signal,
  });
  void request.on('downloadProgress', ({ transferred }) => {
    if (transferred > maxBytes) tooLarge.abort();
  });
  try {
    return await request;
  } catch (error) {
    if (tooLarge.signal.aborted) return null;
    throw error;
  }
}
