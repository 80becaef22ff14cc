import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type * as FileSystem from 'node:fs';
import {
  appendFile,
  chmod,
  chown,
  lstat,
  mkdir,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { LocalFiles } from '../../src/files/local.ts';
import { expectFileError, folders, textOf } from '../support/files/local-folders.ts';

/** Runs around the rename that puts the new file in its place: a crash there, or a person who saves. */
const atRename = vi.hoisted(() => ({
  before: (_from: string): void => {},
  after: (): void => {},
}));
vi.mock(import('node:fs'), async (original) => {
  const real = await original();
  const renameSync: typeof FileSystem.renameSync = (from, to) => {
    atRename.before(from as string);
    real.renameSync(from, to);
    atRename.after();
  };
  return { ...real, renameSync };
});
afterEach(() => {
  atRename.before = () => {};
  atRename.after = () => {};
});

const { workbook, inFolder, copy, names } = folders();
const files = new LocalFiles();

describe('replace', () => {
  it('puts the new file in the place of the old one, and nothing else', async () => {
    const version = await files.download(workbook(), copy('a'));
    await files.replace(workbook(), copy(), version);
    expect(await textOf(workbook())).toBe('new');
    expect(await textOf(copy())).toBe('new');
    expect(await names()).toEqual(['荷物.xlsx']);
  });

  it('tells the version it wrote, which the next one may replace', async () => {
    const first = await files.replace(workbook(), copy(), await files.download(workbook(), copy('a')));
    expect(first).toEqual(await files.download(workbook(), copy('a')));
    await writeFile(copy(), 'newest');
    await files.replace(workbook(), copy(), first);
    expect(await textOf(workbook())).toBe('newest');
  });

  it('never takes what a person saved right behind for its own', async () => {
    const version = await files.download(workbook(), copy('a'));
    atRename.after = () => writeFileSync(workbook(), "a person's");
    const written = await files.replace(workbook(), copy(), version);
    await expectFileError(
      files.replace(workbook(), copy(), written),
      'FILE_CHANGED',
      `${workbook()} was changed by someone else since it was read`,
    );
    expect(await textOf(workbook())).toBe("a person's");
  });

  it('is atomic: until the rename the old file is whole, and the new one hidden', async () => {
    const seen: string[] = [];
    atRename.before = (from) => {
      const texts = [workbook(), from].map((file) => readFileSync(file, 'utf8'));
      seen.push(...texts, ...readdirSync(inFolder('.')).toSorted());
      expect(statSync(from).mode & 0o777).toBe(0o640);
    };
    await chmod(workbook(), 0o640);
    await files.replace(workbook(), copy(), await files.download(workbook(), copy('a')));
    expect(seen).toEqual([
      'old',
      'new',
      expect.stringMatching(/^\.荷物\.xlsx\.[0-9a-f]{12}\.tmp$/),
      '荷物.xlsx',
    ]);
  });

  it.each([0o600, 0o644, 0o660, 0o4755])('keeps the mode %o', async (mode) => {
    await chmod(workbook(), mode);
    await files.replace(workbook(), copy(), await files.download(workbook(), copy('a')));
    expect((await stat(workbook())).mode & 0o7777).toBe(mode);
  });

  it.skipIf(process.getuid?.() !== 0)('keeps the owner, as root', async () => {
    await chown(workbook(), 12_345, 23_456);
    await files.replace(workbook(), copy(), await files.download(workbook(), copy('a')));
    const { uid, gid } = await stat(workbook());
    expect([uid, gid]).toEqual([12_345, 23_456]);
  });

  it('replaces the file behind a symbolic link, which stays one', async () => {
    const link = inFolder('link.xlsx');
    await mkdir(inFolder('real'));
    await writeFile(inFolder('real/a.xlsx'), 'old');
    await symlink('real/a.xlsx', link);
    await files.replace(link, copy(), await files.download(link, copy('a')));
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readlink(link)).toBe('real/a.xlsx');
    expect(await textOf(inFolder('real/a.xlsx'))).toBe('new');
    expect(await names()).toEqual(['link.xlsx', 'real', '荷物.xlsx']);
  });

  it('takes a name as long as the disk allows', async () => {
    const long = inFolder(`${'荷'.repeat(83)}.xlsx`);
    await writeFile(long, 'old');
    await files.replace(long, copy(), await files.download(long, copy('a')));
    expect(await textOf(long)).toBe('new');
  });

  it('takes a file of several chunks, and an empty one', async () => {
    const bytes = 'x'.repeat(300_000);
    await writeFile(copy(), bytes);
    const version = await files.replace(workbook(), copy(), await files.download(workbook(), copy('a')));
    expect(await textOf(workbook())).toBe(bytes);
    await writeFile(copy(), '');
    await files.replace(workbook(), copy(), version);
    expect(await textOf(workbook())).toBe('');
  });
});

describe('replace fails, changes nothing and leaves nothing behind', () => {
  it('when someone wrote in between', async () => {
    const version = await files.download(workbook(), copy('a'));
    await appendFile(workbook(), ' and edited');
    await expectFileError(
      files.replace(workbook(), copy(), version),
      'FILE_CHANGED',
      `${workbook()} was changed by someone else since it was read`,
    );
    expect(await textOf(workbook())).toBe('old and edited');
    expect(await names()).toEqual(['荷物.xlsx']);
  });

  it('when someone wrote, or it may no longer write, at the last look', async () => {
    const version = await files.download(workbook(), copy('a'));
    const refuse = () => Promise.reject(new TypeError('no longer ours'));
    await expect(files.replace(workbook(), copy(), version, refuse)).rejects.toThrow('no longer ours');
    expect(await textOf(workbook())).toBe('old');
    await expectFileError(
      files.replace(workbook(), copy(), version, () => appendFile(workbook(), ' and edited')),
      'FILE_CHANGED',
      `${workbook()} was changed by someone else since it was read`,
    );
    expect(await textOf(workbook())).toBe('old and edited');
    expect(await names()).toEqual(['荷物.xlsx']);
  });

  it('when the file has gone meanwhile', async () => {
    const version = await files.download(workbook(), copy('a'));
    await rm(workbook());
    await expectFileError(
      files.replace(workbook(), copy(), version),
      'FILE_NOT_FOUND',
      `${workbook()} is not there`,
    );
    expect(await names()).toEqual([]);
  });

  it('when its folder is missing', async () => {
    const path = inFolder('none/a.xlsx');
    await expectFileError(
      files.replace(path, copy(), { etag: '' }),
      'FILE_NOT_FOUND',
      `${path} is not there`,
    );
  });

  it('when there is a folder of that name', async () => {
    await mkdir(inFolder('folder.xlsx'));
    const path = inFolder('folder.xlsx');
    await expectFileError(files.replace(path, copy(), { etag: '' }), 'FILE_NOT_FOUND', `${path} is no file`);
    expect(await names()).toEqual(['folder.xlsx', '荷物.xlsx']);
  });

  it('when the new file is missing, and does not say that the old one is', async () => {
    const version = await files.download(workbook(), copy('a'));
    await expect(files.replace(workbook(), copy('none'), version)).rejects.toMatchObject({
      code: 'FILE_UNAVAILABLE',
      message: expect.stringMatching(/荷物\.xlsx cannot be replaced: ENOENT/),
    });
    expect(await textOf(workbook())).toBe('old');
    expect(await names()).toEqual(['荷物.xlsx']);
  });

  it.each([
    ['EBUSY', 'FILE_LOCKED', 'is in use by another program'],
    ['EROFS', 'FILE_FORBIDDEN', 'is on a read-only disk'],
    ['EFBIG', 'FILE_TOO_LARGE', 'is too large for its disk'],
    ['EIO', 'FILE_UNAVAILABLE', 'cannot be used: broken'],
  ] as const)('when the disk says %s at the last moment', async (code, ours, what) => {
    const version = await files.download(workbook(), copy('a'));
    atRename.before = () => {
      throw Object.assign(new Error('broken'), { code });
    };
    await expectFileError(files.replace(workbook(), copy(), version), ours, `${workbook()} ${what}`);
    expect(await textOf(workbook())).toBe('old');
    expect(await names()).toEqual(['荷物.xlsx']);
  });

  it.each([
    ['ENOSPC', 'cannot be written: its disk is full'],
    ['EDQUOT', "cannot be written: this user's share of the disk is used up"],
  ])('leaves the old file where there is no space for a new one (%s)', async (code, what) => {
    const version = await files.download(workbook(), copy('a'));
    atRename.before = () => {
      throw Object.assign(new Error(code), { code });
    };
    await expectFileError(
      files.replace(workbook(), copy(), version),
      'FILE_NO_SPACE',
      `${workbook()} ${what}`,
    );
    expect(await textOf(workbook())).toBe('old');
    expect(await names()).toEqual(['荷物.xlsx']);
  });
});
