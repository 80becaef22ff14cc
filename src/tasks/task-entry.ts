import type { ResultParser } from './result.ts';

/**
 * `yamato`: 12 digits; `japan_post`: 11–12 digits or S10 international; `twelve_digits`: whatever else the cell
 * holds, its digits are kept and must be 12.
 */
export type NumberShape = 'yamato' | 'japan_post' | 'twelve_digits';

/** All that a task is, but for its name. */
export interface TaskEntry<Name extends string = string> {
  /** A workbook belongs to the task when its path contains this and its base name starts with `filePrefix`. */
  folderKeyword: string | null;
  filePrefix: string | null;
  customIdPrefix: string;
  /** The present account's sitemap; `SITEMAP_IDS` overrides it. Null: its numbers are asked of the carrier directly. */
  sitemapId: number | null;
  /**
   * Fills the URL of a row that holds a tracking number; null: the URL comes from the workbook. It may hold
   * `{tracking_number}`, or `{tracking_number_1}` … `{tracking_number_10}` (unused ones become empty), and
   * `{random:1-173}` for a whole number between the two.
   */
  urlTemplate: string | null;
  /** What a tracking number of this task's rows looks like; null: its rows hold none. */
  numberShape: NumberShape | null;
  /** How many numbers one start URL asks for. */
  numbersPerUrl: 1 | 10;
  /** Where a job goes whose records all lack a `Discriminant` (domain section 5). */
  redirectsTo: Name | null;
  /** The columns its records are read by: a CSV with none of them is not this task's. */
  resultColumns: readonly string[];
  parse: ResultParser;
}
