import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import got, { RequestError, TimeoutError } from 'got';
import { TsuisekiError } from '../errors.ts';

/** No usable answer. Its text holds no URL: those of callbacks carry tokens. */
export class PostFailed extends TsuisekiError<'POST_TIMEOUT' | 'POST_BROKEN_OFF' | 'POST_ANSWER_TOO_LARGE'> {}

export interface PostAnswer {
  status: number;
  contentType: string | undefined;
  body: Buffer;
}

/** Nextcloud and the document server answer with a few dozen bytes; an error page is some kilobytes. */
const MAX_ANSWER_BYTES = 1024 * 1024;

// A kept connection that the other side closes just as a save goes out would fail that save.
const agent = { http: new HttpAgent({ keepAlive: false }), https: new HttpsAgent({ keepAlive: false }) };

/**
 * One POST of these bytes with these headers, whatever the answer's status; redirects are answers, nothing is tried
 * again.
 *
 * @throws {PostFailed} no answer in that time, a connection that failed, an answer over 1 MB
 */
export async function post(
  url: URL,
  { headers, body, timeoutMs }: { headers: Record<string, string>; body: Buffer; timeoutMs: number },
): Promise<PostAnswer> {
  const tooLarge = new AbortController();
  try {
    const request = got.post(url, {
      headers: { 'user-agent': 'tsuiseki', ...headers },
      body,
      agent,
      responseType: 'buffer',
      // Else the bytes counted would not be those kept.
      decompress: false,
      followRedirect: false,
      throwHttpErrors: false,
      retry: { limit: 0 },
      timeout: { request: timeoutMs },
      signal: tooLarge.signal,
    });
    void request.on('downloadProgress', ({ transferred }) => {
      if (transferred > MAX_ANSWER_BYTES) tooLarge.abort();
    });
    const { statusCode, headers: answered, rawBody } = await request;
    return { status: statusCode, contentType: answered['content-type'], body: Buffer.from(rawBody) };
  } catch (error) {
    if (tooLarge.signal.aborted) throw new PostFailed('POST_ANSWER_TOO_LARGE', 'its answer is over 1 MB');
    if (error instanceof TimeoutError)
      throw new PostFailed('POST_TIMEOUT', `no answer in ${timeoutMs / 1_000} s`);
    const code = error instanceof RequestError ? error.code : 'no connection';
    throw new PostFailed('POST_BROKEN_OFF', code);
  }
}
