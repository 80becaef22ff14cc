import type { Response } from 'got';
import { outgoing, wholeAnswer } from '../../outbound/request.ts';
import { yamatoAgents } from './agents.ts';
import { decodePage } from './charset.ts';
import { asYamatoError, hasNoCipherInCommon } from './connection-error.ts';
import type { otherPage } from './other-page.ts';
import type { YamatoParcel } from './types.ts';
import { YamatoError } from './yamato-error.ts';

/** The form has ten slots (domain section 6). */
export const MAX_NUMBERS = 10;

/** A page of ten with full histories has 60–200 KB: what is larger by far is none. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

export interface YamatoAnswer {
  /** One a number, in the order asked. */
  parcels: YamatoParcel[];
  /** When the answer was there: dates without a year are held against this. */
  answeredAt: Date;
  tookMs: number;
}

/** Yamato's own tracking form (domain section 6), asked directly. */
export interface YamatoClient {
  /**
   * Asks for up to ten distinct numbers (digits only) in one request, which is never made again here: pauses and
   * further attempts are the caller's.
   *
   * @throws {YamatoError} none of the numbers has a result then
   * @throws {RangeError} no number, more than ten, one twice, or one that is not digits only
   */
  ask(numbers: readonly string[]): Promise<YamatoAnswer>;
  /** Ends the kept connections. */
  close(): void;
}

/**
 * A client for the form at `url`. One connection is kept between requests. The TLS ciphers are Node's; a server that
 * accepts none of them is asked with the older RSA suites too, from then on at once. Certificate and host name are
 * verified always.
 */
export function createYamatoClient(options: {
  url: string;
  timeoutMs?: number;
  /** Trusted instead of the authorities that Node knows, in PEM. */
  ca?: string;
}): YamatoClient {
  const { url, timeoutMs = 10_000, ca } = options;
  const { host } = new URL(url);
  const http = outgoing({
    method: 'POST',
    headers: { accept: 'text/html' },
    timeout: { request: timeoutMs },
  });
  const agents = yamatoAgents(ca);
  let widened = false;

  async function sendBy(older: boolean, form: Record<string, string>): Promise<Response<Buffer>> {
    const agent = { http: agents.http, https: older ? agents.widened : agents.https };
    const response = await wholeAnswer(http, url, { agent, form, maxBytes: MAX_PAGE_BYTES });
    if (response !== null) return response;
    const megabytes = MAX_PAGE_BYTES / 1024 / 1024;
    throw new YamatoError(
      'YAMATO_TOO_LARGE',
      `the answer of ${host} is over ${megabytes} MB: that is not Yamato's page`,
    );
  }
  async function send(form: Record<string, string>): Promise<Response<Buffer>> {
    if (widened) return sendBy(true, form);
    try {
      return await sendBy(false, form);
    } catch (error) {
      if (!hasNoCipherInCommon(error)) throw error;
      const response = await sendBy(true, form);
      widened = true;
      return response;
    }
  }
  return {
    async ask(numbers) {
      const form = formOf(numbers);
      // What reads HTML takes a fifth of a worker's start, and all workers but Yamato's never ask.
      const [{ parseYamatoPage }, { otherPage }] = await Promise.all([
        import('./page.ts'),
        import('./other-page.ts'),
      ]);
      const startedMs = performance.now();
      const response = await send(form).catch((error: unknown) => {
        throw error instanceof YamatoError ? error : asYamatoError(error, host);
      });
      const tookMs = performance.now() - startedMs;
      const answeredAt = new Date();
      const html = decodePage(response.rawBody, response.headers['content-type']);
      if (response.statusCode !== 200)
        throw refusal(response.statusCode, { html, host, other: otherPage(html) });
      return { parcels: parseYamatoPage(html, numbers, answeredAt), answeredAt, tookMs };
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

function formOf(numbers: readonly string[]): Record<string, string> {
  const isGood = numbers.length > 0 && numbers.length <= MAX_NUMBERS;
  if (!isGood || new Set(numbers).size < numbers.length || !numbers.every((each) => /^\d+$/.test(each))) {
    throw new RangeError(`one to ${MAX_NUMBERS} distinct numbers of digits only can be asked at once`);
  }
  const slots = Array.from({ length: MAX_NUMBERS }, (_, index) => [
    `number${String(index + 1).padStart(2, '0')}`,
    numbers[index] ?? '',
  ]);
  // number00=1: with details. category=0 is what the page's own button sends.
  return { number00: '1', ...Object.fromEntries(slots), category: '0' };
}

function refusal(
  status: number,
  { html: page, host, other }: { html: string; host: string; other: ReturnType<typeof otherPage> },
): YamatoError {
  if (other !== null) return new YamatoError(other.code, `${other.message} (status ${status})`, { page });
  if (status >= 400 && status < 500) {
    const text = `${host} refused the question with status ${status}: it may want longer pauses, look at the kept page`;
    return new YamatoError('YAMATO_REFUSED', text, { page });
  }
  const what = status >= 300 && status < 400 ? 'a redirect, which is not followed' : 'a server in trouble';
  return new YamatoError('YAMATO_UNAVAILABLE', `${host} answered ${status}, ${what}: ask later`, { page });
}
