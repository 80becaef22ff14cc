import ExcelJS from 'exceljs';
import { describe, expect, it } from 'vitest';

import { patchWorkbook } from '../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import { COLUMNS, editOf, testFolder } from '../support/workbook/folder.ts';
import { patchRaw } from '../support/workbook/patch-raw.ts';
import { SHEET_PART, writeRawWorkbook } from '../support/workbook/raw-workbook.ts';
import { unzip } from '../support/workbook/zip-file.ts';

const { folder, path } = testFolder();
const A2 = '<c r="A2" t="str"><v>W1</v></c>';
const inline = (text: string): string => `t="inlineStr"><is><t xml:space="preserve">${text}</t></is></c>`;

/** The rows' XML once row 2 holds the text; the rest of the sheet is checked to be as it was. */
async function rowsWith(text: string, rows: string, before = '', behind = ''): Promise<string> {
  const { after } = await patchRaw(folder(), { rows, before, behind }, { 2: text });
  const [head, data = ''] = after.split('<sheetData>');
  const [patched = '', tail] = data.split('</sheetData>');
  expect(head).toMatch(/<worksheet [^>]*>/);
  expect(head?.endsWith(before)).toBe(true);
  expect(tail).toBe(`${behind}</worksheet>`);
  return patched;
}

describe('a cell that is there', () => {
  it.each([
    ['empty', '<c r="C2"/>', '<c r="C2" '],
    ['empty, with a style', '<c r="C2" s="7"/>', '<c r="C2" s="7" '],
    ['with an end tag', '<c r="C2" s="7"></c>', '<c r="C2" s="7" '],
    ['a shared string of ours', '<c r="C2" s="7" t="s"><v>0</v></c>', '<c r="C2" s="7" '],
    ['an inline string of ours', '<c r="C2" t="inlineStr"><is><t>旧｜｜｜</t></is></c>', '<c r="C2" '],
    ['other white space', "<c\n r='C2'\n s='7' ></c >", '<c r="C2" s="7" '],
    ['without a reference', '<c r="B2"/><c s="7"/>', '<c r="B2"/><c s="7" '],
  ])('is replaced: %s', async (_, cell, start) => {
    const { after } = await patchRaw(
      folder(),
      {
        rows: `<row r="2" spans="1:3">${A2}${cell}<c r="D2"/></row>`,
        sharedStrings: '<si><t>旧｜｜｜x</t></si>',
      },
      { 2: '完了' },
    );
    expect(after).toContain(`<row r="2" spans="1:3">${A2}${start}${inline('完了')}<c r="D2"/></row>`);
  });
});

it('a cell without a style keeps none, whatever its row and column have', async () => {
  const patched = await rowsWith(
    '完了',
    `<row r="2" s="4" customFormat="1">${A2}<c r="C2"/></row>`,
    '<cols><col min="3" max="3" style="9"/></cols>',
  );
  expect(patched).toBe(`<row r="2" s="4" customFormat="1">${A2}<c r="C2" ${inline('完了')}</row>`);
});

describe('a cell that is not there', () => {
  it.each([
    ['at the end of its row', A2, `${A2}|`],
    ['before a later column', `${A2}<c r="D2"/>`, `${A2}|<c r="D2"/>`],
    ['behind B', `${A2}<c r="B2"/><c r="AA2"/>`, `${A2}<c r="B2"/>|<c r="AA2"/>`],
    ['before what a row ends with', `${A2}<!-- note -->`, `${A2}<!-- note -->|`],
  ])('goes %s', async (_, cells, expected) => {
    const patched = await rowsWith('完了', `<row r="2">${cells}</row>`);
    expect(patched).toBe(`<row r="2">${expected.replace('|', `<c r="C2" ${inline('完了')}`)}</row>`);
  });

  it.each([
    ['the row', '<row r="2" s="4" customFormat="1">', 's="4" '],
    ['the column, where the row has none of its own', '<row r="2" s="4">', 's="9" '],
    ['the column, where the row is not formatted', '<row r="2" s="4" customFormat="0">', 's="9" '],
  ])('takes the style of %s', async (_, row, style) => {
    const cols = '<cols><col min="1" max="2" style="8"/><col min="3" max="5" style="9"/></cols>';
    const patched = await rowsWith('完了', `${row}${A2}</row>`, cols);
    expect(patched).toBe(`${row}${A2}<c r="C2" ${style}${inline('完了')}</row>`);
  });

  it.each([
    ['1:2', '1:3'],
    ['1:3', '1:3'],
    ['4:9', '3:9'],
    ['1:2 5:6', '1:6'],
    ['x', 'x'],
    ['', ''],
  ])('makes spans %s be %s', async (spans, wider) => {
    const patched = await rowsWith('完了', `<row spans="${spans}" r="2">${A2}</row>`);
    expect(patched).toContain(`<row spans="${wider}" r="2">${A2}<c r="C2"`);
  });

  it.each([
    ['A1:B2', 'A1:C2'],
    ['A1', 'A1:C2'],
    ['$A$1:$D$9', '$A$1:$D$9'],
    ['D4:E9', 'C2:E9'],
  ])('makes the dimension %s be %s', async (ref, wider) => {
    const book = { before: `<dimension ref="${ref}"/>`, rows: `<row r="2">${A2}</row>` };
    const { after } = await patchRaw(folder(), book, { 2: '完了' });
    expect(after).toContain(`<dimension ref="${wider}"/><sheetData><row r="2">${A2}<c r="C2"`);
  });

  it('stays within its own row and prefix', async () => {
    const sheetXml = `<x:worksheet xmlns:x="u"><x:sheetData><x:row><x:c/></x:row><x:row><x:c t="str"><x:v>W1</x:v></x:c></x:row><x:row/></x:sheetData></x:worksheet>`;
    const { after } = await patchRaw(folder(), { sheetXml }, { 2: 'a' });
    const cell = '<x:c r="C2" t="inlineStr"><x:is><x:t xml:space="preserve">a</x:t></x:is></x:c>';
    expect(after).toBe(sheetXml.replace('</x:c></x:row>', `</x:c>${cell}</x:row>`));
  });
});

describe('the text', () => {
  it.each([
    ['配達完了｜｜｜12月19日 19:10｜｜｜銀座', '配達完了｜｜｜12月19日 19:10｜｜｜銀座'],
    ['  leading and trailing  ', '  leading and trailing  '],
    ['a & b < c > d "e"', 'a &amp; b &lt; c &gt; d "e"'],
    ['=1+1', '=1+1'],
    ['two\nlines\tand a tab', 'two\nlines\tand a tab'],
    ['\n\u0001_x0041_', '\n_x0001__x005F_x0041_'],
    ['𠮟\uD842', '𠮟\uFFFD'],
  ])('%j is escaped, and comes back', async (text, xml) => {
    const { after, path: patched } = await patchRaw(
      folder(),
      { rows: `<row r="2">${A2}</row>` },
      { 2: text },
    );
    expect(after).toContain(`<c r="C2" ${inline(xml)}`);
    const { rows } = await readWorkbook(patched, { columns: COLUMNS });
    const held = Buffer.from(text).toString();
    expect(rows[0]?.result).toBe(held);
    const edits = [editOf(rows[0]!, text)];
    const { outcomes } = await patchWorkbook(patched, path('again.xlsx'), { columns: COLUMNS, edits });
    expect(outcomes[0]?.outcome).toBe('same');
  });

  it('is cut to what a cell of Excel holds', async () => {
    const { path: patched } = await patchRaw(
      folder(),
      { rows: `<row r="2">${A2}</row>` },
      { 2: '荷'.repeat(40_000) },
    );
    const { rows } = await readWorkbook(patched, { columns: COLUMNS });
    expect(rows[0]?.result).toHaveLength(32_767);
  });

  it('can be empty: the cell is emptied and keeps its style', async () => {
    const rows = `<row r="2">${A2}<c r="C2" s="3" t="str"><v>旧｜｜｜</v></c></row>`;
    expect(await rowsWith('', rows)).toBe(`<row r="2">${A2}<c r="C2" s="3"/></row>`);
  });
});

it('patches thousands of rows across every boundary of a buffer', async () => {
  const numbers = Array.from({ length: 5000 }, (_, index) => index + 2);
  const row = (number: number, cell: string): string =>
    `<row r="${number}"><c r="A${number}"><v>${number}</v></c>${cell}<c r="D${number}" t="str"><v>${'備'.repeat(number % 50)}</v></c></row>`;
  const source = await writeRawWorkbook(folder(), {
    rows: numbers.map((number) => row(number, number % 3 === 0 ? `<c r="C${number}" s="1"/>` : '')).join(''),
  });
  const target = path('thousands.xlsx');
  const { rows } = await readWorkbook(source, { columns: COLUMNS });
  const edits = rows
    .filter(({ row: number }) => number % 2 === 0)
    .map((each) => editOf(each, '完'.repeat(each.row % 80)));
  await patchWorkbook(source, target, { columns: COLUMNS, edits });

  const after = (await unzip(target)).get(SHEET_PART)!.toString();
  const expected = numbers.map((number) => {
    const old = number % 3 === 0 ? `<c r="C${number}" s="1"/>` : '';
    const style = number % 3 === 0 ? 's="1" ' : '';
    const text = '完'.repeat(number % 80);
    return row(number, number % 2 === 0 && text !== '' ? `<c r="C${number}" ${style}${inline(text)}` : old);
  });
  expect(after.split('<sheetData>')[1]?.split('</sheetData>')[0]).toBe(expected.join(''));
});

it('opens in exceljs, which sees exactly the wanted cells', async () => {
  const workbook = new ExcelJS.Workbook();
  const sheet = workbook.addWorksheet('x');
  for (let row = 1; row < 40; row++)
    sheet.getRow(row).values = [row === 1 ? '番号' : `W${row}`, null, null, row];
  const source = path('exceljs.xlsx');
  const target = path('exceljs-patched.xlsx');
  await workbook.xlsx.writeFile(source);
  const { rows } = await readWorkbook(source, { columns: COLUMNS });
  const edits = [3, 17, 39].map((row) => editOf(rows[row - 2]!, ` 完了 & ${row}\n`));
  await patchWorkbook(source, target, { columns: COLUMNS, edits });

  const patched = new ExcelJS.Workbook();
  await patched.xlsx.readFile(target);
  for (const row of [3, 17, 39]) sheet.getCell(row, 3).value = ` 完了 & ${row}\n`;
  expect(patched.worksheets[0]?.getSheetValues()).toEqual(sheet.getSheetValues());
});
