import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import got from 'got';
import type { ExtendOptions, Got, OptionsInit, Response } from 'got';
import { packageVersion } from '../version.ts';

/**
 * How every request of ours goes out, with these options besides: once, under our name, on a connection of its own
 * (unless `agent` is given); redirects and errors are answers like any other.
 */
export function outgoing(options: ExtendOptions): Got {
  return got.extend(
    {
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
