import { TsuisekiError } from '../errors.ts';
import { connectionFailure } from './connection-failure.ts';
import { outgoing, wholeAnswer } from './request.ts';

/**
 * `FORWARD_REFUSED`: this one will never be taken; `FORWARD_NOT_TAKEN`: later it may be; `FORWARD_AWAY`: nor would any other
 * be now. Its text holds the receiver's host alone: the rest of its URL is a secret.
 */
export class ForwardError extends TsuisekiError<'FORWARD_REFUSED' | 'FORWARD_NOT_TAKEN' | 'FORWARD_AWAY'> {}

/** Whoever takes the notifications of jobs that are not ours. */
export interface ForwardWebhook {
  /**
   * Sends a notification once, body and type as they came.
   *
   * @throws {ForwardError} any answer but 2xx, or none
   */
  send(notification: { contentType: string; body: Buffer }): Promise<void>;
}

/** On what we forwarded. Whoever finds it on a notification forwards it no further: a circle ends after one turn. */
export const FORWARDED_HEADER = 'x-tsuiseki-forwarded';

/** As long as Web Scraper Cloud itself waits. */
const TIMEOUT_MS = 10_000;
/** Of an answer nothing but the status is of interest. */
const MAX_ANSWER_BYTES = 64 * 1024;
const SETTING = 'WEBHOOK_FORWARD_URL';
/** Only what was sent is wrong; all other answers may be others tomorrow, a login or an address that is wrong among them. */
const REFUSED: ReadonlySet<number> = new Set([400, 413, 422]);
/** They speak of the system that is asked, or of whoever asks, not of what was sent. */
const AWAY: ReadonlySet<number> = new Set([429, 502, 503, 504]);

const http = outgoing({ method: 'POST', timeout: { request: TIMEOUT_MS } });

/** Sends to this URL as it stands: of the query and headers that a notification came with it gets nothing. */
export function createForwardWebhook(url: string): ForwardWebhook {
  const { host: at } = new URL(url);
  return {
    async send({ contentType, body }) {
      const headers = { 'content-type': contentType, [FORWARDED_HEADER]: '1' };
      const request = { headers, body, maxBytes: MAX_ANSWER_BYTES };
      const answer = await wholeAnswer(http, url, request).catch((error: unknown) => {
        const { told } = connectionFailure(error, { at, setting: SETTING });
        throw new ForwardError('FORWARD_AWAY', told);
      });
      if (answer === null)
        throw new ForwardError('FORWARD_NOT_TAKEN', `the answer of ${at} is over 64 KB; check ${SETTING}`);
      const { statusCode: status } = answer;
      if (status >= 200 && status <= 299) return;
      const redirected = status >= 300 && status <= 399 ? ', which is not followed' : '';
      const otherwise = AWAY.has(status) ? 'FORWARD_AWAY' : 'FORWARD_NOT_TAKEN';
      throw new ForwardError(
        REFUSED.has(status) ? 'FORWARD_REFUSED' : otherwise,
        `${at} answered ${status}${redirected}; check ${SETTING}`,
      );
    },
  };
}
