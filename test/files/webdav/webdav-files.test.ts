import { mkdir, readFile, rename, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { FileError } from '../../../src/files/types.ts';
import { WebDavFiles } from '../../../src/files/webdav/webdav-files.ts';
import { needs } from '../../support/component.ts';
import { sabreDavMissing } from '../../support/files/sabre-dav.ts';
import { expectFileError } from '../../support/files/local-folders.ts';
import { cloud, localFolder } from '../../support/files/cloud.ts';

const PATH = 'webdav:/荷物 100%.xlsx';
const NAME = '荷物 100%.xlsx';

needs(sabreDavMissing())('WebDavFiles on sabre/dav', () => {
  const { dav, files, stored, save } = cloud();
  const local = localFolder();
  const origin = (): string => new URL(dav().url).origin;

  it('downloads, replaces, and tells the version that is then there', async () => {
    await save(NAME, 'old');
    const version = await files().download(PATH, local('a'));
    expect(await readFile(local('a'), 'utf8')).toBe('old');
    expect(await files().stat(PATH)).toMatchObject(version);
    await writeFile(local('new'), 'new');
    const written = await files().replace(PATH, local('new'), version);
    expect(await stored(NAME)).toBe('new');
    expect(await files().download(PATH, local('b'))).toEqual(written);
    expect(written).not.toEqual(version);
  });

  it('takes an empty file', async () => {
    await save(NAME, '');
    const version = await files().download(PATH, local('a'));
    expect(await readFile(local('a'), 'utf8')).toBe('');
    await writeFile(local('new'), 'new');
    await files().replace(PATH, local('new'), version);
    await truncate(local('new'));
    await files().replace(PATH, local('new'), await files().stat(PATH));
    expect(await stored(NAME)).toBe('');
  });

  it('passes 100 MB on without holding them', async () => {
    const bytes = 100 * 1024 * 1024;
    await save(NAME, 'old');
    await writeFile(local('new'), '');
    await truncate(local('new'), bytes);
    let most = 0;
    const before = process.memoryUsage().arrayBuffers;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }, 5);
    const version = await files().replace(PATH, local('new'), await files().stat(PATH));
    expect(await files().download(PATH, local('a'))).toEqual(version);
    clearInterval(watch);
    expect((await stat(local('a'))).size).toBe(bytes);
    // What is read and not yet collected comes to 40 MB.
    expect(most).toBeLessThan(bytes * 0.8);
  });

  it('refuses a write over a version that is no longer there, and leaves the person’s', async () => {
    await save(NAME, 'old');
    const version = await files().download(PATH, local('a'));
    await save(NAME, "a person's");
    await writeFile(local('new'), 'ours');
    await expectFileError(
      files().replace(PATH, local('new'), version),
      'FILE_CHANGED',
      `${PATH} was changed by someone else since it was read`,
    );
    expect(await stored(NAME)).toBe("a person's");
  });

  it.each(['*', '', 'W/"1"', '"a", "b"', '"a"\r\nX: y'])('never writes over the version %j', async (etag) => {
    await save(NAME, 'old');
    await writeFile(local('new'), 'ours');
    await expect(files().replace(PATH, local('new'), { etag })).rejects.toThrow('gives no strong ETag');
    expect(await stored(NAME)).toBe('old');
  });

  it('lets one of several writers win, each time', async () => {
    await save(NAME, 'old');
    for (let round = 0; round < 5; round++) {
      const version = await files().stat(PATH);
      const contents = [1, 2, 3, 4].map((writer) => `round ${round}, writer ${writer}`);
      const outcomes = await Promise.all(
        contents.map(async (content, writer) => {
          await writeFile(local(`new ${writer}`), content);
          return files()
            .replace(PATH, local(`new ${writer}`), version)
            .then(
              () => content,
              (error: unknown) => (error as FileError).code,
            );
        }),
      );
      const winner = outcomes.filter((outcome) => outcome !== 'FILE_CHANGED');
      expect(winner).toEqual([await stored(NAME)]);
    }
  });

  it('names the owner of a lock', async () => {
    await save(NAME, 'old');
    const version = await files().download(PATH, local('a'));
    await writeFile(local('new'), 'new');
    await dav().lock(PATH, 'Mika (LibreOffice)');
    await expectFileError(
      files().replace(PATH, local('new'), version),
      'FILE_LOCKED',
      `${PATH} is locked by Mika (LibreOffice)`,
    );
    // A lock keeps nobody from reading.
    expect(await files().download(PATH, local('a'))).toEqual(version);
    expect(await stored(NAME)).toBe('old');
    await dav().unlock(PATH);
    await files().replace(PATH, local('new'), version);
    expect(await stored(NAME)).toBe('new');
  });

  it('notices a write that was answered and dropped', async () => {
    await save(NAME, 'old');
    await writeFile(local('new'), 'new');
    await dav().fault('drop-write', 1);
    await expectFileError(
      files().replace(PATH, local('new'), await files().stat(PATH)),
      'FILE_NOT_STORED',
      `${PATH} was not stored: ${origin()} answered 204, but the file is unchanged`,
    );
  });

  it('notices a write that was not stored as it was sent', async () => {
    await save(NAME, 'old');
    await writeFile(local('new'), 'new');
    await dav().fault('alter', 1);
    await expectFileError(
      files().replace(PATH, local('new'), await files().stat(PATH)),
      'FILE_NOT_STORED',
      `${PATH} was not stored: ${origin()} answered 204, but the file holds something else`,
    );
  });

  it('has the caller read again where someone saved right after the write', async () => {
    await save(NAME, 'old');
    await writeFile(local('new'), 'new');
    await dav().fault('overwrite', 1);
    await expectFileError(
      files().replace(PATH, local('new'), await files().stat(PATH)),
      'FILE_CHANGED',
      `${PATH} was changed by someone else right after it was written`,
    );
    expect(await stored(NAME)).toBe('saved by someone else');
  });

  it('tells that the server has no space', async () => {
    await save(NAME, 'old');
    await writeFile(local('new'), 'new');
    await dav().fault('no-space', 1);
    await expectFileError(
      files().replace(PATH, local('new'), await files().stat(PATH)),
      'FILE_NO_SPACE',
      `${PATH} cannot be written: no space is left for it on ${origin()} (507)`,
    );
  });

  it('takes no half of a file for the whole', async () => {
    await save(NAME, 'x'.repeat(100_000));
    await dav().fault('truncate', 1);
    await expectFileError(
      files().download(PATH, local('a')),
      'FILE_UNAVAILABLE',
      `${PATH} could not be read whole: the connection to ${origin()} failed (ECONNRESET)`,
    );
  });

  it('gives up a transfer that stands still', async () => {
    await save(NAME, 'x'.repeat(100_000));
    await dav().fault('stall');
    await expectFileError(
      new WebDavFiles({ ...dav(), timeoutMs: 200 }).download(PATH, local('a')),
      'FILE_TIMEOUT',
      `${PATH} could not be read whole: ${origin()} sent and took nothing for 0.2 s`,
    );
  });

  it('finds the version among the properties where the header does not tell it', async () => {
    await save(NAME, 'old');
    await dav().fault('no-etag');
    const version = await files().download(PATH, local('a'));
    await writeFile(local('new'), 'new');
    await files().replace(PATH, local('new'), version);
    expect(await stored(NAME)).toBe('new');
  });

  it('refuses a server that tells no versions', async () => {
    await save(NAME, 'old');
    await dav().fault('no-etags');
    const message = `${PATH} cannot be tracked: ${origin()} gives no strong ETag for it, without which somebody's edit could be overwritten unseen`;
    await expectFileError(files().download(PATH, local('a')), 'FILE_UNAVAILABLE', message);
    await expectFileError(files().stat(PATH), 'FILE_UNAVAILABLE', message);
  });

  it('refuses what is too large, whichever way it goes', async () => {
    await save(NAME, 'x'.repeat(3 * 1024 * 1024));
    const small = new WebDavFiles({ ...dav(), maxBytes: 2.5 * 1024 * 1024 });
    await expectFileError(
      small.download(PATH, local('a')),
      'FILE_TOO_LARGE',
      `${PATH} is too large: it has more than 2.5 MB`,
    );
    await writeFile(local('new'), 'x'.repeat(3 * 1024 * 1024));
    await expectFileError(
      small.replace(PATH, local('new'), await files().stat(PATH)),
      'FILE_TOO_LARGE',
      `${PATH} is too large: the file to replace it has more than 2.5 MB`,
    );
  });

  it('names what is not there, and a folder', async () => {
    await mkdir(join(dav().folder, 'folder'));
    for (const path of ['webdav:/gone.xlsx', 'webdav:/gone/a.xlsx']) {
      await expectFileError(files().stat(path), 'FILE_NOT_FOUND', `${path} is not there`);
      await expectFileError(files().download(path, local('a')), 'FILE_NOT_FOUND', `${path} is not there`);
    }
    const folder = 'webdav:/folder is a folder, not a file';
    await expectFileError(files().stat('webdav:/folder'), 'FILE_NOT_FOUND', folder);
    await expectFileError(files().download('webdav:/folder', local('a')), 'FILE_NOT_FOUND', folder);
    // A version is no longer there; reading again tells that there is none.
    await writeFile(local('new'), 'new');
    const gone = files().replace('webdav:/gone.xlsx', local('new'), { etag: '"1"' });
    await expect(gone).rejects.toMatchObject({ code: 'FILE_CHANGED' });
  });

  it('tells the local copy’s troubles apart', async () => {
    await save(NAME, 'old');
    await expect(files().download(PATH, local('no/folder'))).rejects.toMatchObject({
      code: 'FILE_UNAVAILABLE',
      message: expect.stringMatching(/cannot be copied: ENOENT/) as string,
    });
    await expect(files().replace(PATH, local('missing'), await files().stat(PATH))).rejects.toMatchObject({
      code: 'FILE_UNAVAILABLE',
      message: expect.stringMatching(/cannot be replaced: ENOENT/) as string,
    });
  });

  it('tells a refused login', async () => {
    await expectFileError(
      new WebDavFiles({ ...dav(), password: 'wrong' }).stat(PATH),
      'FILE_LOGIN_REFUSED',
      `${PATH} cannot be reached: ${origin()} refused the login (401); check WEBDAV_USERNAME and WEBDAV_PASSWORD`,
    );
  });

  it('refuses paths that lead elsewhere before it asks', async () => {
    for (const path of ['webdav:/../mika/a.xlsx', '/a/%2e%2e/b', 'a.xlsx']) {
      await expect(files().stat(path)).rejects.toMatchObject({ code: 'FILE_PATH_INVALID' });
      await expect(files().download(path, local('a'))).rejects.toMatchObject({ code: 'FILE_PATH_INVALID' });
    }
  });

  it('finds a file by its id wherever it went, however often it was written', async () => {
    await save(NAME, 'old');
    const { fileId, ...version } = await files().stat(PATH);
    await writeFile(local('new'), 'new');
    await files().replace(PATH, local('new'), version);
    expect(await files().find(fileId ?? '')).toBe(PATH);
    await mkdir(join(dav().folder, 'done & 済'));
    await rename(join(dav().folder, NAME), join(dav().folder, 'done & 済', 'b.xlsx'));
    expect(await files().find(fileId ?? '')).toBe('webdav:/done & 済/b.xlsx');
    expect((await files().stat('webdav:/done & 済/b.xlsx')).fileId).toBe(fileId);
    expect(await files().find('1')).toBeNull();
    expect(await files().find('')).toBeNull();
    expect(await files().find('1 or 1')).toBeNull();
  });

  it('knows no ids where the server searches for none', async () => {
    await save(NAME, 'old');
    const { fileId } = await files().stat(PATH);
    await dav().fault('no-search');
    expect(await files().find(fileId ?? '')).toBeNull();
  });

  it('tells when a file was changed: when it came, not when its sender says', async () => {
    const before = Math.floor(Date.now() / 1_000) * 1_000;
    const authorization = `Basic ${Buffer.from('bot:app-password').toString('base64')}`;
    const response = await fetch(`${dav().url}old.xlsx`, {
      method: 'PUT',
      headers: { authorization, 'x-oc-mtime': '1000000000' },
      body: 'an old file that a person has just put there',
    });
    expect(response.status).toBe(201);
    const { changedAt } = await files().stat('webdav:/old.xlsx');
    expect(changedAt.getTime()).toBeGreaterThanOrEqual(before);
    expect(changedAt.getTime()).toBeLessThanOrEqual(Date.now());
  });
});
