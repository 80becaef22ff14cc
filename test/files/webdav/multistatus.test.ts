import { describe, expect, it } from 'vitest';
import { readMultistatus } from '../../../src/files/webdav/multistatus.ts';

/** The answer comes in pieces of so many bytes. */
async function* inPieces(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, size = 1_000): Promise<{ href: string; properties: object }[]> {
  const entries = await readMultistatus(inPieces(text, size));
  return entries.map(({ href, properties }) => ({ href, properties: Object.fromEntries(properties) }));
}

const NEXTCLOUD = `<?xml version="1.0"?>
<d:multistatus xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns" xmlns:oc="http://owncloud.org/ns">
 <d:response><d:href>/remote.php/dav/files/bot/a%20%26%20b/</d:href><d:propstat><d:prop><d:resourcetype><d:collection/></d:resourcetype><d:getetag>&quot;5f&quot;</d:getetag><oc:fileid>7</oc:fileid></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat><d:propstat><d:prop><d:getcontentlength/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>
 <d:response><d:href>/remote.php/dav/files/bot/荷.xlsx</d:href><d:propstat><d:prop><d:resourcetype/><d:getetag>&#34;6&#x66;&#34;</d:getetag></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>
</d:multistatus>`;

describe('readMultistatus', () => {
  it.each([1, 7, 100, 100_000])('reads what Nextcloud answers, in pieces of %i bytes', async (size) => {
    expect(await read(NEXTCLOUD, size)).toEqual([
      {
        href: '/remote.php/dav/files/bot/a%20%26%20b/',
        properties: { resourcetype: '', collection: '', getetag: '"5f"', fileid: '7' },
      },
      {
        href: '/remote.php/dav/files/bot/荷.xlsx',
        properties: { resourcetype: '', getetag: '"6f"' },
      },
    ]);
  });

  it('reads other prefixes, CDATA, comments, and a status before its properties', async () => {
    const text = `<multistatus xmlns="DAV:" xmlns:lp1="DAV:"><!-- x --><response>
      <href>/a</href><propstat><status>HTTP/1.1 200 OK</status><prop>
      <lp1:getetag><![CDATA["1"]]></lp1:getetag>
      <lockdiscovery><activelock><locktype><write/></locktype><owner><href> Mika &amp;
      Co </href></owner></activelock><activelock><owner>second</owner></activelock></lockdiscovery>
      </prop></propstat></response></multistatus>`;
    const [entry] = await read(text);
    expect(entry?.properties).toMatchObject({ getetag: '"1"', owner: 'Mika &\n      Co' });
  });

  it('leaves out entries that the server could not tell of', async () => {
    const text = `<d:multistatus xmlns:d="DAV:"><d:response><d:href>/a</d:href><d:status>HTTP/1.1 403 Forbidden</d:status></d:response><d:response><d:href>/b</d:href><d:status>HTTP/1.1 200 OK</d:status></d:response></d:multistatus>`;
    expect(await read(text)).toEqual([{ href: '/b', properties: {} }]);
  });

  it('is empty where nothing was found', async () => {
    expect(await read('<d:multistatus xmlns:d="DAV:"/>')).toEqual([]);
  });

  it.each([
    ['', 'the XML ends in the middle'],
    ['no XML at all', 'the XML ends in the middle'],
    ['<html><body>Log in</body></html>', 'it is no multistatus'],
    [NEXTCLOUD.slice(0, -300), 'the XML ends in the middle'],
    [NEXTCLOUD.replace('</d:multistatus>', ''), 'the XML ends in the middle'],
    ['<multistatus></multistatus></multistatus>', 'a tag is closed that was not open'],
    ['<multistatus>&nbsp;</multistatus>', 'the XML uses the entity "&nbsp;"'],
    ['<!DOCTYPE m [<!ENTITY a "aaaa">]><multistatus>&a;</multistatus>', 'a document type declaration'],
    ['<multistatus>'.repeat(100), 'nested too deep'],
  ])('%j is refused', async (text, problem) => {
    await expect(read(text)).rejects.toThrow(problem);
  });
});
