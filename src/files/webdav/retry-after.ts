import type { IncomingHttpHeaders } from 'node:http';

/** Whatever a server says, it is asked again after so long: a mistake there must not stop us for days. */
const MAX_MS = 3_600_000;
/** RFC 9110, section 5.6.7, the present form and the two of before. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*,? /;

/**
 * For how long an answer asks to be left alone by its `Retry-After`, in seconds or as a date by the server's own clock
 * (RFC 9110, section 10.2.3): an hour at most. Null: it does not ask.
 */
export function retryAfterMs(
  { 'retry-after': text, date }: IncomingHttpHeaders,
  nowMs: number,
): number | null {
  const told = text?.trim() ?? '';
  if (/^\d{1,15}$/.test(told)) return positive(Number(told) * 1_000);
  if (!HTTP_DATE.test(told)) return null;
  const serverNowMs = Date.parse(date ?? '');
  return positive(Date.parse(told) - (Number.isNaN(serverNowMs) ? nowMs : serverNowMs));
}

const positive = (delayMs: number): number | null => (delayMs > 0 ? Math.min(delayMs, MAX_MS) : null);
