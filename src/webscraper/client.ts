import got, { HTTPError, type Got, type OptionsInit, RequestError, type Response, TimeoutError } from 'got';
import { errorMessage } from '../errors.ts';
import { ApiError, codeOfStatus } from './api-error.ts';

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

/** Web Scraper Cloud's API. Every method is one call to it and throws {@link ApiError}. */
export interface WebScraperClient {
  /** The id of the job created. */
  publish(request: PublishRequest, signal?: AbortSignal): Promise<number>;
  job(id: number): Promise<ScrapingJob>;
  csv(id: number): Promise<Buffer>;
}

/** A publish has 60 s: longer, and the answer counts as lost (design section 4). */
export const CALL_TIMEOUT_MS = 60_000;

interface Answer {
  success?: boolean;
  data?: Record<string, unknown>;
  error?: unknown;
}

function retryAfterMs(response: Response, nowMs: number): number | null {
  const seconds = Number(response.headers['retry-after']);
  if (Number.isFinite(seconds) && seconds >= 0 && response.headers['retry-after'] !== undefined)
    return seconds * 1_000;
  const reset = Number(response.headers['x-ratelimit-reset']);
  return Number.isFinite(reset) && reset > 0 ? Math.max(0, reset * 1_000 - nowMs) : null;
}

/** got's errors hold the request's URL and with it the token: none of their texts is passed on unseen. */
function asApiError(error: unknown, what: string): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof HTTPError) {
    const { statusCode } = error.response;
    const code = codeOfStatus(statusCode);
    return new ApiError(code, `Web Scraper Cloud answered ${statusCode} to ${what}`, {
      httpStatus: statusCode,
      retryAfterMs: code === 'API_RATE_LIMITED' ? retryAfterMs(error.response, Date.now()) : null,
    });
  }
  if (error instanceof TimeoutError)
    return new ApiError(
      'API_TIMEOUT',
      `Web Scraper Cloud did not answer ${what} in ${CALL_TIMEOUT_MS / 1_000} s`,
    );
  const reason =
    error instanceof RequestError ? error.code : errorMessage(error).replaceAll(/api_token=[^&\s]*/g, '');
  return new ApiError('API_UNREACHABLE', `Web Scraper Cloud could not be reached for ${what}: ${reason}`);
}

function numberIn(value: unknown): number | null {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : null;
}

function scrapingJob(data: Record<string, unknown>): ScrapingJob {
  const customId = data['custom_id'];
  return {
    id: numberIn(data['id']) ?? 0,
    customId: typeof customId === 'string' ? customId : null,
    sitemapId: numberIn(data['sitemap_id']),
    status: String(data['status']),
    storedRecordCount: numberIn(data['stored_record_count']),
  };
}

async function dataOf(
  http: Got,
  path: string,
  options: OptionsInit,
  what: string,
): Promise<Record<string, unknown>> {
  let answer: Answer;
  try {
    const { body } = await http(path, {
      ...options,
      isStream: false,
      resolveBodyOnly: false,
      responseType: 'text',
    });
    answer = JSON.parse(body) as Answer;
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new ApiError('API_NOT_JSON', `Web Scraper Cloud's answer to ${what} is not JSON`);
    throw asApiError(error, what);
  }
  if (answer.success !== true || answer.data === undefined)
    throw new ApiError('API_REFUSED', `Web Scraper Cloud refused ${what}`);
  return answer.data;
}

/** A client for the API at `baseUrl` (https://webscraper.io/documentation/web-scraper-cloud/api). It never retries. */
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
    async publish(request, signal) {
      const data = await dataOf(
        http,
        'scraping-job',
        {
          method: 'POST',
          json: {
            sitemap_id: request.sitemapId,
            driver: 'fulljs',
            page_load_delay: 2_000,
            request_interval: 2_000,
            start_urls: request.startUrls,
            custom_id: request.customId,
          },
          ...(signal === undefined ? {} : { signal }),
        },
        'a publish',
      );
      const id = numberIn(data['id']);
      if (id === null)
        throw new ApiError('API_NOT_JSON', "Web Scraper Cloud's answer to a publish holds no job id");
      return id;
    },
    async job(id) {
      return scrapingJob(await dataOf(http, `scraping-job/${id}`, {}, `a question after job ${id}`));
    },
    async csv(id) {
      try {
        return await http(`scraping-job/${id}/csv`).buffer();
      } catch (error) {
        throw asApiError(error, `the download of job ${id}`);
      }
    },
  };
}
