import { readFile, truncate, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { WebDavFiles } from '../../../src/files/webdav/webdav-files.ts';
import { expectFileError } from '../../support/files/local-folders.ts';
import { closeRawServers, localFolder, multistatus, rawServer } from '../../support/files/cloud.ts';

const local = localFolder();
closeRawServers();

const PATH = 'webdav:/a.xlsx';
const status =
  (code: number, headers: Record<string, string> = {}): RequestListener =>
  (_, response) => {
    response.writeHead(code, headers).end('<html>');
  };
/** Answers questions with one entry of these properties, and GET with `get`. */
const fileOf =
  (properties: string, get: RequestListener): RequestListener =>
  (request, response) => {
    if (request.method === 'GET') get(request, response);
    else response.writeHead(207).end(multistatus(['/dav/files/bot/a.xlsx', properties]));
  };

describe('an answer that is no good one', () => {
  it.each([
    [400, 'FILE_UNAVAILABLE', 'cannot be used now: ORIGIN answered 400'],
    [
      401,
      'FILE_LOGIN_REFUSED',
      'cannot be reached: ORIGIN refused the login (401); check WEBDAV_USERNAME and WEBDAV_PASSWORD',
    ],
    [403, 'FILE_FORBIDDEN', 'may not be read or written by WEBDAV_USERNAME (403)'],
    [404, 'FILE_NOT_FOUND', 'is not there'],
    [405, 'FILE_UNAVAILABLE', 'cannot be used: ORIGIN speaks no WebDAV there (405); check WEBDAV_URL'],
    [409, 'FILE_NOT_FOUND', 'is not there'],
    [410, 'FILE_NOT_FOUND', 'is not there'],
    [412, 'FILE_CHANGED', 'was changed by someone else since it was read'],
    [413, 'FILE_TOO_LARGE', 'is larger than ORIGIN takes (413)'],
    [423, 'FILE_LOCKED', 'is locked'],
    [429, 'FILE_UNAVAILABLE', 'cannot be used now: ORIGIN answered 429'],
    [500, 'FILE_UNAVAILABLE', 'cannot be used now: ORIGIN answered 500'],
    [502, 'FILE_UNAVAILABLE', 'cannot be used now: ORIGIN answered 502'],
    [503, 'FILE_UNAVAILABLE', 'cannot be used now: ORIGIN answered 503'],
    [507, 'FILE_NO_SPACE', 'cannot be written: no space is left for it on ORIGIN (507)'],
  ] as const)('%i is %s', async (code, ours, message) => {
    const server = await rawServer(status(code));
    const told = `${PATH} ${message.replace('ORIGIN', server.origin)}`;
    await writeFile(local('new'), 'new');
    await expectFileError(server.files().stat(PATH), ours, told);
    await expectFileError(server.files().download(PATH, local('a')), ours, told);
    await expectFileError(server.files().replace(PATH, local('new'), { etag: '"1"' }), ours, told);
  });

  it.each([
    [200, '<html><body>Log in</body></html>', 'it is no multistatus'],
    [207, '', 'the XML ends in the middle'],
    [207, '<!DOCTYPE x [<!ENTITY a "a">]><x/>', 'a document type declaration or entity is defined'],
  ])('%i with %j is not WebDAV’s', async (code, body, problem) => {
    const server = await rawServer((_, response) => {
      response.writeHead(code).end(body);
    });
    await expect(server.files().stat(PATH)).rejects.toMatchObject({
      code: 'FILE_UNAVAILABLE',
      message: expect.stringContaining(
        `${PATH} cannot be used: what ${server.origin} answers is not WebDAV's: ${problem}`,
      ) as string,
    });
  });

  it.each([
    ['<d:response><d:href>/a</d:href></d:response>', 'the answer has over 100,000 entries'],
    ['<d:x>'.padEnd(100, 'x').concat('</d:x>'), 'the answer is over 64 MB'],
  ])('that never ends is not read for ever: %s', async (part, problem) => {
    const server = await rawServer((_, response) => {
      response.writeHead(207);
      response.write('<d:multistatus xmlns:d="DAV:">');
      const chunk = part.repeat(20_000);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    await expectFileError(
      server.files().stat(PATH),
      'FILE_TOO_LARGE',
      `${PATH} holds too many files: ${problem}`,
    );
  });
});

describe('a lock’s owner', () => {
  const locked =
    (properties: string): RequestListener =>
    (request, response) => {
      if (request.method === 'PUT') response.writeHead(423).end();
      else response.writeHead(207).end(multistatus(['/dav/files/bot/a.xlsx', properties]));
    };
  const active = (owner: string): string =>
    `<d:lockdiscovery><d:activelock><d:owner>${owner}</d:owner></d:activelock></d:lockdiscovery>`;

  it.each([
    [`<nc:lock-owner-displayname>Mika</nc:lock-owner-displayname>${active('mika')}`, ' by Mika'],
    ['<nc:lock-owner-displayname/><nc:lock-owner>mika</nc:lock-owner>', ' by mika'],
    [active('<d:href>mailto:mika@example.jp</d:href>'), ' by mailto:mika@example.jp'],
    [active(`\n Mika\t&amp;\n Co ${'!'.repeat(200)}`), ` by Mika &amp; Co ${'!'.repeat(90)}`],
    [active(''), ''],
    ['<d:lockdiscovery/>', ''],
  ])('%#', async (properties, told) => {
    const server = await rawServer(locked(properties));
    await writeFile(local('new'), 'new');
    await expectFileError(
      server.files().replace(PATH, local('new'), { etag: '"1"' }),
      'FILE_LOCKED',
      `${PATH} is locked${told.replace('&amp;', '&')}`,
    );
  });
});

describe('a redirect is not followed, and the login goes nowhere else', () => {
  it.each([301, 302, 303, 307, 308])('%i', async (code) => {
    const target = await rawServer(status(200));
    const server = await rawServer(status(code, { location: `${target.origin}/login?token=secret-token` }));
    await writeFile(local('new'), 'new');
    const message = `${PATH} cannot be reached: ${server.origin} redirects (${code}), which is not followed; set WEBDAV_URL to where it leads: ${target.origin}`;
    await expectFileError(server.files().stat(PATH), 'FILE_UNAVAILABLE', message);
    await expectFileError(server.files().download(PATH, local('a')), 'FILE_UNAVAILABLE', message);
    const write = server.files().replace(PATH, local('new'), { etag: '"1"' });
    await expectFileError(write, 'FILE_UNAVAILABLE', message);
    expect(target.requests).toEqual([]);
  });

  it.each(['/login', 'http://', ''])('to %j', async (location) => {
    const server = await rawServer(status(302, { location }));
    await expectFileError(
      server.files().stat(PATH),
      'FILE_UNAVAILABLE',
      `${PATH} cannot be reached: ${server.origin} redirects (302), which is not followed; check WEBDAV_URL`,
    );
  });
});

describe('no error shows the login', () => {
  it.each<[string, RequestListener]>([
    ['refused', status(401)],
    ['broken', (_, response) => response.destroy()],
    ['no HTTP', (_, response) => response.socket?.end('nonsense\r\n\r\n')],
    ['slow', () => undefined],
    ['no WebDAV', status(200)],
  ])('%s', async (_, handle) => {
    const server = await rawServer(handle);
    const files = server.files({ timeoutMs: 100 });
    await writeFile(local('new'), 'new');
    const works = [
      files.stat(PATH),
      files.download(PATH, local('a')),
      files.replace(PATH, local('new'), { etag: '"1"' }),
    ];
    for (const outcome of await Promise.allSettled(works)) {
      const shown = inspect(outcome, { depth: 20, showHidden: true });
      expect(outcome.status).toBe('rejected');
      expect(shown).toContain("code: 'FILE_");
      expect(shown).not.toContain('app-password');
      expect(shown).not.toContain(Buffer.from('bot:app-password').toString('base64'));
    }
    const [first] = server.requests;
    expect(first?.headers.authorization).toBe(`Basic ${Buffer.from('bot:app-password').toString('base64')}`);
  });

  it('not even one in the URL', async () => {
    const files = new WebDavFiles({
      url: 'http://mika:hush@127.0.0.1:1/dav?token=hush',
      username: 'bot',
      password: 'p',
    });
    await expectFileError(
      files.stat(PATH),
      'FILE_UNAVAILABLE',
      `${PATH} cannot be reached: http://127.0.0.1:1 takes no connections; check WEBDAV_URL, and whether it runs (ECONNREFUSED)`,
    );
  });
});

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
