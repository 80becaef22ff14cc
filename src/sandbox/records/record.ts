/** One row of a result: column name to text. */
export type ScrapedRecord = Record<string, string>;

/** How a sitemap spells the columns that every result begins with; null: it has none. */
export interface LeadingColumns {
  order: string;
  startUrl: string;
  timeScraped: string | null;
}

export const USUAL_COLUMNS: LeadingColumns = {
  order: 'web-scraper-order',
  startUrl: 'web-scraper-start-url',
  timeScraped: 'time-scraped',
};
