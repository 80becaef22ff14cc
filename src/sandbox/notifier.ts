import http from 'node:http';
import https from 'node:https';
import { errorMessage } from '../errors.ts';
import type { SandboxClock } from './clock.ts';
import type { FinalStatus, Job } from './job.ts';
import type { SandboxLogger } from './options.ts';
import { Ring } from './ring.ts';
import type { Timers } from './timers.ts';

/** One attempt to deliver a notification. */
export interface NotificationAttempt {
  /** Counts up from 1: `since` of the next look. */
  seq: number;
  /** Milliseconds since 1970, with decimals. */
  at: number;
  jobId: number;
  customId: string | null;
  status: FinalStatus;
  /** 1, then 2 and 3 for those sent again. */
  attempt: number;
  /** The HTTP status of the answer; null: none came. */
  answer: number | null;
  error: string | null;
  tookMs: number;
}

export interface NotifierOptions {
  webhookUrl: string | null;
  resendDelaysMs: readonly number[];
  webhookTimeoutMs: number;
  clock: SandboxClock;
  timers: Timers;
  logger: SandboxLogger | null;
}

/** Attempts kept for `GET /_sandbox/notifications`. */
const ATTEMPTS_KEPT = 100_000;
/** A thousand jobs may end in one second; more sockets than this and the receiver's backlog is what gets tested. */
const MAX_IN_FLIGHT = 200;

/**
 * Sends notifications as the vendor does: a form POST; not answered 2xx in time (a redirect is no 2xx, and not
 * followed): again after 5 s, once more after 10 s, then never.
 * Source: https://webscraper.io/documentation/web-scraper-cloud/api, "Notification endpoint"
 */
export class Notifier {
  webhookUrl: string | null;
  readonly #options: NotifierOptions;
  readonly #attempts = new Ring<NotificationAttempt>(ATTEMPTS_KEPT);
  readonly #closing = new AbortController();
  readonly #agents = {
    http: new http.Agent({ keepAlive: true, maxSockets: MAX_IN_FLIGHT }),
    https: new https.Agent({ keepAlive: true, maxSockets: MAX_IN_FLIGHT }),
  };
  readonly #waiting: (() => void)[] = [];
  #inFlight = 0;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.webhookUrl = options.webhookUrl;
  }

  attempts(since = 0): NotificationAttempt[] {
    return this.#attempts.items().filter(({ seq }) => seq > since);
  }

  /** Sends one notification, and again later if need be. Settles after the first attempt; never rejects. */
  async notify(job: Job, status: FinalStatus): Promise<void> {
    const form = new URLSearchParams({
      scrapingjob_id: String(job.webhookFaults.includes('webhook-wrong-job') ? job.id + 1_000_000 : job.id),
      status,
      sitemap_id: String(job.sitemap.id),
      sitemap_name: job.sitemap.name,
      custom_id: job.webhookFaults.includes('webhook-wrong-custom-id')
        ? `wrong-${job.customId ?? ''}`
        : (job.customId ?? ''),
    });
    await this.#attempt(job, status, form, 1);
  }

  async #attempt(job: Job, status: FinalStatus, form: URLSearchParams, attempt: number): Promise<void> {
    const url = this.webhookUrl;
    if (url === null || this.#closing.signal.aborted) return;
    await this.#enter();
    const at = this.#options.clock.nowMs();
    const { answer, error } = await this.#post(url, form).finally(() => this.#leave());
    const tookMs = this.#options.clock.nowMs() - at;
    if (this.#closing.signal.aborted) return;
    const seq = this.#attempts.total + 1;
    this.#attempts.push({
      seq,
      at,
      jobId: job.id,
      customId: job.customId,
      status,
      attempt,
      answer,
      error,
      tookMs,
    });
    if (answer !== null && answer >= 200 && answer < 300) return;
    const delayMs = this.#options.resendDelaysMs[attempt - 1];
    if (delayMs === undefined) {
      this.#options.logger?.warn({ jobId: job.id, answer, error }, 'notification given up');
      return;
    }
    this.#options.timers.after(delayMs, () => void this.#attempt(job, status, form, attempt + 1));
  }

  async #post(url: string, form: URLSearchParams): Promise<{ answer: number | null; error: string | null }> {
    const body = form.toString();
    const headers = {
      'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
      'content-length': Buffer.byteLength(body),
    };
    const isTls = url.startsWith('https:');
    const signal = AbortSignal.any([
      this.#closing.signal,
      AbortSignal.timeout(this.#options.webhookTimeoutMs),
    ]);
    const options = {
      method: 'POST',
      headers,
      signal,
      agent: isTls ? this.#agents.https : this.#agents.http,
    };
    // Not `fetch`: a thousand in two seconds took it a whole core.
    return new Promise((resolve) => {
      const failed = (error: unknown) =>
        resolve({ answer: null, error: errorMessage(signal.aborted ? signal.reason : error) });
      const request = (isTls ? https : http).request(url, options, (response) => {
        response
          .on('error', failed)
          .on('end', () => resolve({ answer: response.statusCode ?? null, error: null }));
        response.resume();
      });
      request.on('error', failed).end(body);
    });
  }

  async #enter(): Promise<void> {
    if (this.#inFlight >= MAX_IN_FLIGHT) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#inFlight++;
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#inFlight--;
    else next();
  }

  /** Breaks off what is under way; nothing is sent from now on. */
  close(): void {
    this.#closing.abort();
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }
}
