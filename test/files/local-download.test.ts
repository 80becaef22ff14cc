import type * as FileSystem from 'node:fs/promises';
import { appendFile, chmod, mkdir, rename, stat, symlink, utimes, writeFile } from 'node:fs/promises';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { LocalFiles } from '../../src/files/local.ts';
import { expectFileError, folders, textOf } from '../support/files/local-folders.ts';

/** Runs behind each copy of a file, as a person who saves at that moment. */
const behindCopy = vi.hoisted(() => ({ run: async (): Promise<void> => {} }));
vi.mock(import('node:fs/promises'), async (original) => {
  const real = await original();
  const copyFile: typeof FileSystem.copyFile = async (...args) => {
    await real.copyFile(...args);
    await behindCopy.run();
  };
  return { ...real, copyFile };
});
afterEach(() => {
  behindCopy.run = async () => {};
});

const { workbook, inFolder, copy } = folders();
const files = new LocalFiles();

describe('download', () => {
  it('copies the file and leaves it as it was', async () => {
    const before = await stat(workbook());
    await files.download(workbook(), copy('a'));
    expect(await textOf(copy('a'))).toBe('old');
    const after = await stat(workbook());
    expect([after.mtimeMs, after.ino, after.mode]).toEqual([before.mtimeMs, before.ino, before.mode]);
  });

  it('replaces what is there, the copy of a read-only file too', async () => {
    await chmod(workbook(), 0o444);
    await files.download(workbook(), copy());
    await chmod(workbook(), 0o644);
    await writeFile(workbook(), 'newer');
    expect((await stat(copy())).mode & 0o777).toBe(0o600);
    await files.download(workbook(), copy());
    expect(await textOf(copy())).toBe('newer');
  });

  it('follows a symbolic link', async () => {
    await symlink(workbook(), inFolder('link.xlsx'));
    const version = await files.download(inFolder('link.xlsx'), copy('a'));
    expect(await textOf(copy('a'))).toBe('old');
    expect(version).toEqual(await files.download(workbook(), copy('b')));
  });

  it('has the same etag while nothing changes', async () => {
    const first = await files.download(workbook(), copy('a'));
    expect(await files.download(workbook(), copy('b'))).toEqual(first);
  });

  it.each<[string, () => Promise<void>]>([
    ['its size', () => appendFile(workbook(), '!')],
    ['its time', () => utimes(workbook(), 1, 1_700_000_000.5)],
    [
      'the file, by one of the same size and time',
      async () => {
        const { atime, mtime } = await stat(workbook());
        await writeFile(inFolder('other'), 'OLD');
        await utimes(inFolder('other'), atime, mtime);
        await utimes(workbook(), atime, mtime);
        await rename(inFolder('other'), workbook());
      },
    ],
  ])('has another etag when someone changes %s', async (_, change) => {
    const { etag } = await files.download(workbook(), copy('a'));
    await change();
    expect((await files.download(workbook(), copy('b'))).etag).not.toBe(etag);
  });

  it('copies again what was saved meanwhile', async () => {
    let saves = 0;
    behindCopy.run = async () => {
      if (++saves <= 2) await writeFile(workbook(), `saved ${'x'.repeat(saves)}`);
    };
    const version = await files.download(workbook(), copy('a'));
    expect(await textOf(copy('a'))).toBe('saved xx');
    expect(version).toEqual(await files.download(workbook(), copy('b')));
  });

  it('gives up on a file that is written all the time', async () => {
    behindCopy.run = () => appendFile(workbook(), 'x');
    await expectFileError(
      files.download(workbook(), copy('a')),
      'FILE_CHANGED',
      `${workbook()} was changed by someone else while it was read`,
    );
  });
});

describe('download fails', () => {
  it.each([
    ['a file that is not there', () => inFolder('none.xlsx'), 'is not there'],
    ['a folder that is not there', () => inFolder('none/a.xlsx'), 'is not there'],
    ['a path below a file', () => `${workbook()}/a.xlsx`, 'is not there'],
    ['a folder', () => inFolder(''), 'is no file'],
  ])('for %s', async (_, path, what) => {
    await expectFileError(files.download(path(), copy('a')), 'FILE_NOT_FOUND', `${path()} ${what}`);
  });

  it('for a link that leads nowhere', async () => {
    const link = inFolder('link.xlsx');
    await symlink(inFolder('none.xlsx'), link);
    await expectFileError(files.download(link, copy('a')), 'FILE_NOT_FOUND', `${link} is not there`);
  });

  it('where the copy cannot be made, and does not say that the file is gone', async () => {
    const nowhere = copy('none/a');
    await expect(files.download(workbook(), nowhere)).rejects.toMatchObject({
      code: 'FILE_UNAVAILABLE',
      message: expect.stringMatching(/荷物\.xlsx cannot be copied: ENOENT/),
    });
    await mkdir(copy('folder'));
    await expect(files.download(workbook(), copy('folder'))).rejects.toMatchObject({
      code: 'FILE_UNAVAILABLE',
    });
  });

  it('tells where the copy finds no space', async () => {
    behindCopy.run = async () => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    };
    await expectFileError(
      files.download(workbook(), copy('a')),
      'FILE_NO_SPACE',
      `${workbook()} cannot be copied: this machine has no space left for temporary files (ENOSPC)`,
    );
  });
});
