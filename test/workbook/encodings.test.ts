import { describe, expect, it } from 'vitest';

import { patchWorkbook } from '../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import { casePath, patchFile, readCase } from '../support/workbook/cases.ts';
import { COLUMNS, testFolder } from '../support/workbook/folder.ts';
import { editsOf } from '../support/workbook/patch-raw.ts';
import { rawParts, SHEET_PART, writeRawWorkbook } from '../support/workbook/raw-workbook.ts';
import { readRaw } from '../support/workbook/read-raw.ts';
import { expectRefused } from '../support/workbook/refused.ts';
import { unzip, writeZip } from '../support/workbook/zip-file.ts';

const { folder, path } = testFolder();

describe('a sheet in UTF-16, as the Excel of a phone wrote one', () => {
  it('is read', async () => {
    expect((await readCase('utf16-sheet')).rows).toMatchObject([
      { row: 2, input: '１２３４−５６７８', email: 'a@b.jp' },
    ]);
  });

  it('is written in UTF-8, which a note tells, and read again', async () => {
    const { after, notes, path: patched } = await patchFile(casePath('utf16-sheet'), folder(), { 2: '完了' });
    expect(after).toMatch(/^<\?xml version="1.0" encoding="UTF-8" standalone="yes"\?>\r?\n?<worksheet /);
    expect(after).toContain('<c r="C2" t="inlineStr"><is><t xml:space="preserve">完了</t></is></c></row>');
    expect(notes).toEqual([`${SHEET_PART} was encoded in UTF-16LE; it is UTF-8 now`]);
    expect((await readWorkbook(patched, { columns: COLUMNS })).rows).toMatchObject([{ result: '完了' }]);
  });

  it('is left as it is where nothing is written', async () => {
    const target = path('same.xlsx');
    const { notes } = await patchWorkbook(casePath('utf16-sheet'), target, { columns: COLUMNS, edits: [] });
    expect(notes).toEqual([]);
    expect(await unzip(target)).toEqual(await unzip(casePath('utf16-sheet')));
  });
});

it('every part may be in UTF-16: only the one that is written changes', async () => {
  const parts = rawParts({
    rows: '<row r="2"><c r="A2" t="s"><v>0</v></c></row>',
    sharedStrings: '<si><t>荷物</t></si>',
    styles: '<cellXfs/>',
    behind: '<hyperlinks><hyperlink ref="A2" r:id="rId1"/></hyperlinks>',
    links: [['rId1', 'hyperlink', 'https://a/']],
  }).map((part) => ({ ...part, data: Buffer.from(`\uFEFF${part.data.toString()}`, 'utf16le') }));
  const source = path('all.xlsx');
  await writeZip(source, parts);
  const { rows } = await readWorkbook(source, { columns: COLUMNS });
  expect(rows).toMatchObject([{ input: '荷物', inputUrl: 'https://a/' }]);
  const target = path('all-patched.xlsx');
  await patchWorkbook(source, target, { columns: COLUMNS, edits: editsOf(rows, { 2: '完了' }) });
  const [before, after] = [await unzip(source), await unzip(target)];
  for (const [name, bytes] of before) expect(after.get(name)!.equals(bytes)).toBe(name !== SHEET_PART);
  expect((await readWorkbook(target, { columns: COLUMNS })).rows).toMatchObject([{ result: '完了' }]);
});

it('a sheet in an encoding of its country is read', async () => {
  const start =
    '<?xml version="1.0" encoding="Shift_JIS"?><worksheet><sheetData><row r="2"><c r="A2" t="str"><v>';
  const data = Buffer.concat([
    Buffer.from(start),
    Buffer.from('89d795a8', 'hex'),
    Buffer.from('</v></c></row></sheetData></worksheet>'),
  ]);
  const source = path('sjis.xlsx');
  await writeZip(
    source,
    rawParts({}).map((part) => (part.name === SHEET_PART ? { ...part, data } : part)),
  );
  expect((await readWorkbook(source, { columns: COLUMNS })).rows).toMatchObject([{ input: '荷物' }]);
});

it('UTF-8 with a byte order mark keeps it', async () => {
  const sheetXml =
    '\uFEFF<worksheet><sheetData><row r="2"><c r="A2" t="str"><v>W1</v></c></row></sheetData></worksheet>';
  const source = await writeRawWorkbook(folder(), { sheetXml });
  const { after, notes } = await patchFile(source, folder(), { 2: 'a' });
  expect(after).toBe(
    sheetXml.replace('</row>', '<c r="C2" t="inlineStr"><is><t xml:space="preserve">a</t></is></c></row>'),
  );
  expect(notes).toEqual([]);
});

it('an encoding that nobody knows is refused with what to do, and not called damage', async () => {
  const sheetXml = '<?xml version="1.0" encoding="EBCDIC-JP"?><worksheet/>';
  await expectRefused(
    folder(),
    await writeRawWorkbook(folder(), { sheetXml }),
    'WORKBOOK_UNSUPPORTED',
    `cannot be handled: ${SHEET_PART} is encoded in "EBCDIC-JP": open the workbook in Excel and save it again`,
  );
});

it('text that is not in the encoding its part has is damage', async () => {
  const sharedStrings = '<si><t>荷物</t></si>';
  await expect(
    readRaw(folder(), {
      sharedStrings,
      rows: '<row r="2"><c r="A2" t="s"><v>0</v></c></row>',
      styles: '',
      more: [],
    }),
  ).resolves.toMatchObject({ rows: [{ input: '荷物' }] });
  const data = Buffer.from('\uFEFF<worksheet>', 'utf16le').subarray(0, -1);
  const source = path('half.xlsx');
  await writeZip(
    source,
    rawParts({}).map((part) => (part.name === SHEET_PART ? { ...part, data } : part)),
  );
  await expectRefused(
    folder(),
    source,
    'WORKBOOK_DAMAGED',
    `is damaged: in ${SHEET_PART} the XML holds bytes that are no UTF-16LE`,
  );
});
