import { TsuisekiError } from '../errors.ts';

/** Web Scraper Cloud takes no answer in 10 s for a failure: until then something must be stored, or refused. */
export const STORE_TIMEOUT_MS = 8_000;

export class NoAnswer extends TsuisekiError<'NO_ANSWER'> {}

/** The promise's own end, or {@link NoAnswer} after that time; what it waited for goes on by itself. */
export async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new NoAnswer('NO_ANSWER', `no answer in ${timeoutMs / 1_000} s`)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
