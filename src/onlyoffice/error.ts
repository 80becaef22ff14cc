import { TsuisekiError } from '../errors.ts';

/** `ONLYOFFICE_UNAVAILABLE`: it may answer later; `ONLYOFFICE_REFUSED`: not without somebody changing something. */
export class OnlyOfficeError extends TsuisekiError<'ONLYOFFICE_UNAVAILABLE' | 'ONLYOFFICE_REFUSED'> {}

/**
 * A callback that goes no further. `CALLBACK_UNSIGNED`: what it tells was not signed by the document server;
 * `CALLBACK_MALFORMED`: it asks for what it may not have.
 */
export class CallbackError extends TsuisekiError<'CALLBACK_UNSIGNED' | 'CALLBACK_MALFORMED'> {}
