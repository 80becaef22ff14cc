import { describe, expect, it } from 'vitest';
import type { FileStore } from '../../src/files/types.ts';
import { WorkbookFiles } from '../../src/files/workbook-files.ts';
import { expectFileError, folders, textOf } from '../support/files/local-folders.ts';

const { workbook, copy } = folders();

/** A store that says what it was asked. */
function asked(): FileStore & { calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    stat: async (path) => {
      calls.push(`stat ${path}`);
      return { path, etag: '"1"', fileId: '7', changedAt: new Date(0) };
    },
    download: async (path, localPath) => {
      calls.push(`download ${path} ${localPath}`);
      return { etag: '"1"' };
    },
    replace: async (path, localPath, { etag }) => {
      calls.push(`replace ${path} ${localPath} ${etag}`);
      return { etag: '"2"' };
    },
    find: async (fileId) => {
      calls.push(`find ${fileId}`);
      return 'webdav:/there.xlsx';
    },
  };
}

describe('WorkbookFiles', () => {
  it('takes webdav: paths to the WebDAV server', async () => {
    const webdav = asked();
    const files = new WorkbookFiles(webdav);
    expect(await files.stat('webdav:/a.xlsx')).toMatchObject({ fileId: '7' });
    expect(await files.download('webdav:/a.xlsx', '/tmp/x')).toEqual({ etag: '"1"' });
    expect(await files.replace('webdav:/a.xlsx', '/tmp/x', { etag: '"1"' })).toEqual({ etag: '"2"' });
    expect(await files.find('7')).toBe('webdav:/there.xlsx');
    expect(webdav.calls).toEqual([
      'stat webdav:/a.xlsx',
      'download webdav:/a.xlsx /tmp/x',
      'replace webdav:/a.xlsx /tmp/x "1"',
      'find 7',
    ]);
  });

  it('takes all others to the disk', async () => {
    const webdav = asked();
    const files = new WorkbookFiles(webdav);
    const version = await files.download(workbook(), copy('a'));
    await files.replace(workbook(), copy(), version);
    expect(await textOf(workbook())).toBe('new');
    expect((await files.stat(workbook())).fileId).toBeNull();
    expect(webdav.calls).toEqual([]);
  });

  it('says what to set where no server is configured', async () => {
    const files = new WorkbookFiles(null);
    const message =
      'webdav:/a.xlsx cannot be reached: no WebDAV server is configured; set WEBDAV_URL, WEBDAV_USERNAME and WEBDAV_PASSWORD';
    await expectFileError(files.stat('webdav:/a.xlsx'), 'FILE_UNAVAILABLE', message);
    await expectFileError(files.download('webdav:/a.xlsx', copy('a')), 'FILE_UNAVAILABLE', message);
    expect(await files.find('7')).toBeNull();
  });
});
