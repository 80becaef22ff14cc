import type { Got, OptionsInit, Response } from 'got';
import { fieldsOf } from '../json-fields.ts';
import type { Logger } from '../log.ts';
import { connectionFailure } from '../outbound/connection-failure.ts';
import type { Destination } from '../outbound/failure-reasons.ts';
import { OpenConnection } from '../outbound/open-connection.ts';
import { outgoing, wholeAnswer } from '../outbound/request.ts';
import { ApiError, codeOfConnection, codeOfStatus } from './api-error.ts';
import { MAX_CSV_BYTES } from './csv.ts';
import { rateLimitProblem, readRateLimit } from './rate-limit-headers.ts';
import type { RateLimitHeaders } from './rate-limit-headers.ts';

export interface PublishRequest {
  sitemapId: number;
  startUrls: readonly string[];
  customId: string;
}

/** A scraping job as the API tells it; statuses are kept as they come, unknown ones too. */
export interface ScrapingJob {
  id: number;
  customId: string | null;
  sitemapId: number | null;
  status: string;
  storedRecordCount: number | null;
  /** When it was made; null where the answer does not say. */
  createdMs: number | null;
}

/** One page of the account's jobs, a hundred, in no documented order. */
export interface JobsPage {
  jobs: ScrapingJob[];
  lastPage: number;
}

/** A URL of a job that brought nothing: its page was `empty`, or could not be loaded (`failed`). */
export interface ProblematicUrl {
  url: string;
  type: string;
}

/** An answer, with what its headers say of the account. */
export interface Answered<T> {
  value: T;
  rateLimit: RateLimitHeaders;
  /** When the request had left this process, by its own clock. */
  sentMs: number;
}

/**
 * Web Scraper Cloud's API (https://webscraper.io/documentation/web-scraper-cloud/api). Every method is one call of
 * the account's budget, never tried again here, and throws {@link ApiError}.
 */
export interface WebScraperClient {
  /** For one publish, of which nothing is sent yet. */
  connect(signal: AbortSignal): Promise<OpenConnection>;
  /** The id of the job created. With `go`: over that connection, and not after `latestMs`. */
  publish(
    request: PublishRequest,
    go?: { connection: OpenConnection; latestMs: number },
  ): Promise<Answered<number>>;
  job(id: number): Promise<Answered<ScrapingJob>>;
  /** The account's jobs; `page` counts from 1. */
  jobs(page: number): Promise<Answered<JobsPage>>;
  csv(id: number): Promise<Answered<Buffer>>;
  problematicUrls(id: number): Promise<Answered<ProblematicUrl[]>>;
  /** The name of a sitemap of the account. */
  sitemap(id: number): Promise<Answered<string>>;
  /** Page credits left; null when the answer does not say. */
  account(): Promise<Answered<number | null>>;
}

/** A publish has 60 s: longer, and the answer counts as lost (design section 4). */
export const CALL_TIMEOUT_MS = 60_000;

/** got's errors hold the request's URL and with it the token: neither their texts nor they as a cause are passed on. */
function asApiError(error: unknown, what: string, to: Destination): ApiError {
  const failure = connectionFailure(error, to);
  const did = failure.sent === 'nothing' ? `could not be reached for ${what}` : `did not answer ${what}`;
  const stoodStill = error instanceof Error && 'code' in error && error.code === 'NOT_SENT';
  return new ApiError(
    stoodStill ? 'API_NOT_SENT' : codeOfConnection(failure),
    `Web Scraper Cloud ${did}: ${failure.told}`,
  );
}

function numberIn(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : null;
}

const textIn = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function scrapingJob(data: unknown): ScrapingJob | null {
  const fields = fieldsOf(data);
  const id = numberIn(fields['id']);
  if (id === null) return null;
  const created = numberIn(fields['time_created']);
  return {
    id,
    customId: textIn(fields['custom_id']),
    sitemapId: numberIn(fields['sitemap_id']),
    status: textIn(fields['status']) ?? 'unknown',
    storedRecordCount: numberIn(fields['stored_record_count']),
    createdMs: created === null ? null : created * 1_000,
  };
}

function problematicUrls(data: unknown): ProblematicUrl[] {
  if (!Array.isArray(data)) return [];
  return data.map(fieldsOf).flatMap(({ url, type }) => {
    const text = textIn(url);
    return text === null ? [] : [{ url: text, type: textIn(type) ?? 'unknown' }];
  });
}

/** The one place that makes calls: their limits, their errors, and what their headers say of the account. */
class Caller {
  readonly #http: Got;
  readonly #to: Destination;
  readonly #logger: Pick<Logger, 'warn'> | undefined;
  readonly #logged = new Set<string>();

  constructor(http: Got, to: Destination, logger: Pick<Logger, 'warn'> | undefined) {
    this.#http = http;
    this.#to = to;
    this.#logger = logger;
  }

  async bytes(path: string, options: OptionsInit, what: string): Promise<Answered<Buffer>> {
    const { rawBody, headers, statusCode, timings } = await this.#send(path, options, what);
    const rateLimit = readRateLimit(headers, Date.now());
    this.#logOnce(rateLimitProblem(rateLimit, statusCode));
    if (statusCode < 200 || statusCode > 299) {
      const text =
        statusCode === 407
          ? `a proxy on the way wants a login for ${what} (407); let Web Scraper Cloud through without one`
          : `Web Scraper Cloud answered ${statusCode} to ${what}`;
      throw new ApiError(codeOfStatus(statusCode), text, { httpStatus: statusCode, rateLimit });
    }
    return { value: Buffer.from(rawBody), rateLimit, sentMs: timings.upload ?? timings.start };
  }

  async data(path: string, options: OptionsInit, what: string): Promise<Answered<unknown>> {
    const answer = await this.fields(path, options, what);
    return { ...answer, value: answer.value['data'] };
  }

  /** The whole of a JSON answer that has `data`. */
  async fields(
    path: string,
    options: OptionsInit,
    what: string,
  ): Promise<Answered<Readonly<Record<string, unknown>>>> {
    const { value, rateLimit, sentMs } = await this.bytes(path, options, what);
    const fields = fieldsOf(parsed(value, rateLimit, what));
    if (fields['success'] === true && fields['data'] !== undefined)
      return { value: fields, rateLimit, sentMs };
    throw new ApiError('API_REFUSED', `Web Scraper Cloud refused ${what}`, { rateLimit });
  }

  async #send(path: string, options: OptionsInit, what: string): Promise<Response<Buffer>> {
    const request = wholeAnswer(this.#http, path, { ...options, maxBytes: MAX_CSV_BYTES });
    const answer = await request.catch((error: unknown) => {
      throw asApiError(error, what, this.#to);
    });
    if (answer !== null) return answer;
    throw new ApiError('API_REFUSED', `Web Scraper Cloud's answer to ${what} is over 64 MB`);
  }

  #logOnce(problem: string | null): void {
    if (problem === null || this.#logged.has(problem)) return;
    this.#logged.add(problem);
    this.#logger?.warn(`Web Scraper Cloud gave ${problem}; ignored, and not logged again`);
  }
}

function parsed(body: Buffer, rateLimit: RateLimitHeaders, what: string): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // Without its cause: that one quotes the answer.
    throw new ApiError('API_NOT_JSON', `Web Scraper Cloud's answer to ${what} is not JSON`, { rateLimit });
  }
}

/** A client for the API at `baseUrl`; `logger` is told once of rate-limit headers that are missing or nonsense. */
export function createWebScraperClient(options: {
  baseUrl: string;
  token: string;
  timeoutMs?: number;
  logger?: Pick<Logger, 'warn'>;
}): WebScraperClient {
  const http = outgoing({
    prefixUrl: options.baseUrl,
    searchParams: { api_token: options.token },
    timeout: { request: options.timeoutMs ?? CALL_TIMEOUT_MS },
  });
  const to = { at: new URL(options.baseUrl).host, setting: 'WEBSCRAPER_API_URL' };
  const caller = new Caller(http, to, options.logger);
  return {
    async connect(signal) {
      return OpenConnection.to(new URL(options.baseUrl), signal).catch((error: unknown) => {
        throw asApiError(error, 'a publish', to);
      });
    },
    async publish(request, go) {
      const json = {
        sitemap_id: request.sitemapId,
        driver: 'fulljs',
        page_load_delay: 2_000,
        request_interval: 2_000,
        start_urls: request.startUrls,
        custom_id: request.customId,
      };
      const agent = go === undefined ? {} : { agent: go.connection.agents(go.latestMs) };
      const answer = await caller.data('scraping-job', { method: 'POST', json, ...agent }, 'a publish');
      const id = numberIn(fieldsOf(answer.value)['id']);
      if (id !== null) return { ...answer, value: id };
      const text = "Web Scraper Cloud's answer to a publish holds no job id";
      throw new ApiError('API_NOT_JSON', text, { rateLimit: answer.rateLimit });
    },
    async job(id) {
      const answer = await caller.data(`scraping-job/${id}`, {}, `a question after job ${id}`);
      const job = scrapingJob(answer.value);
      if (job !== null) return { ...answer, value: job };
      const text = `Web Scraper Cloud's answer to a question after job ${id} holds no job`;
      throw new ApiError('API_NOT_JSON', text, { rateLimit: answer.rateLimit });
    },
    async jobs(page) {
      const answer = await caller.fields('scraping-jobs', { searchParams: { page } }, 'a list of jobs');
      const { data, last_page: last } = answer.value;
      const jobs = (Array.isArray(data) ? data : []).flatMap((job) => scrapingJob(job) ?? []);
      return { ...answer, value: { jobs, lastPage: numberIn(last) ?? page } };
    },
    csv(id) {
      return caller.bytes(`scraping-job/${id}/csv`, {}, `the download of job ${id}`);
    },
    async problematicUrls(id) {
      const path = `scraping-job/${id}/problematic-urls`;
      const answer = await caller.data(path, {}, `the problematic URLs of job ${id}`);
      return { ...answer, value: problematicUrls(answer.value) };
    },
    async sitemap(id) {
      const answer = await caller.data(`sitemap/${id}`, {}, `a question after sitemap ${id}`);
      return { ...answer, value: textIn(fieldsOf(answer.value)['name']) ?? 'it has no name' };
    },
    async account() {
      const answer = await caller.data('account', {}, 'a question after the account');
      return { ...answer, value: numberIn(fieldsOf(answer.value)['page_credits']) };
    },
  };
}
