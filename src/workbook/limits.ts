const MEBIBYTE = 1024 * 1024;

/** What a workbook may cost before it is refused with `WORKBOOK_TOO_LARGE`. */
export interface WorkbookLimits {
  /** Of the file itself. */
  maxFileBytes: number;
  maxParts: number;
  /** Of one part after unzipping. Excel's largest sheet with a few columns filled stays below half a gibibyte. */
  maxPartBytes: number;
  /** Of the texts kept from shared strings and cells, in characters. */
  maxTextLength: number;
  /** Unzipped to zipped, of one part: deflate's own bound is 1032, the emptiest formatted sheets reach 60. */
  maxRatio: number;
  /** The ratio is looked at from this size on; below it no part can do harm. */
  ratioFromBytes: number;
}

export const DEFAULT_LIMITS: Readonly<WorkbookLimits> = {
  maxFileBytes: 100 * MEBIBYTE,
  maxParts: 10_000,
  maxPartBytes: 1024 * MEBIBYTE,
  maxTextLength: 256 * MEBIBYTE,
  maxRatio: 250,
  ratioFromBytes: 64 * MEBIBYTE,
};
