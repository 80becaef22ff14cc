import type { TrackingStatus } from '../carriers/status.ts';

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
