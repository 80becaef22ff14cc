import type { Reference } from './reference.ts';

/** What formulas of one wording read, as seen from the cell where it was met first. */
export interface FormulaReads {
  row: number;
  column: number;
  references: readonly Reference[];
  /** What it reads cannot be known before it is calculated: `INDIRECT`, `OFFSET`, a range made of functions. */
  anything: boolean;
}

export const READS_ANYTHING: FormulaReads = { row: 1, column: 1, references: [], anything: true };
