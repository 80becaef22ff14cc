/** What an answer says of the account's limit; null: it does not say, or not sensibly. */
export interface RateLimitHeaders {
  /** `X-RateLimit-Limit` and `X-RateLimit-Remaining`. */
  budget: { limit: number; remaining: number } | null;
  /** `Retry-After` (seconds), else `X-RateLimit-Reset` (unix seconds), as a delay. */
  retryAfterMs: number | null;
}

/** Longer waits than a day are nonsense: the API's window is 15 minutes. */
const MAX_RETRY_AFTER_MS = 86_400_000;

function wholeNumber(text: string | string[] | undefined): number | null {
  return typeof text === 'string' && /^\d{1,15}$/.test(text.trim()) ? Number(text) : null;
}

/** Reads the headers of https://webscraper.io/documentation/web-scraper-cloud/api, "Rate limits". */
export function readRateLimit(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  nowMs: number,
): RateLimitHeaders {
  const limit = wholeNumber(headers['x-ratelimit-limit']);
  const remaining = wholeNumber(headers['x-ratelimit-remaining']);
  const sensible = limit !== null && limit > 0 && remaining !== null && remaining <= limit;
  const seconds = wholeNumber(headers['retry-after']);
  const reset = wholeNumber(headers['x-ratelimit-reset']);
  const delaysMs = [seconds === null ? -1 : seconds * 1_000, reset === null ? -1 : reset * 1_000 - nowMs];
  return {
    budget: sensible ? { limit, remaining } : null,
    retryAfterMs: delaysMs.find((delayMs) => delayMs >= 0 && delayMs <= MAX_RETRY_AFTER_MS) ?? null,
  };
}

/** What is missing or makes no sense in an answer's headers, for a log; null: nothing that this answer owes. */
export function rateLimitProblem(
  { budget, retryAfterMs }: RateLimitHeaders,
  httpStatus: number,
): string | null {
  if (httpStatus === 429)
    return retryAfterMs === null ? 'a 429 without a sensible Retry-After or X-RateLimit-Reset' : null;
  return httpStatus < 300 && budget === null
    ? 'an answer without a sensible X-RateLimit-Limit and X-RateLimit-Remaining'
    : null;
}
