import { TsuisekiError } from '../errors.ts';
import { connectionFailure } from '../outbound/connection-failure.ts';
import { outgoing, wholeAnswer } from '../outbound/request.ts';

/** No usable answer. Its text holds no URL: those of callbacks carry tokens. */
export class PostFailed extends TsuisekiError<'POST_TIMEOUT' | 'POST_BROKEN_OFF' | 'POST_ANSWER_TOO_LARGE'> {}

export interface PostAnswer {
  status: number;
  contentType: string | undefined;
  body: Buffer;
}

/** Nextcloud and the document server answer with a few dozen bytes; an error page is some kilobytes. */
const MAX_ANSWER_BYTES = 1024 * 1024;

// Unpacked, the bytes counted would not be those kept.
const http = outgoing({ method: 'POST', decompress: false });

/**
 * One POST of these bytes with these headers, whatever the answer's status; redirects are answers, nothing is tried
 * again. `setting` holds the URL, for people.
 *
 * @throws {PostFailed} no answer in that time, a connection that failed, an answer over 1 MB
 */
export async function post(
  url: URL,
  request: { headers: Record<string, string>; body: Buffer; timeoutMs: number; setting: string },
): Promise<PostAnswer> {
  const { headers, body, timeoutMs, setting } = request;
  const options = { headers, body, timeout: { request: timeoutMs }, maxBytes: MAX_ANSWER_BYTES };
  const answer = await wholeAnswer(http, url, options).catch((error: unknown) => {
    const { kind, told } = connectionFailure(error, { at: url.host, setting });
    throw new PostFailed(kind === 'timeout' ? 'POST_TIMEOUT' : 'POST_BROKEN_OFF', told);
  });
  if (answer === null) throw new PostFailed('POST_ANSWER_TOO_LARGE', 'its answer is over 1 MB');
  const { statusCode, headers: answered, rawBody } = answer;
  return { status: statusCode, contentType: answered['content-type'], body: Buffer.from(rawBody) };
}
