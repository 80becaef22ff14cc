import { describe, expect, it } from 'vitest';

import { utf8Chunks } from '../../src/xml/utf8-chunks.ts';
import { UnknownEncoding, XmlProblem } from '../../src/xml/xml-problem.ts';

interface Converted {
  bytes: Buffer;
  encoding: string | null;
}

async function converted(document: Buffer, chunkSize = 4096): Promise<Converted> {
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < document.length; at += chunkSize) yield document.subarray(at, at + chunkSize);
  }
  const out: Buffer[] = [];
  let encoding: string | null = null;
  const told = (name: string): void => {
    encoding = name;
  };
  for await (const chunk of utf8Chunks(chunks(), told)) out.push(chunk);
  return { bytes: Buffer.concat(out), encoding };
}

const BODY = `<a b="${'荷物'.repeat(700)}">𠮟る é</a>`;
const declared = (encoding: string, body = BODY): string =>
  `<?xml version="1.0" encoding="${encoding}"?>${body}`;
const utf16le = (text: string): Buffer => Buffer.from(text, 'utf16le');
const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

describe('what is UTF-8', () => {
  it.each([
    ['says so', declared('utf-8')],
    ['says ASCII', declared('US-ASCII')],
    ['says nothing', BODY],
    ['has a byte order mark', `\uFEFF${declared('UTF8')}`],
    ['is short', '<a/>'],
    ['is empty', ''],
  ])('that %s passes as it is', async (_, document) => {
    for (const size of [1, 1000, 5000]) {
      const { bytes, encoding } = await converted(Buffer.from(document), size);
      expect({ text: bytes.toString(), encoding }).toEqual({ text: document, encoding: null });
    }
  });
});

describe('another encoding becomes UTF-8, and its declaration says so', () => {
  const expected = declared('UTF-8');
  it.each<[string, Buffer, string, string]>([
    ['UTF-16 with a byte order mark', utf16le(`\uFEFF${declared('UTF-16')}`), 'UTF-16LE', expected],
    ['UTF-16 big-endian with a mark', utf16be(`\uFEFF${declared('UTF-16')}`), 'UTF-16BE', expected],
    ['UTF-16 without a mark', utf16le(declared('UTF-16LE')), 'UTF-16LE', expected],
    ['UTF-16 big-endian without a mark', utf16be(declared('UTF-16')), 'UTF-16BE', expected],
    ['UTF-16 without a declaration', utf16le(`\uFEFF${BODY}`), 'UTF-16LE', BODY],
    ['UTF-8 that says UTF-16', Buffer.from(declared('utf-16')), 'utf-16', expected],
    ['UTF-8 with a mark that says Latin 1', Buffer.from(`\uFEFF${declared('latin1')}`), 'latin1', expected],
    [
      'Shift_JIS',
      Buffer.concat([
        Buffer.from(declared('Shift_JIS', '<a>')),
        Buffer.from('89d795a8', 'hex'),
        Buffer.from('</a>'),
      ]),
      'Shift_JIS',
      declared('UTF-8', '<a>荷物</a>'),
    ],
    [
      'EUC-JP',
      Buffer.concat([
        Buffer.from(declared('EUC-JP', '<a>')),
        Buffer.from('b2d9caaa', 'hex'),
        Buffer.from('</a>'),
      ]),
      'EUC-JP',
      declared('UTF-8', '<a>荷物</a>'),
    ],
    [
      'Latin 1',
      Buffer.from(declared('ISO-8859-1', '<a>é</a>'), 'latin1'),
      'ISO-8859-1',
      declared('UTF-8', '<a>é</a>'),
    ],
  ])('%s', async (_, document, encoding, text) => {
    for (const size of [1, 3, 1023, 1025, 4096]) {
      const found = await converted(document, size);
      expect({ text: found.bytes.toString(), encoding: found.encoding }).toEqual({ text, encoding });
    }
  });
});

describe('refused is', () => {
  it.each<[string, Buffer, string]>([
    ['UTF-32', Buffer.from('fffe00003c000000', 'hex'), 'UTF-32LE'],
    ['UTF-32 big-endian without a mark', Buffer.from('0000003c', 'hex'), 'UTF-32BE'],
    ['EBCDIC', Buffer.from('4c6fa794', 'hex'), 'EBCDIC'],
    ['what nobody knows', Buffer.from(declared('x-klingon')), 'x-klingon'],
  ])('%s, with what to do', async (_, document, name) => {
    await expect(converted(document)).rejects.toThrow(UnknownEncoding);
    await expect(converted(document)).rejects.toThrow(
      `is encoded in "${name}": open the workbook in Excel and save it again`,
    );
  });

  it('what is not in its own encoding', async () => {
    const half = utf16le(`\uFEFF${BODY}`).subarray(0, -1);
    for (const size of [7, 4096]) {
      await expect(converted(half, size)).rejects.toThrow(XmlProblem);
      await expect(converted(half, size)).rejects.toThrow('the XML holds bytes that are no UTF-16LE');
    }
  });
});
