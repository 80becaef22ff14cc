import { TsuisekiError } from '../../errors.ts';
import { connectionFailure } from '../connection-failure.ts';
import { outgoing, wholeAnswer } from '../request.ts';
import { payloadOf } from './notice.ts';
import type { Notice, NoticeStyle } from './notice.ts';

/**
 * `NOTICE_REFUSED`: this one will never be taken; `NOTICE_NOT_TAKEN`: later it may be. Its text holds the receiver's host
 * alone: the rest of its URL is a secret.
 */
export class NoticeError extends TsuisekiError<'NOTICE_REFUSED' | 'NOTICE_NOT_TAKEN'> {}

export interface Receiver {
  url: string;
  style: NoticeStyle;
}

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 64 * 1024;

const http = outgoing({ method: 'POST', timeout: { request: TIMEOUT_MS } });

/** Only what was asked is wrong; all other answers may be others tomorrow, a login or an address that is wrong among them. */
const REFUSED: ReadonlySet<number> = new Set([400, 413, 422]);

/**
 * Tells people once.
 *
 * @throws {NoticeError} any answer but 2xx, or none
 */
export async function sendNotice({ url, style }: Receiver, notice: Notice): Promise<void> {
  const { host } = new URL(url);
  const request = { json: payloadOf(style, notice), maxBytes: MAX_ANSWER_BYTES };
  const answer = await wholeAnswer(http, url, request).catch((error: unknown) => {
    const { told } = connectionFailure(error, { at: host, setting: 'NOTIFY_URL' });
    throw new NoticeError('NOTICE_NOT_TAKEN', `people could not be told: ${told}`);
  });
  const status = answer?.statusCode ?? 0;
  if (answer === null || (status >= 200 && status <= 299)) return;
  throw new NoticeError(
    REFUSED.has(status) ? 'NOTICE_REFUSED' : 'NOTICE_NOT_TAKEN',
    `${host} answered ${status} to a message for people; check NOTIFY_URL and NOTIFY_STYLE`,
  );
}
