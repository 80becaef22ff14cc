import { errorMessage, TsuisekiError } from '../errors.ts';

/** Column letters of a task's input, e-mail and result cells; `A`, `B`, `C` unless configured. */
export interface WorkbookColumns {
  input: string;
  email: string;
  result: string;
  /** Where the state of each row is told to those who see only the workbook (`STATUS_COLUMN`); null: nowhere. */
  status: string | null;
}

/** What is done with workbooks that are signed or marked final (`SIGNED_WORKBOOKS`). */
export type SignedWorkbooks = 'warn' | 'refuse';

/** What makes a row itself, wherever it stands: a row is found again by this and its occurrence. */
export interface RowContent {
  /** The input cell's text, as a person sees it (a number without loss of digits); '' when empty. */
  input: string;
  /** The input cell's hyperlink target (relationship, location or HYPERLINK()), else null. */
  inputUrl: string | null;
  /** The e-mail cell's text; '' when empty. */
  email: string;
}

/** One row of the sheet from row 2 on that holds something in its input or e-mail cell. */
export interface WorkbookRow extends RowContent {
  /** The sheet's own row number. */
  row: number;
  /** How many rows of the same content stand above it: 0 for the first. */
  occurrence: number;
  /** The result cell's text; '' when empty. */
  result: string;
  resultIsFormula: boolean;
  /** The status cell's text; absent where it is empty, a formula, or there is no such column. */
  status?: string;
  /** What a person should know about how the row was understood. */
  warnings: string[];
}

export interface WorkbookContent {
  /** The name of the sheet that was read: the active one. */
  sheet: string;
  rows: WorkbookRow[];
  /** Of the sheet as a whole, e.g. a first row that looks like data. */
  warnings: string[];
}

/** What formulas that depend on a written cell get (`RECALCULATE`): `auto`, calculated on opening; `never`, nothing. */
export type Recalculate = 'auto' | 'never';

/** What is to be written into the row with this content: its result, its status, or both. */
export interface CellEdit extends RowContent {
  /** Comes back in the outcome; the caller's own id of the row. */
  id: string;
  occurrence: number;
  /** For the result cell; null: leave that cell alone. */
  text: string | null;
  /** For the status cell; null, or without a status column: leave that cell alone. */
  status: string | null;
  /** The status answers this word of a person: it goes over nothing else. Absent: over empty cells and texts of ours. */
  obeyed?: string;
  /** The text known to be ours in that cell; any other text there is a person's, unless it holds `｜｜｜`. */
  recorded: string | null;
  /** Overwrite a person's own text too (`--fresh`). A formula is left alone all the same. */
  fresh: boolean;
}

/**
 * `written`: the cell now holds the text; `same`: it held it already, or no text was asked for; `formula` and `person`:
 * left alone, since it is a formula or a person's own text; `gone`: no row of this content is left in the sheet.
 */
export interface CellOutcome {
  id: string;
  /** Of the result cell. */
  outcome: 'written' | 'same' | 'formula' | 'person' | 'gone';
  /** With `written`: what the result cell held before, '' when it was empty; else null. */
  before: string | null;
  /**
   * Of the status cell; `left`: a person's text, a formula or something else is in the way. Null: none was asked for, or
   * the row is gone.
   */
  status: 'written' | 'same' | 'left' | null;
  /** Where the row stands now; null when it is gone. */
  row: number | null;
  /** With `person`: what other than a text is in the way, e.g. merged cells that cover the cell. */
  note?: string;
}

export interface PatchReport {
  sheet: string;
  outcomes: CellOutcome[];
  /** What a person should know of what was written besides the cells. */
  notes: string[];
}

export type WorkbookErrorCode =
  | 'WORKBOOK_NOT_A_WORKBOOK'
  | 'WORKBOOK_ENCRYPTED'
  | 'WORKBOOK_DAMAGED'
  /** Sound, but made in a way that is not read or patched here. */
  | 'WORKBOOK_UNSUPPORTED'
  /** Signed or marked final, where `SIGNED_WORKBOOKS` refuses these. */
  | 'WORKBOOK_SIGNED'
  | 'WORKBOOK_NO_SHEET'
  | 'WORKBOOK_TOO_LARGE'
  | 'WORKBOOK_TIMEOUT'
  | 'WORKBOOK_CRASHED';

/** A workbook that cannot be read or patched; the original is untouched. */
export class WorkbookError extends TsuisekiError<WorkbookErrorCode> {
  constructor(code: WorkbookErrorCode, message: string, options?: { cause?: unknown }) {
    // It may name parts as a forger did: at any length, with line breaks.
    super(code, errorMessage(message), options);
  }
}
