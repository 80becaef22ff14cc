import type { ParcelHints } from '../parcels/parcel.ts';
import type { ScrapedTask } from '../sitemaps.ts';
import {
  JAPAN_POST_COLUMNS,
  japanPostRecords,
  REDIRECTED_COLUMNS,
  redirectedRecords,
  TEN_IN_ONE_COLUMNS,
  tenInOneRecords,
  YAMATO_COLUMNS,
  yamatoRecords,
} from './carrier-records.ts';
import {
  ORDER_ONLY_COLUMNS,
  ORDER_WITH_CARRIER_COLUMNS,
  orderOnlyRecords,
  orderWithCarrierRecords,
} from './order-records.ts';
import { numbersIn } from './numbers.ts';
import type { LeadingColumns, ScrapedRecord } from './record.ts';
import { USUAL_COLUMNS } from './record.ts';

/** The columns of a task's result and what its rows are. */
export interface ResultShape {
  leading: LeadingColumns;
  columns: readonly string[];
  /** What hints are asked for: the start URL itself, or each number where it asks for ten. */
  subjects(url: string): string[];
  /** One start URL's rows in the page's order, without the leading columns. */
  records(url: string, hintsOf: HintsOf, dayStartMs: number): ScrapedRecord[];
}

/** The hints for one subject. */
export type HintsOf = (subject: string) => ParcelHints;

const itself = (url: string): string[] => [url];

/** One shape a task; the spellings of the leading columns differ as they do between real sitemaps. */
export const RESULT_SHAPES: Readonly<Record<ScrapedTask, ResultShape>> = {
  official_website_redirect_to_yamato_tracking: {
    leading: USUAL_COLUMNS,
    columns: ORDER_WITH_CARRIER_COLUMNS,
    subjects: itself,
    records: (url, hintsOf, dayStartMs) => orderWithCarrierRecords(url, hintsOf(url), dayStartMs),
  },
  official_website_tracking: {
    leading: USUAL_COLUMNS,
    columns: ORDER_ONLY_COLUMNS,
    subjects: itself,
    records: (url, _hintsOf, dayStartMs) => orderOnlyRecords(url, dayStartMs),
  },
  yamato_tracking_only: {
    leading: {
      order: 'web_scraper_order',
      startUrl: 'web_scraper_start_url',
      timeScraped: 'time-scraped',
    },
    columns: YAMATO_COLUMNS,
    subjects: itself,
    records: (url, hintsOf, dayStartMs) => yamatoRecords(url, hintsOf(url), dayStartMs),
  },
  japan_post_tracking_only: {
    leading: { ...USUAL_COLUMNS, timeScraped: null },
    columns: JAPAN_POST_COLUMNS,
    subjects: itself,
    records: (url, hintsOf, dayStartMs) => japanPostRecords(url, hintsOf(url), dayStartMs),
  },
  japan_post_tracking_10: {
    leading: { order: 'web_scraper_order', startUrl: 'web_start_url', timeScraped: 'time-scraped' },
    columns: TEN_IN_ONE_COLUMNS,
    subjects: numbersIn,
    records: tenInOneRecords,
  },
  redirect_to_japan_post_tracking: {
    leading: USUAL_COLUMNS,
    columns: REDIRECTED_COLUMNS,
    subjects: itself,
    records: (url, hintsOf, dayStartMs) => redirectedRecords(url, hintsOf(url), dayStartMs),
  },
};
