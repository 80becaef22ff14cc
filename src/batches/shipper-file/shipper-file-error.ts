import { TsuisekiError } from '../../errors.ts';

/** A file that cannot be taken: nothing of it is kept. The message holds none of its cells but its header's. */
export class ShipperFileError extends TsuisekiError<
  'FILE_TOO_LARGE' | 'FILE_EMPTY' | 'FILE_ENCODING' | 'FILE_COLUMNS' | 'FILE_NO_EVENTS' | 'FILE_UNREADABLE'
> {}
