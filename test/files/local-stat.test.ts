import { rename, utimes, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { LocalFiles } from '../../src/files/local.ts';
import { expectFileError, folders } from '../support/files/local-folders.ts';

const { workbook, inFolder, copy } = folders();
const files = new LocalFiles();

it('tells the version that a download would give, and when the file was changed', async () => {
  await utimes(workbook(), new Date(0), new Date('2026-01-03T03:00:00.500Z'));
  const { etag } = await files.download(workbook(), copy('a'));
  expect(await files.stat(workbook())).toEqual({
    path: workbook(),
    etag,
    fileId: null,
    changedAt: new Date('2026-01-03T03:00:00.500Z'),
  });
  await writeFile(workbook(), 'newer');
  expect((await files.stat(workbook())).etag).not.toBe(etag);
});

it('names the file that is not there, or is none', async () => {
  await rename(workbook(), inFolder('b.xlsx'));
  await expectFileError(files.stat(workbook()), 'FILE_NOT_FOUND', `${workbook()} is not there`);
  await expectFileError(files.stat(inFolder('')), 'FILE_NOT_FOUND', `${inFolder('')} is no file`);
});

it('knows no ids', async () => {
  expect(await files.find()).toBeNull();
});
