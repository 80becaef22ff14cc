import { readFile, truncate, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { expectFileError } from '../../support/files/local-folders.ts';
import {
  closeRawServers,
  fileOf,
  localFolder,
  multistatus,
  PATH,
  rawServer,
  status,
} from '../../support/files/cloud.ts';

const local = localFolder();
closeRawServers();

describe('what is asked', () => {
  it('is the file itself, uncompressed, and written with its length', async () => {
    const stored = { etag: '"1"', content: 'old' };
    const server = await rawServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (request.method === 'PUT') {
          stored.content = Buffer.concat(chunks).toString();
          stored.etag = '"2"';
          response.writeHead(204).end();
          return;
        }
        response.writeHead(200, { etag: stored.etag, 'content-length': stored.content.length });
        response.end(stored.content);
      });
    });
    await writeFile(local('new'), 'new content');
    expect(await server.files().replace('/a b/c.xlsx', local('new'), { etag: '"1"' })).toEqual({
      etag: '"2"',
    });
    const [put, get] = server.requests;
    expect([put?.method, put?.url]).toEqual(['PUT', '/dav/files/bot/a%20b/c.xlsx']);
    expect(put?.headers).toMatchObject({ 'content-length': '11', 'if-match': '"1"' });
    expect(put?.headers).not.toHaveProperty('transfer-encoding');
    expect([get?.method, get?.url]).toEqual(['GET', '/dav/files/bot/a%20b/c.xlsx']);
    expect(get?.headers['accept-encoding']).toBe('identity');
  });

  it('stands below a root that is written without its last slash', async () => {
    const server = await rawServer(status(404));
    const files = server.files({ url: server.url.slice(0, -1) });
    await expect(files.stat(PATH)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(server.requests[0]?.url).toBe('/dav/files/bot/a.xlsx');
  });

  it('is no search where the root is no user’s files', async () => {
    const server = await rawServer(status(500));
    expect(await server.files({ url: `${server.origin}/webdav/` }).find('7')).toBeNull();
    expect(server.requests).toEqual([]);
    await expect(server.files().find('7')).rejects.toMatchObject({ code: 'FILE_UNAVAILABLE' });
    expect(server.requests[0]?.url).toBe('/dav/');
  });
});

describe('versions', () => {
  const get =
    (etag: string): RequestListener =>
    (_, response) => {
      response.writeHead(200, { etag, 'content-length': 3 }).end('old');
    };

  it('are the properties’ where the header has a weak one', async () => {
    const server = await rawServer(
      fileOf('<d:getetag>1</d:getetag><d:getcontentlength>3</d:getcontentlength>', get('W/"1"')),
    );
    expect(await server.files().download(PATH, local('a'))).toEqual({ etag: '"1"' });
    expect(await readFile(local('a'), 'utf8')).toBe('old');
  });

  it('are refused where they are weak everywhere', async () => {
    const server = await rawServer(fileOf('<d:getetag>W/"1"</d:getetag>', get('W/"1"')));
    await expectFileError(
      server.files().download(PATH, local('a')),
      'FILE_UNAVAILABLE',
      `${PATH} cannot be tracked: ${server.origin} gives no strong ETag for it, without which somebody's edit could be overwritten unseen`,
    );
  });

  it('must be the same before and after, where the answer itself has none', async () => {
    let asked = 0;
    const server = await rawServer((request, response) => {
      if (request.method === 'GET') {
        response.writeHead(200, { 'content-length': 3 }).end('old');
        return;
      }
      asked += 1;
      const properties = `<d:getetag>"${asked}"</d:getetag><d:getcontentlength>3</d:getcontentlength>`;
      response.writeHead(207).end(multistatus(['/dav/files/bot/a.xlsx', properties]));
    });
    await expectFileError(
      server.files().download(PATH, local('a')),
      'FILE_CHANGED',
      `${PATH} was changed by someone else while it was read`,
    );
  });

  it('belong to a whole file, also where only the connection’s end tells its end', async () => {
    const untilClosed: RequestListener = (_, response) => {
      response.useChunkedEncodingByDefault = false;
      response.shouldKeepAlive = false;
      response.writeHead(200, { etag: '"1"' }).end('old');
    };
    const of = (length: string): RequestListener =>
      fileOf(`<d:getetag>"1"</d:getetag>${length}`, untilClosed);
    const whole = await rawServer(of('<d:getcontentlength>3</d:getcontentlength>'));
    expect(await whole.files().download(PATH, local('a'))).toEqual({ etag: '"1"' });
    const longer = await rawServer(of('<d:getcontentlength>30</d:getcontentlength>'));
    await expectFileError(
      longer.files().download(PATH, local('a')),
      'FILE_UNAVAILABLE',
      `${PATH} could not be read whole: 3 of 30 bytes came`,
    );
    const unknown = await rawServer(of(''));
    await expectFileError(
      unknown.files().download(PATH, local('a')),
      'FILE_UNAVAILABLE',
      `${PATH} could not be read whole: 3 of an unknown number of bytes came`,
    );
  });
});

describe('a file', () => {
  it('that comes compressed, though asked not to, is refused', async () => {
    const server = await rawServer((_, response) => {
      const body = gzipSync('old');
      response.writeHead(200, { etag: '"1"', 'content-encoding': 'gzip', 'content-length': body.length });
      response.end(body);
    });
    await expectFileError(
      server.files().download(PATH, local('a')),
      'FILE_UNAVAILABLE',
      `${PATH} cannot be read: ${server.origin} sends it compressed, which it was asked not to`,
    );
  });

  it('that is larger than it said, is refused in the middle', async () => {
    const server = await rawServer((_, response) => {
      response.writeHead(200, { etag: '"1"' });
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(100_000)));
      };
      response.on('drain', more);
      more();
    });
    await expectFileError(
      server.files({ maxBytes: 1024 * 1024 }).download(PATH, local('a')),
      'FILE_TOO_LARGE',
      `${PATH} is too large: it has more than 1 MB`,
    );
  });
});

describe('time', () => {
  it.each<[string, RequestListener, string]>([
    ['for an answer', () => undefined, 'cannot be reached: ORIGIN sent and took nothing for 0.15 s'],
    [
      'for its end',
      (_, response) => {
        response.writeHead(200, { etag: '"1"', 'content-length': 100 });
        response.write('x');
      },
      'could not be read whole: ORIGIN sent and took nothing for 0.15 s',
    ],
  ])('%s is limited', async (_, handle, message) => {
    const server = await rawServer(handle);
    await expectFileError(
      server.files({ timeoutMs: 150 }).download(PATH, local('a')),
      'FILE_TIMEOUT',
      `${PATH} ${message.replace('ORIGIN', server.origin)}`,
    );
  });

  it('for a write that the server does not take is limited', async () => {
    const server = await rawServer((request) => request.pause());
    await writeFile(local('new'), '');
    await truncate(local('new'), 60 * 1024 * 1024);
    await expectFileError(
      server.files({ timeoutMs: 150 }).replace(PATH, local('new'), { etag: '"1"' }),
      'FILE_TIMEOUT',
      `${PATH} cannot be reached: ${server.origin} sent and took nothing for 0.15 s`,
    );
  });

  it('is not wasted on a write that is refused at its beginning', async () => {
    const server = await rawServer((request, response) => {
      request.pause();
      response.writeHead(412).end();
    });
    await writeFile(local('new'), '');
    await truncate(local('new'), 60 * 1024 * 1024);
    await expectFileError(
      server.files().replace(PATH, local('new'), { etag: '"1"' }),
      'FILE_CHANGED',
      `${PATH} was changed by someone else since it was read`,
    );
  });
});
