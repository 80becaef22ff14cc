import { expect, it } from 'vitest';
import { WebDavFiles } from '../../../src/files/webdav/webdav-files.ts';
import { closeRawServers } from '../../support/files/cloud.ts';
import { fakeCloud } from '../../support/files/fake-cloud.ts';

closeRawServers();
const FOLDER = 'team/official_website_tracking';

async function withEncrypted(folder: string) {
  const cloud = await fakeCloud();
  cloud.files.set(`${FOLDER}/OWT-1.xlsx`, Buffer.from('cipher text'));
  cloud.files.set('plain/OWT-2.xlsx', Buffer.from('x'));
  cloud.encrypted.add(folder);
  return { cloud, files: new WebDavFiles(cloud.login) };
}

it.each([FOLDER, 'team'])(
  'a workbook below an end-to-end encrypted folder (%s) is told as such',
  async (folder) => {
    const { cloud, files } = await withEncrypted(folder);
    const path = `webdav:/${FOLDER}/OWT-1.xlsx`;
    await expect(files.stat(path)).rejects.toMatchObject({
      code: 'FILE_ENCRYPTED',
      message: `${path} cannot be read: its folder webdav:/${folder} is end-to-end encrypted in Nextcloud; move the workbook to one that is not`,
    });
    expect(cloud.asked('GET')).toBe(0);
  },
);

it('so is one that is not there by its name: in such a folder names are encrypted', async () => {
  const { files } = await withEncrypted(FOLDER);
  await expect(files.stat(`webdav:/${FOLDER}/OWT-3.xlsx`)).rejects.toMatchObject({ code: 'FILE_ENCRYPTED' });
});

it('a walk passes it over, and goes through the others', async () => {
  const { cloud, files } = await withEncrypted(FOLDER);
  const paths: string[] = [];
  for await (const { path } of files.walk()) paths.push(path);
  expect(paths).toEqual(['webdav:/plain/OWT-2.xlsx']);
  expect(cloud.requests.map(({ path }) => path)).not.toContain(FOLDER);
});

it('a folder that may not be listed for another reason is asked for its file', async () => {
  const { cloud, files } = await withEncrypted('elsewhere');
  cloud.refuse = ({ method, path }) =>
    method === 'PROPFIND' && ['', 'team'].includes(path) ? { status: 403 } : null;
  expect(await files.stat(`webdav:/${FOLDER}/OWT-1.xlsx`)).toMatchObject({
    path: `webdav:/${FOLDER}/OWT-1.xlsx`,
  });
});

it('each folder is asked about once', async () => {
  const { cloud, files } = await withEncrypted('elsewhere');
  for (let time = 0; time < 3; time += 1) await files.stat(`webdav:/${FOLDER}/OWT-1.xlsx`);
  expect(cloud.requests.map(({ path }) => path)).toEqual([
    `${FOLDER}/OWT-1.xlsx`,
    '',
    'team',
    FOLDER,
    `${FOLDER}/OWT-1.xlsx`,
    `${FOLDER}/OWT-1.xlsx`,
  ]);
});
