import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileInfo } from '../../../src/files/types.ts';
import { WebDavClient } from '../../../src/files/webdav/client.ts';
import { FolderWalk } from '../../../src/files/webdav/walk.ts';
import { needs } from '../../support/component.ts';
import { sabreDavMissing } from '../../support/files/sabre-dav.ts';
import { expectFileError } from '../../support/files/local-folders.ts';
import { closeRawServers, cloud, multistatus, rawServer } from '../../support/files/cloud.ts';

async function pathsOf(files: AsyncIterable<FileInfo>): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of files) paths.push(path);
  return paths.sort();
}

needs(sabreDavMissing())('a walk on sabre/dav', () => {
  const { dav, files } = cloud();

  async function save(name: string, content = 'x'): Promise<void> {
    await mkdir(dirname(join(dav().folder, name)), { recursive: true });
    await writeFile(join(dav().folder, name), content);
  }

  it('tells every file, as stat does', async () => {
    const names = ['a.xlsx', 'b/c 100%.xlsx', 'b/d & e/#?.xlsx', '追跡/荷物.xlsx'];
    for (const name of names) await save(name, name);
    await mkdir(join(dav().folder, 'empty'));
    const found: FileInfo[] = [];
    for await (const info of files().walk()) found.push(info);
    expect(found.map(({ path }) => path).sort()).toEqual(names.map((name) => `webdav:/${name}`).sort());
    for (const info of found) expect(await files().stat(info.path)).toEqual(info);
  });

  it('is empty where there is nothing', async () => {
    expect(await pathsOf(files().walk())).toEqual([]);
  });

  it('goes again only where something changed since it was last there', async () => {
    for (const name of ['top', 'a/1', 'a/deep/2', 'b/3']) await save(name);
    const store = files();
    expect(await pathsOf(store.walk())).toHaveLength(4);
    expect(await pathsOf(store.walk())).toEqual([]);
    await save('a/deep/2', 'changed');
    // All of the folders on the way: theirs changed with it.
    expect(await pathsOf(store.walk())).toEqual(['webdav:/a/1', 'webdav:/a/deep/2', 'webdav:/top']);
    expect(await pathsOf(store.walk())).toEqual([]);
    await rename(join(dav().folder, 'b/3'), join(dav().folder, 'b/4'));
    expect(await pathsOf(store.walk())).toEqual(['webdav:/b/4', 'webdav:/top']);
    await rm(join(dav().folder, 'a'), { recursive: true });
    expect(await pathsOf(store.walk())).toEqual(['webdav:/top']);
    // Another instance was never there.
    expect(await pathsOf(files().walk())).toEqual(['webdav:/b/4', 'webdav:/top']);
  });

  it('gives again what was left off', async () => {
    for (const name of ['a/1', 'a/2', 'b/3', 'top']) await save(name);
    const store = files();
    for await (const { path } of store.walk()) if (path !== 'webdav:/top') break;
    // The consumer failed at the first file of `a`, before it was through with it.
    expect(await pathsOf(store.walk())).toEqual(['webdav:/a/1', 'webdav:/a/2', 'webdav:/b/3', 'webdav:/top']);
    expect(await pathsOf(store.walk())).toEqual([]);
  });

  it('keeps the folders that it had been through when it failed in the next', async () => {
    for (const name of ['a/1', 'b/2']) await save(name);
    const store = files();
    const told: string[] = [];
    for await (const { path } of store.walk()) {
      told.push(path);
      if (told.length === 2) break;
    }
    const rest = await pathsOf(store.walk());
    expect(rest).toEqual(told.slice(1));
  });

  it('sees a change that came while it was under way, in the next', async () => {
    for (const name of ['a/1', 'a/b/2']) await save(name);
    const store = files();
    for await (const { path } of store.walk()) if (path === 'webdav:/a/b/2') await save('a/new');
    expect(await pathsOf(store.walk())).toEqual(['webdav:/a/1', 'webdav:/a/new']);
  });

  it('has a limit of folders', async () => {
    for (const name of ['a/1', 'b/2']) await save(name);
    const client = new WebDavClient(dav());
    expect(await pathsOf(new FolderWalk(client, 3).files())).toEqual(['webdav:/a/1', 'webdav:/b/2']);
    await expectFileError(
      pathsOf(new FolderWalk(client, 2).files()),
      'FILE_TOO_LARGE',
      'webdav:/ has more than 2 folders; set WEBDAV_URL to a folder in it that has the workbooks',
    );
  });

  it('tells what keeps it from the folder', async () => {
    const client = new WebDavClient({ ...dav(), url: `${dav().url}gone/` });
    await expectFileError(pathsOf(new FolderWalk(client).files()), 'FILE_NOT_FOUND', 'webdav:/ is not there');
  });
});

describe('a walk on other servers', () => {
  closeRawServers();
  const ROOT = '/dav/files/bot/';
  const FOLDER = '<d:resourcetype><d:collection/></d:resourcetype><d:getetag>"1"</d:getetag>';
  const FILE = '<d:resourcetype/><d:getetag>"1"</d:getetag>';

  it('goes everywhere each time where folder ETags tell nothing of what is below', async () => {
    const server = await rawServer((request, response) => {
      const entries: [string, string][] =
        request.url === ROOT
          ? [
              [ROOT, FOLDER],
              [`${ROOT}a/`, FOLDER],
            ]
          : [
              // The order is the server's.
              [`${ROOT}a/1`, FILE],
              [`${ROOT}a`, FOLDER],
            ];
      response.writeHead(207).end(multistatus(...entries));
    });
    const files = server.files();
    expect(await pathsOf(files.walk())).toEqual(['webdav:/a/1']);
    expect(await pathsOf(files.walk())).toEqual(['webdav:/a/1']);
    expect(server.requests.map(({ headers }) => headers['depth'])).toEqual(['1', '1', '1', '1']);
  });

  it('a change that a group folder does not pass up is found by the walk that trusts no ETag', async () => {
    const KNOWN = `${FOLDER}<oc:fileid>7</oc:fileid>`;
    let names = ['1'];
    const server = await rawServer((request, response) => {
      const isRoot = request.url === ROOT;
      response
        .writeHead(207)
        .end(
          isRoot
            ? multistatus([ROOT, KNOWN], [`${ROOT}group/`, KNOWN])
            : multistatus(
                [`${ROOT}group/`, KNOWN],
                ...names.map((name): [string, string] => [`${ROOT}group/${name}`, FILE]),
              ),
        );
    });
    const files = server.files();
    expect(await pathsOf(files.walk())).toEqual(['webdav:/group/1']);
    names = ['1', '2'];
    expect(await pathsOf(files.walk())).toEqual([]);
    expect(await pathsOf(files.walk({ trustETags: false }))).toEqual(['webdav:/group/1', 'webdav:/group/2']);
    expect(await pathsOf(files.walk())).toEqual([]);
  });

  it('is not led in circles, elsewhere, or to what has no name or version', async () => {
    const server = await rawServer((_, response) => {
      response
        .writeHead(207)
        .end(
          multistatus(
            [ROOT, FOLDER],
            [ROOT, FOLDER],
            [`${ROOT}a/b/c`, FILE],
            [`${ROOT}../mika/secret`, FILE],
            ['/dav/files/', FOLDER],
            [`${ROOT}a%2F..%2Fb`, FILE],
            [`${ROOT}a%0Ab`, FILE],
            [`${ROOT}no-version`, '<d:resourcetype/>'],
            [`${ROOT}good`, FILE],
          ),
        );
    });
    expect(await pathsOf(server.files().walk())).toEqual(['webdav:/good']);
    expect(server.requests).toHaveLength(1);
  });

  it('says where the server’s own paths are others than WEBDAV_URL’s', async () => {
    const server = await rawServer((_, response) => {
      response.writeHead(207).end(multistatus(['/inside/dav/files/bot/', FOLDER]));
    });
    await expectFileError(
      pathsOf(server.files().walk()),
      'FILE_UNAVAILABLE',
      `webdav:/ cannot be listed: ${server.origin} answers with /inside/dav/files/bot/, which is not below ${ROOT}; check WEBDAV_URL`,
    );
  });
});
