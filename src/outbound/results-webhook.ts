import { createHmac } from 'node:crypto';
import { TsuisekiError } from '../errors.ts';
import { connectionFailure } from './connection-failure.ts';
import { outgoing, wholeAnswer } from './request.ts';

/** Not taken, as far as is known. Its text holds the receiver's host alone: the rest of its URL may be a secret. */
export class ResultsError extends TsuisekiError<'RESULTS_NOT_TAKEN'> {}

export interface ResultsWebhook {
  /**
   * Sends a delivery once.
   *
   * @throws {ResultsError} any answer but 2xx, or none
   */
  send(delivery: { id: string; body: string }): Promise<void>;
}

const TIMEOUT_MS = 30_000;
/** Of an answer nothing but the status is of interest. */
const MAX_ANSWER_BYTES = 64 * 1024;
const SETTING = 'RESULTS_WEBHOOK_URL';

const http = outgoing({ method: 'POST', timeout: { request: TIMEOUT_MS } });

/** Whoever takes results (`RESULTS_WEBHOOK_URL`); without a secret nothing is signed. */
export function createResultsWebhook(url: string, secret: string | null): ResultsWebhook {
  const { host: at } = new URL(url);
  return {
    async send({ id, body }) {
      const headers = {
        'content-type': 'application/json',
        'x-tsuiseki-delivery': id,
        ...(secret === null ? {} : { 'x-tsuiseki-signature': signatureOf(body, secret) }),
      };
      const request = { headers, body, maxBytes: MAX_ANSWER_BYTES };
      const answer = await wholeAnswer(http, url, request).catch((error: unknown) => {
        const { told } = connectionFailure(error, { at, setting: SETTING });
        throw new ResultsError('RESULTS_NOT_TAKEN', told);
      });
      if (answer === null)
        throw new ResultsError('RESULTS_NOT_TAKEN', `the answer of ${at} is over 64 KB; check ${SETTING}`);
      const { statusCode: status } = answer;
      if (status >= 200 && status <= 299) return;
      const redirected = status >= 300 && status <= 399 ? ', which is not followed' : '';
      throw new ResultsError('RESULTS_NOT_TAKEN', `${at} answered ${status}${redirected}; check ${SETTING}`);
    },
  };
}

function signatureOf(body: string, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
