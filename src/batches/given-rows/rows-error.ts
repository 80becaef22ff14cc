import { TsuisekiError } from '../../errors.ts';

/** Rows that cannot be taken, whole or not at all; nothing was started. The message holds none of their cells. */
export class RowsError extends TsuisekiError<
  'ROWS_UNREADABLE' | 'ROWS_TOO_LARGE' | 'ROWS_EMPTY' | 'ROWS_ENCODING' | 'ROWS_MALFORMED'
> {}
