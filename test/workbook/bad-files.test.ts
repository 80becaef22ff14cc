import { writeFile } from 'node:fs/promises';

import { describe, it } from 'vitest';

import { testFolder } from '../support/workbook/folder.ts';
import { rawParts } from '../support/workbook/raw-workbook.ts';
import { expectRefused } from '../support/workbook/refused.ts';
import { zipBytes } from '../support/workbook/zip-file.ts';

const { folder, path } = testFolder();

async function file(bytes: Buffer | string): Promise<string> {
  const written = path('file.xlsx');
  await writeFile(written, bytes);
  return written;
}

/** A compound file whose directory, in the first sector, names one stream. */
function compoundFile(stream: string): Buffer {
  const bytes = Buffer.alloc(2048);
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(bytes);
  bytes.writeUInt16LE(9, 0x1e);
  bytes.writeUInt32LE(1, 0x30);
  bytes.write(stream, 1024, 'utf16le');
  return bytes;
}

const workbook = zipBytes(rawParts({ rows: '<row r="2"><c r="A2"><v>1</v></c></row>' }));

describe('what is no workbook', () => {
  it.each([
    ['an empty file', '', 'is empty: a file of 0 bytes'],
    [
      'an HTML page',
      '<!DOCTYPE html><html><body>Sign in</body></html>',
      'is no workbook: it is an HTML page',
    ],
    ['an HTML table', '\uFEFF\n <table><tr><td>1</td></tr></table>', 'is no workbook: it is an HTML page'],
    ['an XML text', '<?xml version="1.0"?><error/>', 'is no workbook: it is an XML text'],
    [
      'an XML spreadsheet of 2003',
      '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
      'is no workbook: it is an XML spreadsheet of 2003: save it as .xlsx',
    ],
    [
      'CSV',
      '番号,メール\r\n1,a@example.jp\r\n',
      'is no workbook: it is a plain text, perhaps CSV: save it as .xlsx',
    ],
    [
      'CSV in Shift_JIS',
      Buffer.from('94d48d862c8381815b838b0d0a', 'hex'),
      'is no workbook: it is a plain text, perhaps CSV: save it as .xlsx',
    ],
    ['one byte', 'P', 'is no workbook: it is a plain text, perhaps CSV: save it as .xlsx'],
    [
      'a picture',
      Buffer.from('89504e470d0a1a0a0000000d', 'hex'),
      'is no workbook: it does not begin as a zip file does',
    ],
    ['an old .xls', compoundFile('Workbook'), 'is an old .xls workbook: save it as .xlsx'],
    ['a still older .xls', compoundFile('Book'), 'is an old .xls workbook: save it as .xlsx'],
    [
      'an old .doc',
      compoundFile('WordDocument'),
      'is an old Office file (.xls or the like): save it as .xlsx',
    ],
    [
      'the first bytes of an old file',
      compoundFile('').subarray(0, 8),
      'is an old Office file (.xls or the like): save it as .xlsx',
    ],
    ['an empty zip', zipBytes([]), 'is no workbook: a zip file without anything in it'],
    ['a zip of something else', zipBytes([{ name: 'a.txt', data: 'a' }]), 'is a zip file, but no workbook'],
    [
      'an OpenDocument file',
      zipBytes([
        { name: 'mimetype', data: 'application/vnd.oasis.opendocument.spreadsheet', stored: true },
        { name: 'content.xml', data: '<a/>' },
      ]),
      'is an OpenDocument file: save it as .xlsx',
    ],
    ['a binary workbook', officeFile('xl/workbook.bin'), 'is a binary workbook (.xlsb): save it as .xlsx'],
    ['a letter', officeFile('word/document.xml'), 'is an Office document, but no workbook'],
    [
      'another main part',
      officeFile('xl/workbook.xml', '<document/>'),
      'is no workbook: its main part is "document"',
    ],
  ])('%s', async (_, bytes, message) => {
    await expectRefused(folder(), await file(bytes), 'WORKBOOK_NOT_A_WORKBOOK', message);
  });

  it('a file that is not there', async () => {
    await expectRefused(
      folder(),
      path('nowhere.xlsx'),
      'WORKBOOK_NOT_A_WORKBOOK',
      /cannot be opened: ENOENT/,
    );
  });

  it('a folder', async () => {
    await expectRefused(folder(), folder(), 'WORKBOOK_NOT_A_WORKBOOK', 'is a folder or device, not a file');
  });

  it('an encrypted workbook, and one whose zip entries are', async () => {
    const message = 'is encrypted: remove its password and save it again';
    await expectRefused(
      folder(),
      await file(compoundFile('EncryptedPackage')),
      'WORKBOOK_ENCRYPTED',
      message,
    );
    await expectRefused(
      folder(),
      await file(compoundFile('DRMEncryptedTransform EncryptedPackage')),
      'WORKBOOK_ENCRYPTED',
      'is protected by rights management: take the protection away and save it again',
    );
    const parts = rawParts({}).map((part) => ({ ...part, flags: 1 }));
    await expectRefused(folder(), await file(zipBytes(parts)), 'WORKBOOK_ENCRYPTED', message);
  });
});

describe('a workbook cut short', () => {
  it.each([4, 30, 200, workbook.length - 200, workbook.length - 22, workbook.length - 1])(
    'to %i bytes',
    async (length) => {
      const cut = await file(workbook.subarray(0, length));
      await expectRefused(
        folder(),
        cut,
        'WORKBOOK_DAMAGED',
        /is damaged: the zip file is cut short or broken/,
      );
    },
  );
});

function officeFile(main: string, xml = '<a/>'): Buffer {
  const type = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument';
  return zipBytes([
    {
      name: '_rels/.rels',
      data: `<Relationships><Relationship Id="1" Type="${type}" Target="${main}"/></Relationships>`,
    },
    { name: main, data: xml },
  ]);
}
