import { writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { WebDavFiles } from '../../../src/files/webdav/webdav-files.ts';
import { expectFileError } from '../../support/files/local-folders.ts';
import {
  closeRawServers,
  localFolder,
  multistatus,
  PATH,
  rawServer,
  status,
} from '../../support/files/cloud.ts';

const local = localFolder();
closeRawServers();

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
