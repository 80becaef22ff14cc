import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileError } from '../../../src/files/types.ts';
import {
  checkedPath,
  isWebdavPath,
  pathOfHref,
  urlBelow,
  webdavPath,
} from '../../../src/files/webdav/path.ts';

const ROOT = new URL('https://cloud.example/remote.php/dav/files/bot/');

describe('webdavPath', () => {
  it.each([
    ['webdav:/a/b.xlsx', 'webdav:/a/b.xlsx'],
    ['/a/b.xlsx', 'webdav:/a/b.xlsx'],
    ['/a b/100 % + #?&.xlsx', 'webdav:/a b/100 % + #?&.xlsx'],
    ['/追跡/荷物.xlsx', 'webdav:/追跡/荷物.xlsx'],
    // The same text typed on macOS: two code points where NFC has one.
    ['/\u30cf\u309a.xlsx', 'webdav:/\u30d1.xlsx'],
    ['/a/.hidden', 'webdav:/a/.hidden'],
    ['/...', 'webdav:/...'],
    ['/50%25.xlsx', 'webdav:/50%25.xlsx'],
    [`/${'a'.repeat(999)}`, `webdav:/${'a'.repeat(999)}`],
  ])('%j is %j', (text, path) => {
    expect(webdavPath(text)).toBe(path);
    expect(webdavPath(path)).toBe(path);
    expect(isWebdavPath(path)).toBe(true);
  });

  it.each([
    ['', 'does not begin with /'],
    ['webdav:', 'does not begin with /'],
    ['a.xlsx', 'does not begin with /'],
    ['webdav:a.xlsx', 'does not begin with /'],
    ['webdav:webdav:/a.xlsx', 'does not begin with /'],
    ['https://cloud/a.xlsx', 'does not begin with /'],
    ['/', 'ends with /'],
    ['/a/', 'ends with /'],
    ['//a', 'holds //'],
    ['/a//b', 'holds //'],
    ['/a/./b', 'holds "."'],
    ['/a/../b', 'holds ".."'],
    ['/..', 'holds ".."'],
    ['/a/%2e%2E/b', 'holds "%2e%2E"'],
    ['/a/.%2e', 'holds ".%2e"'],
    ['/a/%252e%252e/b', 'holds "%252e%252e"'],
    ['/a%2fb', 'holds a percent-encoded separator'],
    ['/a/..%2f..%2fb', 'holds a percent-encoded separator'],
    ['/a%5Cb', 'holds a percent-encoded separator'],
    ['/a%25%35cb', 'holds a percent-encoded separator'],
    ['/a%00.xlsx', 'holds a percent-encoded separator'],
    ['/a\\b', 'holds a backslash'],
    ['/a\nb', 'holds a control character'],
    ['/a\u0000', 'holds a control character'],
    ['/a\u2028b', 'holds a control character'],
    ['/a\ud800b', 'holds a control character'],
    [`/${'a'.repeat(1_000)}`, 'has more than 1000 characters'],
  ])('%j is refused: it %s', (text, problem) => {
    const refused = (): string => webdavPath(text);
    expect(refused).toThrow(FileError);
    expect(refused).toThrow(expect.objectContaining({ code: 'FILE_PATH_INVALID' }));
    expect(refused).toThrow(
      `is no path of a file on WebDAV: it ${problem}; write it webdav:/folder/file.xlsx`,
    );
    expect(refused).not.toThrow(/[\n\u2028]/);
  });
});

describe('urlBelow and pathOfHref', () => {
  it('encodes each segment', () => {
    expect(urlBelow(ROOT, 'webdav:/a b/100%#?&;+荷.xlsx').href).toBe(
      'https://cloud.example/remote.php/dav/files/bot/a%20b/100%25%23%3F%26%3B%2B%E8%8D%B7.xlsx',
    );
  });

  it('are each other’s reverse, and lead nowhere but below the root', () => {
    const segment = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .map((text) => text.replaceAll(/[/\\\p{C}\p{Zl}\p{Zp}]/gu, '_'));
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), (segments) => {
        let path = '';
        try {
          path = checkedPath(`/${segments.join('/')}`);
        } catch {
          fc.pre(false);
        }
        const url = urlBelow(ROOT, path);
        expect(url.href.startsWith(ROOT.href)).toBe(true);
        expect(pathOfHref(ROOT, url.pathname)).toBe(path);
        expect(pathOfHref(ROOT, url.href)).toBe(path);
      }),
    );
  });

  it.each([
    ['/remote.php/dav/files/bot/', 'webdav:'],
    ['/remote.php/dav/files/bot', 'webdav:'],
    ['/remote.php/dav/files/bot/a/', 'webdav:/a'],
    ['/remote.php/dav//files/bot/a.xlsx', 'webdav:/a.xlsx'],
    ['http://inside:8080/remote.php/dav/files/bot/a.xlsx', 'webdav:/a.xlsx'],
    // Asked for as it is listed: another spelling is another name to most servers.
    ['/remote.php/dav/files/bot/%E3%83%8F%E3%82%9A', 'webdav:/\u30cf\u309a'],
    ['/remote.php/dav/files/bot/%E3%83%91', 'webdav:/\u30d1'],
    ['/remote.php/dav/files/bot/a/../../mika/b', null],
    ['/remote.php/dav/files/bot/%2e%2e/mika/b', null],
    ['/remote.php/dav/files/bot/a%2Fb', null],
    ['/remote.php/dav/files/bot/a%0Ab', null],
    ['/remote.php/dav/files/bot/%FF', null],
    ['/remote.php/dav/files/bottom/a', null],
    ['/dav/files/bot/a', null],
    ['', 'webdav:'],
    ['http://', null],
  ])('%j stands at %j', (href, path) => {
    expect(pathOfHref(ROOT, href)).toBe(path);
  });

  it('takes a root that is written encoded or not', () => {
    const root = new URL('https://cloud.example/remote.php/dav/files/m%40example.jp/');
    expect(pathOfHref(root, '/remote.php/dav/files/m@example.jp/a')).toBe('webdav:/a');
  });

  it('takes a root of either spelling', () => {
    const root = new URL('https://cloud.example/dav/\u30d1/');
    expect(pathOfHref(root, '/dav/%E3%83%8F%E3%82%9A/a')).toBe('webdav:/a');
  });
});
