import { setTimeout as delay } from 'node:timers/promises';
import { BenchError } from './part.ts';

/** Asks until the answer is not null; gives up after `timeoutMs`. */
export async function until<T>(
  what: string,
  timeoutMs: number,
  look: () => Promise<T | null>,
  everyMs = 100,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  while (true) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > end)
      throw new BenchError('BENCH_TIMEOUT', `${what}: not within ${Math.round(timeoutMs / 1_000)} s`);
    await delay(everyMs);
  }
}
