import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { closeFileServer, lookNow } from '../../../src/db/file-servers.ts';
import { openWebDav } from '../../../src/files/open-files.ts';
import type { WebDavFiles } from '../../../src/files/webdav/webdav-files.ts';
import { testDatabase } from '../../support/db/test-database.ts';
import type { TestDatabase } from '../../support/db/test-database.ts';
import { closeRawServers } from '../../support/files/cloud.ts';
import { fakeCloud } from '../../support/files/fake-cloud.ts';

closeRawServers();
let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterEach(() => test.database.sql`truncate file_servers`);
afterAll(() => test.drop());

const PATH = 'webdav:/a.xlsx';
type Cloud = Awaited<ReturnType<typeof fakeCloud>>;

/** A server with one file, and who uses it: each as if in a process of its own. */
async function shared() {
  const cloud = await fakeCloud();
  cloud.files.set('a.xlsx', Buffer.from('x'));
  return { cloud, user: (password?: string) => userOf(cloud, password) };
}

function userOf({ login }: Cloud, password = login.password): WebDavFiles {
  const { url: webdavUrl, username: webdavUsername } = login;
  const files = openWebDav({ webdavUrl, webdavUsername, webdavPassword: password }, test.database);
  if (files === null) throw new TypeError('not configured');
  return files;
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'went',
    (error: unknown) => (error as { code: string }).code,
  );
const walked = (files: WebDavFiles) => files.walk()[Symbol.asyncIterator]().next();
const due = () => test.database.sql`update file_servers set look_at = now()`;
const longAgo = () => test.database.sql`update file_servers set looked_at = now() - interval '1 minute'`;
const heldFor = async () => {
  const [row] = await test.database.sql<{ minutes: number | null }[]>`
    select round(extract(epoch from look_at - clock_timestamp()) / 60)::int as minutes from file_servers`;
  return row?.minutes ?? null;
};

describe('a 401 of the file server', () => {
  it('holds its use for everybody: no other request goes out', async () => {
    const { cloud, user } = await shared();
    cloud.refuse = () => ({ status: 401 });
    const [first, second] = [user(), user()];
    await expect(first.stat(PATH)).rejects.toMatchObject({
      code: 'FILE_LOGIN_HELD',
      message: expect.stringMatching(
        new RegExp(
          `^webdav:/a\\.xlsx cannot be reached: ${cloud.origin} refused the login \\(401\\), and is asked again for everybody at \\d\\d:\\d\\d:\\d\\d UTC; check WEBDAV_USERNAME and WEBDAV_PASSWORD, then \`tsuiseki resume\` any batch$`,
        ),
      ),
    });
    expect(await heldFor()).toBe(30);
    const works = [
      first.stat(PATH),
      second.stat(PATH),
      second.download(PATH, '/dev/null'),
      second.replace(PATH, '/dev/null', { etag: '"1"' }),
      walked(second),
    ];
    expect(await Promise.all(works.map((work) => codeOf(work)))).toEqual(works.map(() => 'FILE_LOGIN_HELD'));
    expect(cloud.requests).toHaveLength(1);
  });

  it('is told alike by who met it and by all others', async () => {
    const { cloud, user } = await shared();
    cloud.refuse = () => ({ status: 401 });
    const messages: unknown[] = [];
    for (const files of [user(), user()])
      await files.stat(PATH).catch((error: unknown) => messages.push((error as Error).message));
    expect(new Set(messages).size).toBe(1);
  });

  it('is looked at again after half an hour by one alone; still refused, it stays', async () => {
    const { cloud, user } = await shared();
    cloud.refuse = () => ({ status: 401 });
    await codeOf(user().stat(PATH));
    await due();
    const works = Array.from({ length: 8 }, () => codeOf(user().stat(PATH)));
    expect(new Set(await Promise.all(works))).toEqual(new Set(['FILE_LOGIN_HELD']));
    expect(cloud.requests).toHaveLength(2);
    expect(await heldFor()).toBe(30);
  });

  it('that is over, one look opens it for everybody', async () => {
    const { cloud, user } = await shared();
    cloud.refuse = () => ({ status: 401 });
    await codeOf(user().stat(PATH));
    await due();
    cloud.refuse = () => null;
    expect(await codeOf(user().stat(PATH))).toBe('went');
    expect(await codeOf(user().stat(PATH))).toBe('went');
    expect(await heldFor()).toBeNull();
  });

  it('is over as well where the look finds its file gone', async () => {
    const { cloud, user } = await shared();
    cloud.refuse = () => ({ status: 401 });
    await codeOf(user().stat(PATH));
    await due();
    cloud.refuse = () => ({ status: 404 });
    expect(await codeOf(user().stat(PATH))).toBe('FILE_NOT_FOUND');
    expect(await heldFor()).toBeNull();
  });

  it.each([302, 429, 500, 502, 503])('is not shown to be over by %i', async (status) => {
    const { cloud, user } = await shared();
    cloud.refuse = () => ({ status: 401 });
    await codeOf(user().stat(PATH));
    await due();
    cloud.refuse = () => ({ status });
    expect(await codeOf(user().stat(PATH))).toBe('FILE_UNAVAILABLE');
    expect(await heldFor()).toBe(30);
  });

  it('is of one login: another password is tried', async () => {
    const { cloud, user } = await shared();
    cloud.refuse = () => ({ status: 401 });
    await codeOf(user('wrong').stat(PATH));
    cloud.refuse = () => null;
    expect(await codeOf(user('wrong').stat(PATH))).toBe('FILE_LOGIN_HELD');
    expect(await codeOf(user().stat(PATH))).toBe('went');
    const rows = await test.database.sql`select * from file_servers`;
    expect(JSON.stringify(rows)).not.toMatch(/wrong|bot|127\.0\.0\.1/);
  });

  it('a person’s resume has it looked at once for all, however many are resumed', async () => {
    const { cloud, user } = await shared();
    cloud.refuse = () => ({ status: 401 });
    await codeOf(user().stat(PATH));
    await longAgo();
    await lookNow(test.database.db);
    expect(await codeOf(user().stat(PATH))).toBe('FILE_LOGIN_HELD');
    expect(cloud.requests).toHaveLength(2);
    // Right after it nobody is let through, whoever resumes.
    for (let resumed = 0; resumed < 3; resumed += 1) {
      await lookNow(test.database.db);
      expect(await codeOf(user().stat(PATH))).toBe('FILE_LOGIN_HELD');
    }
    expect(cloud.requests).toHaveLength(2);
    await longAgo();
    await lookNow(test.database.db);
    cloud.refuse = () => null;
    expect(await codeOf(user().stat(PATH))).toBe('went');
  });

  it('resume has nothing looked at that is not held', async () => {
    await lookNow(test.database.db);
    expect(await test.database.sql`select * from file_servers`).toEqual([]);
  });
});

describe('Retry-After', () => {
  const closedFor = async () => {
    const [row] = await test.database.sql<{ seconds: number }[]>`
      select round(extract(epoch from closed_until - clock_timestamp()))::int as seconds from file_servers`;
    return row?.seconds ?? null;
  };

  it.each([429, 503])('of %i is kept: nothing asks that server before', async (status) => {
    const { cloud, user } = await shared();
    cloud.refuse = () => ({ status, headers: { 'retry-after': '120' } });
    const told = {
      code: 'FILE_UNAVAILABLE',
      message: expect.stringMatching(
        new RegExp(
          `^webdav:/a\\.xlsx cannot be used now: ${cloud.origin} answered ${status}, and is left alone until \\d\\d:\\d\\d:\\d\\d UTC, as it asked$`,
        ),
      ),
    };
    await expect(user().stat(PATH)).rejects.toMatchObject(told);
    expect(await closedFor()).toBe(120);
    await expect(user().stat(PATH)).rejects.toMatchObject(told);
    expect(await codeOf(walked(user()))).toBe('FILE_UNAVAILABLE');
    expect(cloud.requests).toHaveLength(1);
    await test.database.sql`update file_servers set closed_until = now()`;
    cloud.refuse = () => null;
    expect(await codeOf(user().stat(PATH))).toBe('went');
  });

  it('of two answers that met, the later end holds', async () => {
    for (const seconds of [600, 5])
      await closeFileServer(test.database.db, 'a login', { forMs: seconds * 1_000, status: 503 });
    expect(await closedFor()).toBe(600);
  });

  it('of a look does not open what is held, and is kept as well', async () => {
    const { cloud, user } = await shared();
    cloud.refuse = () => ({ status: 401 });
    await codeOf(user().stat(PATH));
    await due();
    cloud.refuse = () => ({ status: 429, headers: { 'retry-after': '600' } });
    expect(await codeOf(user().stat(PATH))).toBe('FILE_UNAVAILABLE');
    await due();
    expect(await codeOf(user().stat(PATH))).toBe('FILE_UNAVAILABLE');
    expect(cloud.requests).toHaveLength(2);
  });

  it.each([503, 429])('that is missing from %i keeps nobody', async (status) => {
    const { cloud, user } = await shared();
    cloud.refuse = () => ({ status });
    await codeOf(user().stat(PATH));
    cloud.refuse = () => null;
    expect(await codeOf(user().stat(PATH))).toBe('went');
  });
});
