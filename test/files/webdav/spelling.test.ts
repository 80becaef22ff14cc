import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTarget } from '../../../src/batches/start-target.ts';
import { WebDavFiles } from '../../../src/files/webdav/webdav-files.ts';
import { needs } from '../../support/component.ts';
import { closeRawServers, cloud, localFolder } from '../../support/files/cloud.ts';
import { fakeCloud } from '../../support/files/fake-cloud.ts';
import { sabreDavMissing } from '../../support/files/sabre-dav.ts';

/** パス as most programs spell it, and as Macs store it. */
const NFC = '\u30d1\u30b9';
const NFD = NFC.normalize('NFD');
const FOLDER = 'official_website_tracking';

needs(sabreDavMissing())('a name on sabre/dav', () => {
  const { dav, files } = cloud();
  const local = localFolder();
  const save = async (name: string, content: string) => {
    await mkdir(dirname(join(dav().folder, name)), { recursive: true });
    await writeFile(join(dav().folder, name), content);
  };
  const paths = async () => {
    const found: string[] = [];
    for await (const { path } of files().walk()) found.push(path);
    return found.sort();
  };

  it.each([
    ['in the file’s name', `${FOLDER}/OWT-${NFD}.xlsx`],
    ['in the folder’s', `${NFD}/${FOLDER}/OWT-1.xlsx`],
    ['in both', `${NFD}/${FOLDER}/OWT-${NFD}.xlsx`],
    // Another form of 福, which NFC takes for it.
    ['that is a compatibility ideograph', `${FOLDER}/OWT-\ufa1b.xlsx`],
  ])('stored as NFD %s is asked for as it is listed', async (_where, name) => {
    await save(name, 'old');
    const listed = `webdav:/${name}`;
    expect(await paths()).toEqual([listed]);
    const info = await files().stat(listed);
    expect(info.path).toBe(listed);
    const version = await files().download(listed, local('copy'));
    await writeFile(local('new'), 'new');
    await files().replace(listed, local('new'), version);
    expect(await paths()).toEqual([listed]);
    expect(await files().find(info.fileId ?? '')).toBe(listed);
  });

  it.each([
    ['NFC', NFD],
    ['NFD', NFC],
  ] as const)('typed as %s is found where only the other is there', async (form, stored) => {
    await save(`${stored}/${FOLDER}/OWT-${stored}.xlsx`, 'x');
    const typed = `webdav:/${`${NFC}/${FOLDER}/OWT-${NFC}.xlsx`.normalize(form)}`;
    const { path, task } = await startTarget(files(), { workbook: typed, task: null });
    expect(path).toBe(`webdav:/${stored}/${FOLDER}/OWT-${stored}.xlsx`);
    expect(task.name).toBe('official_website_tracking');
  });

  it.each(['NFC', 'NFD'] as const)(
    'of two that look the same, %s is the one of that spelling',
    async (form) => {
      for (const name of [NFC, NFD]) await save(`${FOLDER}/OWT-${name}.xlsx`, name);
      expect(await paths()).toHaveLength(2);
      const typed = `webdav:/${FOLDER}/OWT-${NFC.normalize(form)}.xlsx`;
      expect((await files().stat(typed)).path).toBe(typed);
    },
  );

  it('that is not there in any spelling is not there', async () => {
    await save(`${NFD}/${FOLDER}/OWT-1.xlsx`, 'x');
    for (const path of [`webdav:/${NFC}/OWT-1.xlsx`, `webdav:/${NFD}/OWT-1.xlsx`, `webdav:/${NFC}.xlsx`])
      await expect(files().stat(path)).rejects.toMatchObject({
        code: 'FILE_NOT_FOUND',
        message: expect.stringMatching(/^webdav:[^ ]+ is not there$/),
      });
  });
});

describe('a name on a server that spells all in NFC', () => {
  closeRawServers();

  it('typed as NFD has the one path it is listed with', async () => {
    const server = await fakeCloud();
    server.files.set(`OWT-${NFC}.xlsx`, Buffer.from('x'));
    const { path } = await new WebDavFiles(server.login).stat(`webdav:/OWT-${NFD}.xlsx`);
    expect(path).toBe(`webdav:/OWT-${NFC}.xlsx`);
  });

  it('of ASCII alone that is missing costs no listing', async () => {
    const server = await fakeCloud();
    server.files.set('a/b.xlsx', Buffer.from('x'));
    const files = new WebDavFiles(server.login);
    await expect(files.stat('webdav:/a/c.xlsx')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(server.requests.map(({ path }) => path)).toEqual(['a/c.xlsx', '', 'a']);
  });
});
