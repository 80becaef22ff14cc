import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheFolders, findInCache, storeInCache } from '../../../src/embedded/binaries/cache.ts';
import { TEMPORAL_CLI } from '../../../src/embedded/binaries/spec.ts';
import { makeTestFolder } from '../../support/embedded/binaries.ts';
import type { TestFolder } from '../../support/embedded/binaries.ts';

let folder: TestFolder;
let cache: string;
beforeEach(async () => {
  folder = await makeTestFolder();
  cache = join(folder.path, 'cache');
});
afterEach(() => folder.remove());

const produce =
  (content: string) =>
  (file: string): Promise<void> =>
    writeFile(file, content);

describe('the folders of the cache', () => {
  const last = expect.stringContaining(join(tmpdir(), 'tsuiseki-cache-'));

  it('are XDG_CACHE_HOME, HOME, the data folder, the temporary one', () => {
    const folders = cacheFolders({ XDG_CACHE_HOME: '/x', HOME: '/h' }, '/d');
    expect(folders).toEqual(['/x/tsuiseki', '/h/.cache/tsuiseki', '/d/cache', last]);
  });

  it('do without an empty HOME and relative names', () => {
    expect(cacheFolders({ XDG_CACHE_HOME: 'x', HOME: '' })).toEqual([last]);
  });
});

describe('the cache', () => {
  it('gives back what was stored, from any of its folders', async () => {
    const stored = await storeInCache(TEMPORAL_CLI, [cache], produce('one'));
    expect(await findInCache(TEMPORAL_CLI, [join(folder.path, 'none'), cache])).toBe(stored);
    expect(await readdir(cache)).toHaveLength(1);
  });

  it('throws a damaged copy away', async () => {
    const stored = await storeInCache(TEMPORAL_CLI, [cache], produce('one'));
    await writeFile(stored, 'two');
    expect(await findInCache(TEMPORAL_CLI, [cache])).toBeNull();
    expect(await readdir(cache)).toEqual([]);
  });

  it('leaves nothing behind when it cannot be had', async () => {
    const failing = storeInCache(TEMPORAL_CLI, [cache], () => Promise.reject(new Error('no line')));
    await expect(failing).rejects.toThrow('no line');
    expect(await readdir(cache)).toEqual([]);
  });

  it('holds one whole copy after many were stored at once', async () => {
    const content = 'x'.repeat(1_000_000);
    const paths = await Promise.all(
      Array.from({ length: 8 }, () => storeInCache(TEMPORAL_CLI, [cache], produce(content))),
    );
    expect(new Set(paths).size).toBe(1);
    expect(await findInCache(TEMPORAL_CLI, [cache])).toBe(paths[0]);
    expect(await readdir(cache)).toHaveLength(1);
  });

  it('takes the next folder when one cannot be written to', async () => {
    await writeFile(join(folder.path, 'file'), '');
    const stored = await storeInCache(
      TEMPORAL_CLI,
      [join(folder.path, 'file', 'below'), cache],
      produce('one'),
    );
    expect(stored.startsWith(cache)).toBe(true);
    await expect(
      storeInCache(TEMPORAL_CLI, [join(folder.path, 'file', 'below')], produce('one')),
    ).rejects.toMatchObject({ code: 'NO_WRITABLE_FOLDER' });
  });

  it('takes nothing from a folder others can write to', async () => {
    await mkdir(cache);
    await storeInCache(TEMPORAL_CLI, [cache], produce('one'));
    await chmod(cache, 0o777);
    expect(await findInCache(TEMPORAL_CLI, [cache])).toBeNull();
  });
});
