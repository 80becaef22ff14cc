import type { TrackingStatus } from '../carriers/status.ts';
import type { RowContent } from '../workbook/types.ts';

export const TASK_NAMES = [
  'official_website_redirect_to_yamato_tracking',
  'official_website_tracking',
  'yamato_tracking_only',
  'japan_post_tracking_only',
  'japan_post_tracking_10',
  'redirect_to_japan_post_tracking',
  'yamato_tracking_10',
] as const;

export type TaskName = (typeof TASK_NAMES)[number];

/** One record of a result CSV: column name to text; `nan`, `None` and `null` have become ''. */
export type CsvRecord = Readonly<Record<string, string>>;

/** What a lookup said of one row. */
export interface RowResult {
  /** The text for the result column (interface section 5). */
  text: string;
  trackingNumber: string | null;
  status: TrackingStatus;
  /** As the carrier wrote it; null when the task has dates only. */
  statusText: string | null;
  /** When the last event happened: ISO 8601 with +09:00; null when the page gives no time. */
  eventAt: string | null;
}

/**
 * Finds one row's result among the records that came back for its start URL; null when they hold none of the
 * task's fields. `scrapedAt` settles dates that carry no year.
 */
export type ResultParser = (
  records: readonly CsvRecord[],
  row: { trackingNumber: string | null },
  scrapedAt: Date,
) => RowResult | null;

/**
 * `yamato`: 12 digits; `japan_post`: 11–12 digits or S10 international; `twelve_digits`: whatever else the cell
 * holds, its digits are kept and must be 12.
 */
export type NumberShape = 'yamato' | 'japan_post' | 'twelve_digits';

export interface TrackingTask {
  name: TaskName;
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
  redirectsTo: TaskName | null;
  /** The columns its records are read by: a CSV with none of them is not this task's. */
  resultColumns: readonly string[];
  parse: ResultParser;
}

/** What a row was understood as: something to look up, or invalid with the reason. */
export type RowReading =
  | { valid: true; url: string | null; trackingNumber: string | null; warnings: string[] }
  | { valid: false; error: string; warnings: string[] };

/** Reads one row for a task. `url` is null only where many rows share one (ten-in-one). */
export type UnderstandRow = (task: TrackingTask, row: RowContent) => RowReading;
