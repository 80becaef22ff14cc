import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { apiChecks } from '../../src/cli/api-checks.ts';
import { webdavCheck } from '../../src/cli/checks.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { testDatabase } from '../support/db/test-database.ts';
import type { TestDatabase } from '../support/db/test-database.ts';
import { closeRawServers } from '../support/files/cloud.ts';
import { fakeCloud } from '../support/files/fake-cloud.ts';

closeRawServers();
let test: TestDatabase;
let sandbox: Sandbox;
beforeAll(async () => {
  [test, sandbox] = await Promise.all([testDatabase(), startSandbox({ token: 'x' })]);
});
afterAll(async () => {
  await sandbox.close();
  await test.drop();
});

/** The API's checks by their names. */
async function api(env: NodeJS.ProcessEnv = {}) {
  const settings = readSettings({ WEBSCRAPER_API_URL: sandbox.url, WEBSCRAPER_API_TOKEN: 'x', ...env });
  const checks = await apiChecks(test.database, settings);
  return new Map(checks.map(({ check, ...rest }) => [check, rest]));
}

describe('a first installation', () => {
  it('whose sitemap is named for two tasks', async () => {
    expect((await api({ SITEMAP_IDS: 'owt=1423671' })).get('sitemap 1423671')).toEqual({
      ok: false,
      details: expect.stringMatching(
        /^yamato-tracking-only, for owt, yto: each task needs a sitemap of its own; set SITEMAP_IDS=owt=…,yto=…; /,
      ),
    });
  });

  it('whose sitemaps are mixed up', async () => {
    const checks = await api({ SITEMAP_IDS: 'owt=1423671,yto=4711' });
    expect(checks.get('sitemap 1423671')).toEqual({
      ok: false,
      details: expect.stringMatching(
        /^yamato-tracking-only, for owt: by its name it is the one of yto; set SITEMAP_IDS=owt=…; /,
      ),
    });
    expect(checks.get('sitemap 1421177')).toMatchObject({ ok: true });
  });

  it('whose clock is wrong together with its database', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
    onTestFinished(() => void vi.useRealTimers());
    expect((await api()).get('API clock')).toEqual({
      ok: false,
      details: expect.stringMatching(
        /^this machine's clock is (?:3599|3600)\.\d s behind Web Scraper Cloud's: let it be set by NTP /,
      ),
    });
  });

  it('whose clock is right, whatever its token', async () => {
    for (const token of ['x', 'wrong'])
      expect((await api({ WEBSCRAPER_API_TOKEN: token })).get('API clock')).toEqual({
        ok: true,
        details: expect.stringMatching(/^[01]\.\d s from Web Scraper Cloud's$/),
      });
  });

  it.each([
    [{ WEBDAV_URL: 'https://cloud.example/dav/' }, 'WEBDAV_USERNAME and WEBDAV_PASSWORD'],
    [{ WEBDAV_URL: 'https://cloud.example/dav/', WEBDAV_USERNAME: 'bot' }, 'WEBDAV_PASSWORD'],
    [{ WEBDAV_USERNAME: 'bot', WEBDAV_PASSWORD: 'secret' }, 'WEBDAV_URL'],
  ])('that has a part of WebDAV alone: %o', async (env, missing) => {
    expect(await webdavCheck(readSettings(env))).toEqual({
      check: 'WebDAV',
      ok: false,
      details: `is not used: set ${missing}, then start \`tsuiseki up\`, or \`serve\` and each worker, again`,
    });
  });

  it('whose WebDAV root is not there', async () => {
    const { login } = await fakeCloud();
    const webdav = (url: string) =>
      webdavCheck(
        readSettings({
          WEBDAV_URL: url,
          WEBDAV_USERNAME: login.username,
          WEBDAV_PASSWORD: login.password,
        }),
      );
    expect(await webdav(login.url)).toMatchObject({ ok: true, details: 'readable, without a file' });
    expect(await webdav(`${login.url}nowhere/`)).toEqual({
      check: 'WebDAV',
      ok: false,
      details:
        'WEBDAV_URL leads to no folder (404): set it to one, such as https://cloud.example/remote.php/dav/files/bot/',
    });
  });
});
