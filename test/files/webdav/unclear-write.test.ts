import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { WebDavFiles } from '../../../src/files/webdav/webdav-files.ts';
import { closeRawServers, localFolder } from '../../support/files/cloud.ts';
import { fakeCloud } from '../../support/files/fake-cloud.ts';

const local = localFolder();
closeRawServers();
const PATH = 'webdav:/a.xlsx';

async function readToWrite() {
  const cloud = await fakeCloud();
  cloud.files.set('a.xlsx', Buffer.from('old'));
  const files = new WebDavFiles(cloud.login);
  await writeFile(local('new'), 'new');
  const { etag } = await files.stat(PATH);
  return { cloud, write: () => files.replace(PATH, local('new'), { etag }) };
}

it.each([500, 502, 503, 504])(
  'a write that is answered %i and was stored all the same is written',
  async (status) => {
    const { cloud, write } = await readToWrite();
    cloud.onPut = () => ({ status, stores: true });
    const written = await write();
    // Its lock may outlive it: written again, it would be refused (423).
    expect(cloud.asked('PUT')).toBe(1);
    expect(cloud.files.get('a.xlsx')?.toString()).toBe('new');
    const { etag } = await new WebDavFiles(cloud.login).stat(PATH);
    expect(written).toEqual({ etag });
  },
);

it('one whose connection is lost after the last byte as well', async () => {
  const { cloud, write } = await readToWrite();
  cloud.onPut = () => ({ status: 0, stores: true });
  expect(await write()).toEqual({ etag: expect.any(String) });
  expect(cloud.asked('PUT')).toBe(1);
});

it('one that was not stored fails with what it was answered', async () => {
  const { cloud, write } = await readToWrite();
  cloud.onPut = () => ({ status: 504, stores: false });
  await expect(write()).rejects.toMatchObject({
    code: 'FILE_UNAVAILABLE',
    message: `${PATH} cannot be used now: ${cloud.origin} answered 504`,
  });
  expect(cloud.files.get('a.xlsx')?.toString()).toBe('old');
});

it('one over which somebody has saved meanwhile is not taken for written', async () => {
  const { cloud, write } = await readToWrite();
  cloud.onPut = () => {
    cloud.files.set('a.xlsx', Buffer.from('somebody else’s'));
    return { status: 504, stores: false };
  };
  await expect(write()).rejects.toMatchObject({ message: expect.stringContaining('answered 504') });
});

it.each([403, 412, 423, 507])('one that was refused by %i is not looked after', async (status) => {
  const { cloud, write } = await readToWrite();
  cloud.onPut = () => ({ status, stores: false });
  await expect(write()).rejects.toThrow();
  expect(cloud.asked('GET')).toBe(0);
});
