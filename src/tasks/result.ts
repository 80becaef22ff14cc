import type { ParcelHistory } from '../carriers/history.ts';
import type { Judgement } from '../carriers/judge-history.ts';
import type { LearntTexts } from '../carriers/text-meaning.ts';

/** One record of a result CSV: column name to text; `nan`, `None` and `null` have become ''. */
export type CsvRecord = Readonly<Record<string, string>>;

/** What a lookup said of one row, and what its whole history means. */
export interface RowResult extends Judgement {
  /** The text for the result column (interface section 5). */
  text: string;
  trackingNumber: string | null;
  /** The shop's, where its page was read. */
  orderNumber: string | null;
  /** The last state as the carrier wrote it; null when the task has dates only. */
  statusText: string | null;
  history: ParcelHistory;
}

/**
 * Finds one row's result among the records that came back for its start URL; null when they hold none of the
 * task's fields. `scrapedAt` settles dates that carry no year; `learnt` is what people said of texts.
 */
export type ResultParser = (
  records: readonly CsvRecord[],
  row: { trackingNumber: string | null },
  scrapedAt: Date,
  learnt?: LearntTexts,
) => RowResult | null;
