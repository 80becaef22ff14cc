import { TsuisekiError } from '../../errors.ts';
import { withoutScripts } from './scripts.ts';

export type YamatoErrorCode =
  | 'YAMATO_TIMEOUT'
  /** No connection, one that broke before the answer, a redirect, or a server in trouble (5xx). */
  | 'YAMATO_UNAVAILABLE'
  /** No cipher in common, the older RSA suites included. */
  | 'YAMATO_TLS_HANDSHAKE'
  | 'YAMATO_TLS_CERTIFICATE'
  | 'YAMATO_TLS_HOST'
  /** 4xx. */
  | 'YAMATO_REFUSED'
  | 'YAMATO_CAPTCHA'
  | 'YAMATO_MAINTENANCE'
  | 'YAMATO_TOO_LARGE'
  | 'YAMATO_TRUNCATED'
  | 'YAMATO_FEWER_BOXES'
  /** The page is whole and not what it used to be: its markup changed, or it shows other numbers. */
  | 'YAMATO_UNREADABLE';

const BARRIERS: ReadonlySet<YamatoErrorCode> = new Set([
  'YAMATO_CAPTCHA',
  'YAMATO_REFUSED',
  'YAMATO_UNREADABLE',
]);

/** Characters of a page that are kept for inspection. */
const KEPT_PAGE_LENGTH = 64 * 1024;

/** Why Yamato's page gave no results; none of the numbers asked has one. */
export class YamatoError extends TsuisekiError<YamatoErrorCode> {
  readonly #page: string | null;

  constructor(
    code: YamatoErrorCode,
    message: string,
    details: { page?: string | null; cause?: unknown } = {},
  ) {
    super(code, message, 'cause' in details ? { cause: details.cause } : {});
    this.#page = details.page == null ? null : keptPage(details.page);
  }

  /** It is not this group's trouble: Yamato wants no questions, or its page is another. Asking on makes it worse. */
  get isBarrier(): boolean {
    return BARRIERS.has(this.code);
  }

  /**
   * The HTML that came, for inspection, at most 64 Ki characters; null when none came. A getter, so that no logger
   * writes it out with the error.
   */
  get page(): string | null {
    return this.#page;
  }
}

/** A long page goes without its scripts, so that its results are kept. */
function keptPage(html: string): string {
  return (html.length > KEPT_PAGE_LENGTH ? withoutScripts(html) : html).slice(0, KEPT_PAGE_LENGTH);
}
