import { readFile, writeFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { patchWorkbook } from '../../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../../src/workbook/read-workbook.ts';
import { DEFAULT_LIMITS } from '../../../src/workbook/limits.ts';
import { Archive } from '../../../src/workbook/zip/archive.ts';
import { writePatched } from '../../../src/workbook/zip/write-patched.ts';
import { COLUMNS, editOf, testFolder } from '../../support/workbook/folder.ts';
import { rawParts, SHEET_PART } from '../../support/workbook/raw-workbook.ts';
import { unzip, writeZip, zipBytes } from '../../support/workbook/zip-file.ts';
import type { ZipPart } from '../../support/workbook/zip-file.ts';

const { path } = testFolder();
const BOOK = { rows: '<row r="2"><c r="A2" t="str"><v>W1</v></c></row>' };

it('splices out of order are refused before anything is written', async () => {
  const source = path('in-order.xlsx');
  await writeFile(source, zipBytes(rawParts(BOOK)));
  const target = path('out-of-order.xlsx');
  await writeFile(target, 'what was there');
  const archive = await Archive.open(source, 'in-order.xlsx', DEFAULT_LIMITS);
  const wrong = [
    { offset: 9, remove: 0, insert: 'a' },
    { offset: 8, remove: 0, insert: 'b' },
  ];
  await expect(writePatched(archive, new Map([[SHEET_PART, wrong]]), target)).rejects.toMatchObject({
    code: 'WORKBOOK_UNSUPPORTED',
    message: expect.stringContaining('the places to be written are out of order') as string,
  });
  await archive.close();
  expect(await readFile(target, 'utf8')).toBe('what was there');
});

describe('zip entries that are odd, but sound', () => {
  it('say what unzipping them takes, once a stored sheet is deflated', async () => {
    const bytes = zipBytes(rawParts(BOOK).map((part) => ({ ...part, stored: true })));
    for (const signature of ['PK\x03\x04', 'PK\x01\x02']) {
      const at = signature.endsWith('\x04') ? 4 : 6;
      for (let from = bytes.indexOf(signature); from >= 0; from = bytes.indexOf(signature, from + 4))
        bytes.writeUInt16LE(10, from + at);
    }
    const source = path('stored.xlsx');
    await writeFile(source, bytes);
    const target = path('stored-patched.xlsx');
    const { rows } = await readWorkbook(source, { columns: COLUMNS });
    await patchWorkbook(source, target, { columns: COLUMNS, edits: [editOf(rows[0]!, '完了')] });
    const patched = await readFile(target);
    const versions = headers(patched).map(({ name, version }) => [name, String(version).slice(4)]);
    expect(versions.filter(([, version]) => version !== '0a00')).toEqual([[SHEET_PART, '1400']]);
  });

  it('are copied with their names, dates, attributes, order and bytes', async () => {
    const time = Buffer.from('555405000100f15365', 'hex');
    const source = path('odd-source.xlsx');
    const parts: ZipPart[] = [
      ...rawParts(BOOK).map((part) =>
        part.name === SHEET_PART ? { ...part, zip64: true, extra: time } : { ...part, descriptor: true },
      ),
      { name: 'xl/media/', data: '', stored: true, attributes: 0x41ed_0010 },
      { name: 'xl/media/stored.bin', data: Buffer.from([0, 1, 2, 255]), stored: true, comment: 'a note' },
      { name: 'xl/media/空.bin', data: '', extra: time },
      { name: 'customXml/item1.xml', data: '<a/>'.repeat(100), descriptor: true },
      { name: 'customXml/item2.xml', data: '<b/>'.repeat(100), zip64: true, extra: time },
    ];
    await writeFile(source, zipBytes(parts, 'of the zip'));
    const target = path('odd.xlsx');
    const { rows } = await readWorkbook(source, { columns: COLUMNS });
    await patchWorkbook(source, target, { columns: COLUMNS, edits: [editOf(rows[0]!, '完了')] });
    const [before, after] = [await unzip(source), await unzip(target)];
    expect([...after.keys()]).toEqual([...before.keys()]);
    for (const [name, bytes] of before) if (name !== SHEET_PART) expect(after.get(name)).toEqual(bytes);
    const [was, is] = [await readFile(source), await readFile(target)];
    expect(headers(is)).toEqual(
      headers(was).map((each) =>
        each.name === SHEET_PART ? { ...each, extra: time.toString('hex') } : each,
      ),
    );
    const copied = records(is);
    for (const [name, bytes] of records(was))
      if (name !== SHEET_PART) expect(copied.get(name)).toEqual(bytes);
    expect(is.subarray(-12).toString('latin1')).toBe('\n\0of the zip');
    expect((await readWorkbook(target, { columns: COLUMNS })).rows[0]?.result).toBe('完了');
  });
});

it('zip entries named with backslashes are read as with slashes, and keep their names', async () => {
  const backslashes = (part: ZipPart): ZipPart => ({ ...part, name: part.name.replaceAll('/', '\\') });
  const source = path('backslashes-source.xlsx');
  await writeZip(source, [...rawParts(BOOK), { name: 'xl/media/image1.png', data: 'x' }].map(backslashes));
  const target = path('backslashes.xlsx');
  const { rows } = await readWorkbook(source, { columns: COLUMNS });
  await patchWorkbook(source, target, { columns: COLUMNS, edits: [editOf(rows[0]!, '完了')] });
  const [before, after] = [await unzip(source), await unzip(target)];
  expect([...after.keys()]).toEqual([...before.keys()]);
  expect([...after.keys()]).toContain('xl\\worksheets\\sheet1.xml');
  expect((await readWorkbook(target, { columns: COLUMNS })).rows[0]?.result).toBe('完了');
});

it.each(['/', '//', '\\'])(
  'zip entries that begin with %s are read as without, and copied as they are',
  async (slash) => {
    const source = path('slashes-source.xlsx');
    const more = ['etc/passwd', 'host/x'].map((name) => ({ name, data: 'x' }));
    await writeZip(
      source,
      [...rawParts(BOOK), ...more].map((part) => ({ ...part, name: slash + part.name })),
    );
    const target = path('slashes.xlsx');
    const { rows } = await readWorkbook(source, { columns: COLUMNS });
    await patchWorkbook(source, target, { columns: COLUMNS, edits: [editOf(rows[0]!, '完了')] });
    const [before, after] = [await unzip(source), await unzip(target)];
    expect([...after.keys()]).toEqual([...before.keys()]);
    expect([...after.keys()]).toContain(`${slash}${SHEET_PART}`);
    for (const [name, bytes] of before)
      if (name !== slash + SHEET_PART) expect(after.get(name)).toEqual(bytes);
    expect((await readWorkbook(target, { columns: COLUMNS })).rows[0]?.result).toBe('完了');
  },
);

interface Header {
  name: string;
  extra: string;
  [field: string]: string | number;
}

/** Of each entry what a patch keeps: version, date, attributes, other extra fields, and checksums of untouched ones. */
function headers(bytes: Buffer): Header[] {
  const seen: Header[] = [];
  for (let at = bytes.indexOf('PK\x01\x02'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 4)) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
      bytes.readUInt16LE(at + field),
    );
    const extraAt = at + 46 + nameLength!;
    const name = bytes.toString('utf8', at + 46, extraAt);
    const extra = bytes.subarray(extraAt, extraAt + extraLength!);
    seen.push({
      name,
      version: bytes.toString('hex', at + 4, at + 8),
      flags: bytes.readUInt16LE(at + 8) & 0x0800,
      date: bytes.readUInt32LE(at + 12),
      checksum: name === SHEET_PART ? 0 : bytes.readUInt32LE(at + 16),
      attributes: bytes.readUInt32LE(at + 38),
      extra: extra.toString('hex'),
      comment: bytes.toString('utf8', extraAt + extraLength!, extraAt + extraLength! + commentLength!),
    });
  }
  return seen;
}

/** Of each entry all that is stored of it outside the directory: local header, data, and sizes behind the data. */
function records(bytes: Buffer): Map<string, Buffer> {
  const found: [name: string, start: number][] = [];
  const directory = bytes.indexOf('PK\x01\x02');
  for (let at = directory; at >= 0; at = bytes.indexOf('PK\x01\x02', at + 4)) {
    const name = bytes.toString('utf8', at + 46, at + 46 + bytes.readUInt16LE(at + 28));
    found.push([name, bytes.readUInt32LE(at + 42)]);
  }
  return new Map(
    found.map(([name, start], index) => [name, bytes.subarray(start, found[index + 1]?.[1] ?? directory)]),
  );
}
