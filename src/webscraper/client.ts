import got, { HTTPError, type Got, type OptionsInit, RequestError, type Response, TimeoutError } from 'got';
import { errorMessage } from '../errors.ts';
import { ApiError, codeOfConnection, codeOfStatus } from './api-error.ts';
import { MAX_CSV_BYTES } from './csv.ts';
import { type RateLimitHeaders, readRateLimit } from './rate-limit-headers.ts';

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
}

/**
 * Web Scraper Cloud's API (https://webscraper.io/documentation/web-scraper-cloud/api). Every method is one call of
 * the account's budget, never tried again here, and throws {@link ApiError}.
 */
export interface WebScraperClient {
  /** The id of the job created. */
  publish(request: PublishRequest): Promise<Answered<number>>;
  job(id: number): Promise<Answered<ScrapingJob>>;
  csv(id: number): Promise<Answered<Buffer>>;
  problematicUrls(id: number): Promise<Answered<ProblematicUrl[]>>;
  /** Page credits left; null when the answer does not say. */
  account(): Promise<Answered<number | null>>;
}

/** A publish has 60 s: longer, and the answer counts as lost (design section 4). */
export const CALL_TIMEOUT_MS = 60_000;

/** got's errors hold the request's URL and with it the token: none of their texts is passed on unseen. */
function asApiError(error: unknown, what: string): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof HTTPError) {
    const { statusCode, headers } = error.response;
    const rateLimit = readRateLimit(headers, Date.now());
    const text = `Web Scraper Cloud answered ${statusCode} to ${what}`;
    return new ApiError(codeOfStatus(statusCode), text, { httpStatus: statusCode, rateLimit });
  }
  if (error instanceof TimeoutError) {
    const text = `Web Scraper Cloud did not answer ${what} in ${CALL_TIMEOUT_MS / 1_000} s`;
    return new ApiError('API_TIMEOUT', text);
  }
  const code = error instanceof RequestError ? error.code : '';
  const reason = code || errorMessage(error).replaceAll(/api_token=[^&\s]*/g, 'api_token=***');
  return new ApiError(
    codeOfConnection(code),
    `Web Scraper Cloud could not be reached for ${what}: ${reason}`,
  );
}

function numberIn(value: unknown): number | null {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : null;
}

const textIn = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function fieldsOf(data: unknown): Record<string, unknown> {
  return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
}

function scrapingJob(data: unknown): ScrapingJob {
  const fields = fieldsOf(data);
  return {
    id: numberIn(fields['id']) ?? 0,
    customId: textIn(fields['custom_id']),
    sitemapId: numberIn(fields['sitemap_id']),
    status: textIn(fields['status']) ?? 'unknown',
    storedRecordCount: numberIn(fields['stored_record_count']),
  };
}

function problematicUrls(data: unknown): ProblematicUrl[] {
  if (!Array.isArray(data)) return [];
  return data.map(fieldsOf).flatMap(({ url, type }) => {
    const text = textIn(url);
    return text === null ? [] : [{ url: text, type: textIn(type) ?? 'unknown' }];
  });
}

async function send(http: Got, path: string, options: OptionsInit, what: string): Promise<Response<Buffer>> {
  const tooLarge = new AbortController();
  try {
    const request = http(path, {
      ...options,
      isStream: false,
      resolveBodyOnly: false,
      responseType: 'buffer',
      signal: tooLarge.signal,
    });
    void request.on('downloadProgress', ({ transferred }) => {
      if (transferred > MAX_CSV_BYTES) tooLarge.abort();
    });
    return await request;
  } catch (error) {
    if (tooLarge.signal.aborted)
      throw new ApiError('API_REFUSED', `Web Scraper Cloud's answer to ${what} is over 64 MB`);
    throw asApiError(error, what);
  }
}

async function dataOf(
  http: Got,
  path: string,
  options: OptionsInit,
  what: string,
): Promise<Answered<unknown>> {
  const { rawBody, headers } = await send(http, path, options, what);
  const rateLimit = readRateLimit(headers, Date.now());
  try {
    const { success, data } = fieldsOf(JSON.parse(Buffer.from(rawBody).toString('utf8')));
    if (success === true && data !== undefined) return { value: data, rateLimit };
  } catch (error) {
    const text = `Web Scraper Cloud's answer to ${what} is not JSON`;
    throw new ApiError('API_NOT_JSON', text, { rateLimit, cause: error });
  }
  throw new ApiError('API_REFUSED', `Web Scraper Cloud refused ${what}`, { rateLimit });
}

/** A client for the API at `baseUrl`. */
export function createWebScraperClient(options: {
  baseUrl: string;
  token: string;
  timeoutMs?: number;
}): WebScraperClient {
  const http = got.extend({
    prefixUrl: options.baseUrl,
    searchParams: { api_token: options.token },
    retry: { limit: 0 },
    followRedirect: false,
    timeout: { request: options.timeoutMs ?? CALL_TIMEOUT_MS },
  });
  return {
    async publish(request) {
      const json = {
        sitemap_id: request.sitemapId,
        driver: 'fulljs',
        page_load_delay: 2_000,
        request_interval: 2_000,
        start_urls: request.startUrls,
        custom_id: request.customId,
      };
      const { value, rateLimit } = await dataOf(http, 'scraping-job', { method: 'POST', json }, 'a publish');
      const id = numberIn(fieldsOf(value)['id']);
      if (id !== null) return { value: id, rateLimit };
      const text = "Web Scraper Cloud's answer to a publish holds no job id";
      throw new ApiError('API_NOT_JSON', text, { rateLimit });
    },
    async job(id) {
      const answer = await dataOf(http, `scraping-job/${id}`, {}, `a question after job ${id}`);
      return { ...answer, value: scrapingJob(answer.value) };
    },
    async csv(id) {
      const { rawBody, headers } = await send(
        http,
        `scraping-job/${id}/csv`,
        {},
        `the download of job ${id}`,
      );
      return { value: Buffer.from(rawBody), rateLimit: readRateLimit(headers, Date.now()) };
    },
    async problematicUrls(id) {
      const path = `scraping-job/${id}/problematic-urls`;
      const answer = await dataOf(http, path, {}, `the problematic URLs of job ${id}`);
      return { ...answer, value: problematicUrls(answer.value) };
    },
    async account() {
      const answer = await dataOf(http, 'account', {}, 'a question after the account');
      return { ...answer, value: numberIn(fieldsOf(answer.value)['page_credits']) };
    },
  };
}
