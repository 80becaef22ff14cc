import got from 'got';
import { afterEach, expect, it, vi } from 'vitest';
import { askewWhile } from '../../src/cli/answer-dates.ts';
import { recordingServer } from '../support/http/recording-server.ts';

afterEach(() => vi.useRealTimers());

const NOW_MS = Date.parse('2026-11-29T10:00:00.900Z');

/** What is found where that date came, and the answer took so long. */
async function askew(date: string, tookMs = 0): Promise<number | null> {
  const server = await recordingServer(() => {
    vi.setSystemTime(NOW_MS + tookMs);
    return { headers: { date } };
  });
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  const { value, askewMs } = await askewWhile(new URL(server.url).host, () => got(server.url).buffer());
  expect(value).toHaveLength(0);
  return askewMs;
}

it.each([
  ['a date of the same second', 'Sun, 29 Nov 2026 10:00:00 GMT', 0, 0],
  ['a date of the second before: it may have been its last moment', 'Sun, 29 Nov 2026 10:00:00 GMT', 90, 0],
  ['an answer that took long', 'Sun, 29 Nov 2026 10:00:30 GMT', 30_000, 0],
  ['a clock that is ahead', 'Sun, 29 Nov 2026 09:59:00 GMT', 0, 59_900],
  ['a clock that is behind', 'Sun, 29 Nov 2026 10:01:00 GMT', 0, -59_100],
  ['an answer whose date is none', 'yesterday', 0, null],
])('%s', async (_, date, tookMs, expected) => {
  expect(await askew(date, tookMs)).toBe(expected);
});

it('what another host answers says nothing of this one', async () => {
  const other = await recordingServer(() => ({ headers: { date: 'Sun, 29 Nov 2020 10:00:00 GMT' } }));
  expect((await askewWhile('api.example', () => got(other.url).buffer())).askewMs).toBeNull();
});
