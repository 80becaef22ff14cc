import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeRawServers } from '../support/files/cloud.ts';
import { fakeCloud } from '../support/files/fake-cloud.ts';
import { workplace } from '../support/cli/workplace.ts';
import { ownDatabase } from '../support/db/test-database.ts';

const place = workplace();
closeRawServers();
let own: Awaited<ReturnType<typeof ownDatabase>>;
beforeAll(async () => {
  own = await ownDatabase();
});
afterAll(async () => {
  await own.drop();
  place.remove();
});

it('a dry run with a login that was refused before says so without another request; so does doctor', async () => {
  const cloud = await fakeCloud();
  cloud.refuse = () => ({ status: 401 });
  const { url, username, password } = cloud.login;
  const env = {
    DATABASE_URL: own.url,
    WEBDAV_URL: url,
    WEBDAV_USERNAME: username,
    WEBDAV_PASSWORD: password,
  };
  const dryRun = () => place.run(['start', 'webdav:/official_website_tracking/OWT-1.xlsx', '--dry-run'], env);
  const first = await dryRun();
  expect(first).toMatchObject({ code: 1, err: expect.stringContaining('refused the login (401)') });
  expect(await dryRun()).toMatchObject({ code: 1, err: first.err });
  const { out } = await place.run(['doctor', '--json'], env);
  expect(JSON.parse(out)).toContainEqual({
    check: 'WebDAV',
    ok: false,
    details: expect.stringContaining('refused the login (401), and is asked again for everybody at'),
  });
  expect(cloud.requests).toHaveLength(1);
});
