import { fieldOf } from './fields.ts';
import type { CsvRecord } from './result.ts';

/** The spellings of the start URL's column that sitemaps use (domain section 4). */
const START_URL_COLUMNS = ['web-scraper-start-url', 'web_scraper_start_url', 'web_start_url'] as const;

/** A job's records told apart. */
export interface SplitRecords {
  /** One list for each start URL asked about, in that order; empty where nothing came back. */
  byUrl: CsvRecord[][];
  /** Records of no start URL that was asked about. */
  unmatched: CsvRecord[];
}

/**
 * Tells a job's records apart by their start URL. All records of a job with a single URL are that URL's, whatever
 * they say. Otherwise a record goes to the URL spelled exactly so, else to those that differ in spelling alone:
 * scheme, case of the host, percent-encoding, a slash at the end, a fragment.
 */
export function splitRecords(records: readonly CsvRecord[], startUrls: readonly string[]): SplitRecords {
  if (startUrls.length === 1) return { byUrl: [[...records]], unmatched: [] };
  const byUrl: CsvRecord[][] = startUrls.map(() => []);
  const unmatched: CsvRecord[] = [];
  const exact = indexesBy(startUrls, (url) => url);
  const alike = indexesBy(startUrls, urlKey);
  for (const record of records) {
    const url = startUrlOf(record);
    const indexes = exact.get(url) ?? alike.get(urlKey(url)) ?? [];
    for (const index of indexes) byUrl[index]?.push(record);
    if (indexes.length === 0) unmatched.push(record);
  }
  return { byUrl, unmatched };
}

/** The start URL a record came from; '' when it does not say. */
export function startUrlOf(record: CsvRecord): string {
  return START_URL_COLUMNS.map((column) => fieldOf(record, column)).find((url) => url !== '') ?? '';
}

function indexesBy(urls: readonly string[], keyOf: (url: string) => string): Map<string, number[]> {
  const indexes = new Map<string, number[]>();
  for (const [index, url] of urls.entries()) {
    const key = keyOf(url);
    const list = indexes.get(key);
    if (list === undefined) indexes.set(key, [index]);
    else list.push(index);
  }
  return indexes;
}

/** Equal for URLs that differ in spelling alone. Not a URL any more: to compare, never to fetch. */
function urlKey(url: string): string {
  if (!URL.canParse(url)) return url;
  const { host, pathname, search } = new URL(url);
  return `${host}${decoded(pathname).replace(/\/+$/, '')}${decoded(search.replaceAll('+', ' '))}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
