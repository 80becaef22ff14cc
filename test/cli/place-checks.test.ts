import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { apiClock, clocks, httpServer } from '../../src/cli/place-checks.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { testDatabase } from '../support/db/test-database.ts';

afterEach(() => vi.useRealTimers());

it.each([
  ['some seconds of a busy machine', 4_000, true, /^[34]\.\d s from the database's$/],
  [
    'a clock that is ahead',
    90_000,
    false,
    /^this machine's clock is (?:89|90)\.\d s ahead of the database's: let both /,
  ],
  [
    'a clock that is behind',
    -3_600_000,
    false,
    /^this machine's clock is (?:3599|3600)\.\d s behind the database's: /,
  ],
])('%s', async (_, askewMs, ok, details) => {
  const { database, drop } = await testDatabase();
  onTestFinished(drop);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + askewMs });
  const found = await clocks(database);
  vi.useRealTimers();
  expect(found).toEqual({ ok, details: expect.stringMatching(details) });
});

it('the clock is held against the API, where the database runs on this machine', () => {
  expect(apiClock(-4_000)).toEqual({ ok: true, details: "4.0 s from Web Scraper Cloud's" });
  expect(apiClock(90_000)).toEqual({
    ok: false,
    details:
      "this machine's clock is 90.0 s ahead of Web Scraper Cloud's: let it be set by NTP (timedatectl set-ntp true)",
  });
  expect(apiClock(null)).toMatchObject({ ok: true });
});

/** Something that answers every request so. */
async function listening(text: string): Promise<string> {
  const server = createServer((_request, response) => response.end(text));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return String((server.address() as AddressInfo).port);
}

it('our own HTTP server is told from another program on its port', async () => {
  const settings = (port: string) => readSettings({ HTTP_PORT: port, TSUISEKI_DATA_DIR: '/nowhere' });
  const ours = await listening('{"alive":true}');
  expect(await httpServer(settings(ours))).toEqual({
    ok: true,
    details: `answers at http://127.0.0.1:${ours}`,
  });
  const other = await listening('<h1>It works!</h1>');
  expect(await httpServer(settings(other))).toEqual({
    ok: false,
    details: `another program answers at http://127.0.0.1:${other}: set HTTP_PORT to another port, and start \`tsuiseki serve\` again`,
  });
});
