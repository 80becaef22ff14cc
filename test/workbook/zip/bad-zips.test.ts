import { readFile, writeFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { patchWorkbook } from '../../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../../src/workbook/read-workbook.ts';
import { COLUMNS, editOf, testFolder } from '../../support/workbook/folder.ts';
import { rawParts, SHEET_PART } from '../../support/workbook/raw-workbook.ts';
import { expectRefused } from '../../support/workbook/refused.ts';
import { writeZip, zipBytes } from '../../support/workbook/zip-file.ts';
import type { ZipPart } from '../../support/workbook/zip-file.ts';

const { folder, path } = testFolder();
const BOOK = { rows: '<row r="2"><c r="A2" t="str"><v>W1</v></c></row>' };

async function zip(more: ZipPart[], change = (part: ZipPart): ZipPart => part): Promise<string> {
  const written = path('zip.xlsx');
  await writeZip(written, [...rawParts(BOOK).map(change), ...more]);
  return written;
}

describe('zip entries that are refused', () => {
  it.each([
    ['of one name', SHEET_PART],
    ['of one name but for case', SHEET_PART.toUpperCase()],
    ['that one name is meant by', SHEET_PART.replaceAll('/', '\\')],
  ])('two %s', async (_, name) => {
    await expectRefused(
      folder(),
      await zip([{ name, data: '<worksheet/>' }]),
      'WORKBOOK_DAMAGED',
      `is damaged: two zip entries have the name "${name.replaceAll('\\', '/')}"`,
    );
  });

  it.each([
    '../outside.xml',
    'xl/../../outside.xml',
    'C:/outside.xml',
    'xl\\..\\outside.xml',
    'C:\\outside.xml',
  ])('one named %s', async (name) => {
    await expectRefused(
      folder(),
      await zip([{ name, data: 'x' }]),
      'WORKBOOK_DAMAGED',
      /has a name that leads outside/,
    );
  });

  it('that are one another, so that a copy of each would fill the disk', async () => {
    const parts = [...rawParts(BOOK), ...Array.from({ length: 9 }, (_, index) => `xl/media/${index}`)].map(
      (part) => (typeof part === 'string' ? { name: part, data: 'x'.repeat(1000), stored: true } : part),
    );
    const bytes = zipBytes(parts);
    const first = bytes.indexOf('PK\x03\x04\x14', bytes.indexOf('xxx') - 60, 'latin1');
    const directory = bytes.subarray(bytes.indexOf('PK\x01\x02', 0, 'latin1'));
    for (let at = directory.indexOf('PK\x01\x02'); at >= 0; at = directory.indexOf('PK\x01\x02', at + 4)) {
      if (directory.toString('latin1', at + 46, at + 54) === 'xl/media')
        directory.writeUInt32LE(first, at + 42);
    }
    const end = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');
    const start = bytes.lastIndexOf('xxx') + 3 - 8 * 1039;
    const file = path('overlapping.xlsx');
    const moved = Buffer.concat([bytes.subarray(0, start), directory]);
    moved.writeUInt32LE(start, moved.length - (bytes.length - end) + 16);
    await writeFile(file, moved);
    await expectRefused(
      folder(),
      file,
      'WORKBOOK_DAMAGED',
      'is damaged: its zip entries overlap, or reach beyond the file',
    );
  });

  it('that a forger gave long names of several lines', async () => {
    const name = `xl/\n${'x'.repeat(2000)}`;
    const link: [string, string, string] = ['rId8', 'sharedStrings', name];
    const target = name.replace('\n', '&#10;');
    const file = path('long.xlsx');
    const book = { ...BOOK, workbookLinks: [['rId2', 'worksheet', target]] as (typeof link)[] };
    const workbook = '<sheets><sheet name="x" r:id="rId2"/></sheets>';
    await writeZip(file, [...rawParts({ ...book, workbook }), { name: `xl/${name}`, data: '<worksheet>' }]);
    await expect(readWorkbook(file, { columns: COLUMNS })).rejects.toMatchObject({
      code: 'WORKBOOK_DAMAGED',
      message: expect.stringMatching(/^long\.xlsx is damaged: in xl\/xl\/ x{400,480}…$/) as string,
    });
  });

  it('more than a workbook ever has', async () => {
    const many = Array.from({ length: 200 }, (_, index) => ({ name: `xl/media/${index}`, data: '' }));
    const limits = { maxParts: 200 };
    await expectRefused(
      folder(),
      await zip(many),
      'WORKBOOK_TOO_LARGE',
      /is too large: \d+ parts, where 200 are allowed/,
      limits,
    );
  });

  it('a file larger than allowed', async () => {
    const limits = { maxFileBytes: 100 };
    await expectRefused(
      folder(),
      await zip([]),
      'WORKBOOK_TOO_LARGE',
      /is too large: 1 MB, where 1 MB are allowed/,
      limits,
    );
  });
});

describe('zip entries that are damaged, or of another make', () => {
  const only =
    (name: string, change: Partial<ZipPart>) =>
    (part: ZipPart): ZipPart =>
      part.name === name ? { ...part, ...change } : part;

  it('say another size than they have', async () => {
    const file = await zip([], only(SHEET_PART, { claimedSize: 9 }));
    await expectRefused(
      folder(),
      file,
      'WORKBOOK_DAMAGED',
      `is damaged: ${SHEET_PART} has not the size that the zip file says`,
    );
  });

  it.each([
    ['deflated bytes', false, /cannot be unzipped|has a wrong checksum|has not the size/],
    ['stored bytes', true, /has a wrong checksum/],
  ])('have other %s', async (_, stored, message) => {
    const data = `${rawParts(BOOK).find(({ name }) => name === SHEET_PART)!.data as string}${' '.repeat(50)}`;
    const file = await zip([], only(SHEET_PART, { data, stored }));
    const bytes = await readFile(file);
    const at = bytes.indexOf(SHEET_PART, 0, 'latin1') + SHEET_PART.length;
    bytes[at + 20] = bytes[at + 20]! ^ 0x01;
    await writeFile(file, bytes);
    await expectRefused(folder(), file, 'WORKBOOK_DAMAGED', message);
  });

  it('are not where the directory says', async () => {
    const file = await zip([]);
    const bytes = await readFile(file);
    bytes.write('XX', bytes.indexOf(SHEET_PART, 0, 'latin1') - 30, 'latin1');
    await writeFile(file, bytes);
    await expectRefused(
      folder(),
      file,
      'WORKBOOK_DAMAGED',
      `is damaged: the zip entry ${SHEET_PART} is not where the directory says`,
    );
  });

  it('are compressed in another way', async () => {
    const bytes = zipBytes(rawParts(BOOK));
    for (let at = bytes.indexOf('PK\x01\x02'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 4)) {
      if (bytes.toString('latin1', at + 46).startsWith(SHEET_PART)) bytes.writeUInt16LE(9, at + 10);
    }
    const file = path('deflate64.xlsx');
    await writeFile(file, bytes);
    await expectRefused(
      folder(),
      file,
      'WORKBOOK_UNSUPPORTED',
      /is compressed in a way that spreadsheet programs do not use: open the workbook in Excel and save it again$/,
    );
  });

  it('reach beyond the file: a part that is only copied, too', async () => {
    const bytes = zipBytes([
      ...rawParts(BOOK),
      { name: 'xl/media/image1.png', data: 'x'.repeat(100), stored: true },
    ]);
    const at = bytes.lastIndexOf('PK\x01\x02', undefined, 'latin1');
    const beyond = bytes.length - bytes.indexOf('xxx') + 1;
    bytes.writeUInt32LE(beyond, at + 20);
    bytes.writeUInt32LE(beyond, at + 24);
    const source = path('beyond.xlsx');
    await writeFile(source, bytes);
    const { rows } = await readWorkbook(source, { columns: COLUMNS });
    const edits = [editOf(rows[0]!, '完了')];
    const target = path('beyond-patched.xlsx');
    await expect(patchWorkbook(source, target, { columns: COLUMNS, edits })).rejects.toMatchObject({
      code: 'WORKBOOK_DAMAGED',
      message: 'beyond.xlsx is damaged: the zip entry xl/media/image1.png reaches beyond the file',
    });
    await expect(readFile(target)).rejects.toThrow('ENOENT');
    await expect(readFile(`${target}.part`)).rejects.toThrow('ENOENT');
  });

  it.each(['before', 'behind'])(
    'run into the next: parts that are only copied, %s the sheet',
    async (where) => {
      const media = ['xl/media/1', 'xl/media/2'].map((name) => ({ name, data: 'x'.repeat(9), stored: true }));
      const bytes = zipBytes(
        where === 'before' ? [...media, ...rawParts(BOOK)] : [...rawParts(BOOK), ...media],
      );
      const at = bytes.indexOf('xl/media/1', bytes.indexOf('PK\x01\x02'), 'latin1') - 46;
      bytes.writeUInt32LE(10, at + 20);
      bytes.writeUInt32LE(10, at + 24);
      const source = path('overlap.xlsx');
      await writeFile(source, bytes);
      const { rows } = await readWorkbook(source, { columns: COLUMNS });
      const target = path('overlap-patched.xlsx');
      const edits = [editOf(rows[0]!, '完了')];
      await expect(patchWorkbook(source, target, { columns: COLUMNS, edits })).rejects.toMatchObject({
        code: 'WORKBOOK_DAMAGED',
        message: 'overlap.xlsx is damaged: its zip entries overlap, or reach beyond the file',
      });
      await expect(readFile(target)).rejects.toThrow('ENOENT');
      await expect(readFile(`${target}.part`)).rejects.toThrow('ENOENT');
    },
  );
});
