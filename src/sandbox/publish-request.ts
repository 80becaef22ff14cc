/** A scraping job as asked for, checked. */
export interface JobRequest {
  sitemapId: number;
  customId: string | null;
  startUrls: readonly string[];
  driver: string;
  pageLoadDelayMs: number;
  requestIntervalMs: number;
}

/** The vendor's limit. */
const MAX_START_URLS = 20_000;

/** Reads the body of `POST scraping-job`; a string says what is wrong with it. */
export function readJobRequest(body: unknown): JobRequest | string {
  if (typeof body !== 'object' || body === null) return 'The body must be a JSON object';
  const fields = body as Record<string, unknown>;
  const sitemapId = Number(fields['sitemap_id']);
  if (!Number.isSafeInteger(sitemapId) || sitemapId < 1) return 'The sitemap_id field must be a sitemap id';
  const driver = fields['driver'] ?? 'fast';
  if (driver !== 'fast' && driver !== 'fulljs') return 'The driver field must be fast or fulljs';
  const pageLoadDelayMs = readDelay(fields['page_load_delay']);
  if (pageLoadDelayMs === null) return 'The page_load_delay field must be a number of milliseconds';
  const requestIntervalMs = readDelay(fields['request_interval']);
  if (requestIntervalMs === null) return 'The request_interval field must be a number of milliseconds';
  const customId = fields['custom_id'] ?? null;
  if (customId !== null && (typeof customId !== 'string' || customId.length > 255)) {
    return 'The custom_id field must be a string of at most 255 characters';
  }
  const startUrls = readStartUrls(fields['start_urls'] ?? []);
  if (typeof startUrls === 'string') return startUrls;
  return { sitemapId, customId, startUrls, driver, pageLoadDelayMs, requestIntervalMs };
}

function readDelay(value: unknown): number | null {
  const delayMs = Number(value ?? 2000);
  return Number.isFinite(delayMs) && delayMs >= 0 ? delayMs : null;
}

function readStartUrls(value: unknown): string[] | string {
  if (!Array.isArray(value)) return 'The start_urls field must be a list of URLs';
  if (value.length > MAX_START_URLS) return `The start_urls field takes at most ${MAX_START_URLS} URLs`;
  const urls: string[] = [];
  for (const [index, url] of value.entries()) {
    if (typeof url !== 'string' || !/^https?:\/\//i.test(url) || !URL.canParse(url)) {
      return `The start_urls.${index} field must be a URL`;
    }
    urls.push(url);
  }
  return urls;
}
