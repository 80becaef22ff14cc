import type { ResultParser } from './result.ts';

/** Carriers that are asked directly. */
export type Carrier = 'yamato';

/** A scraping job is published for some start URLs; its CSV holds their results. */
export interface WebscraperLookup<TaskName extends string = string> {
  by: 'webscraper';
  /** The present account's sitemap; `SITEMAP_IDS` overrides it. */
  sitemapId: number;
  /**
   * Fills the URL of a row that holds a tracking number; null: the URL comes from the workbook. It may hold
   * `{tracking_number}`, or `{tracking_number_1}` … `{tracking_number_10}` (unused ones become empty), and
   * `{random:1-173}` for a whole number between the two.
   */
  urlTemplate: string | null;
  /** How many numbers one start URL asks for. */
  numbersPerUrl: 1 | 10;
  /** Where a job goes whose records all lack a `Discriminant` (domain section 5). */
  redirectsTo: TaskName | null;
  /** The columns its records are read by: a CSV with none of them is not this task's. */
  resultColumns: readonly string[];
  parse: ResultParser;
}

/** The carrier itself is asked for some numbers at once. */
export interface CarrierLookup {
  by: 'carrier';
  carrier: Carrier;
  numbersPerRequest: number;
}

/** How a task's rows get their results. */
export type Lookup<TaskName extends string = string> = WebscraperLookup<TaskName> | CarrierLookup;
