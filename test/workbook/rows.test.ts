import { describe, expect, it } from 'vitest';

import { COLUMNS, testFolder } from '../support/workbook/folder.ts';
import { readRaw } from '../support/workbook/read-raw.ts';

const { folder } = testFolder();
const cell = (reference: string, text: string): string => `<c r="${reference}" t="str"><v>${text}</v></c>`;
const HEADER = `<row r="1">${cell('A1', '番号')}${cell('B1', 'メール')}${cell('C1', '状況')}</row>`;

async function rowNumbers(rows: string, behind = ''): Promise<number[]> {
  return (await readRaw(folder(), { rows: HEADER + rows, behind })).rows.map(({ row }) => row);
}

describe('the rows of a sheet', () => {
  it('are those that hold something in A or B, whatever stands between', async () => {
    const rows =
      `<row r="2">${cell('A2', 'W1')}</row>` +
      `<row r="3"/>` +
      `<row r="4" s="1" customFormat="1"><c r="A4" s="1"/><c r="B4" s="1"/></row>` +
      `<row r="6">${cell('B6', 'a@example.jp')}</row>` +
      `<row r="7">${cell('C7', 'a result')}${cell('D7', 'a note')}</row>` +
      `<row r="8">${cell('A8', ' ')}${cell('B8', '　')}</row>` +
      `<row r="9">${cell('A9', 'W2')}</row>` +
      '<row r="1048576"><c r="A1048576" s="3"/></row>';
    expect(await rowNumbers(rows)).toEqual([2, 6, 9]);
  });

  it('are none where a formula shows nothing, as one filled down in advance does', async () => {
    const rows =
      `<row r="2"><c r="A2" t="str"><f>IF(Z2="","",Z2)</f><v></v></c></row>` +
      `<row r="3"><c r="A3" t="str"><f>IF(Z3="","",Z3)</f><v>W1</v></c></row>` +
      `<row r="4"><c r="B4" t="str"><f>Z4&amp;""</f><v/></c></row>`;
    expect(await rowNumbers(rows)).toEqual([3]);
  });

  it('count hidden ones and those of a filter', async () => {
    const rows = `<row r="2" hidden="1">${cell('A2', 'W1')}</row><row r="3" hidden="true" outlineLevel="1">${cell('A3', 'W2')}</row>`;
    expect(await rowNumbers(rows, '<autoFilter ref="A1:C3"/>')).toEqual([2, 3]);
  });

  it('are numbered on where they have no number', async () => {
    const { rows } = await readRaw(folder(), {
      rows: '<row><c t="str"><v>番号</v></c></row><row/><row><c t="str"><v>W1</v></c><c/><c t="str"><v>完了</v></c></row><row r="9"><c r="B9" t="str"><v>b</v></c></row><row><c t="str"><v>W2</v></c></row>',
    });
    expect(rows.map(({ row, input, email, result }) => [row, input, email, result])).toEqual([
      [3, 'W1', '', '完了'],
      [9, '', 'b', ''],
      [10, 'W2', '', ''],
    ]);
  });

  it('may skip cells, and cells may name only some columns', async () => {
    const { rows } = await readRaw(folder(), {
      rows: `<row r="2">${cell('A2', 'W1')}<c t="str"><v>b</v></c>${cell('AA2', 'far')}<c/></row>`,
    });
    expect(rows[0]).toMatchObject({ input: 'W1', email: 'b', result: '' });
  });

  it('are none in a sheet with only a header, and none in one without rows', async () => {
    expect(await readRaw(folder(), { rows: HEADER })).toEqual({ sheet: 'Sheet 1', rows: [], warnings: [] });
    const xml = '<worksheet><sheetData/></worksheet>';
    expect(await readRaw(folder(), { sheetXml: xml })).toMatchObject({ rows: [] });
  });

  it('count the same content from the top', async () => {
    const same = (row: number, a: string, b: string): string =>
      `<row r="${row}">${cell(`A${row}`, a)}${cell(`B${row}`, b)}</row>`;
    const { rows } = await readRaw(folder(), {
      rows: [
        same(2, 'W1', ''),
        same(3, 'W1', 'x'),
        same(4, 'W1', ''),
        same(5, 'W1', 'x'),
        same(6, 'W1', ''),
      ].join(''),
    });
    expect(rows.map(({ occurrence }) => occurrence)).toEqual([0, 0, 1, 1, 2]);
  });

  it('of another link are another content', async () => {
    const { rows } = await readRaw(folder(), {
      rows: [2, 3, 4].map((row) => `<row r="${row}">${cell(`A${row}`, 'W1')}</row>`).join(''),
      behind: '<hyperlinks><hyperlink ref="A3" location="x"/></hyperlinks>',
    });
    expect(rows.map(({ occurrence }) => occurrence)).toEqual([0, 0, 1]);
  });

  it('can be read from other columns', async () => {
    const { rows } = await readRaw(
      folder(),
      {
        rows: `<row r="2">${cell('A2', 'no')}${cell('C2', 'W1')}${cell('H2', '完了')}${cell('AB2', 'mail')}</row>`,
      },
      { input: 'c', email: 'AB', result: 'H', status: null },
    );
    expect(rows[0]).toMatchObject({ input: 'W1', email: 'mail', result: '完了' });
  });

  it('are never read from columns that are none, or from the result column', async () => {
    for (const columns of [
      { ...COLUMNS, input: '1' },
      { ...COLUMNS, email: 'XFE' },
      { ...COLUMNS, result: 'A' },
      { ...COLUMNS, result: 'B' },
    ]) {
      await expect(readRaw(folder(), { rows: HEADER }, columns)).rejects.toThrow(RangeError);
    }
  });
});

describe('the first row', () => {
  it.each([
    ['a number', '<c r="A1"><v>398004123005</v></c>'],
    ['a number in full-width digits', cell('A1', '３９８０－０４１２－３００５')],
    ['a URL', cell('A1', 'https://example.jp/1')],
    ['an e-mail address', cell('A1', 'W1') + cell('B1', 'a@example.jp')],
    ['a link', '<c r="A1" t="str"><f>HYPERLINK("https://example.jp")</f><v>W1</v></c>'],
  ])('is warned of when it holds %s', async (_, cells) => {
    const { rows, warnings } = await readRaw(folder(), { rows: `<row r="1">${cells}</row>` });
    expect(rows).toEqual([]);
    expect(warnings).toEqual(['row 1 looks like data, but is never read: it is the header']);
  });

  it.each([
    ['a header', HEADER],
    ['a short number', '<row r="1"><c r="A1"><v>2026</v></c></row>'],
    ['nothing', ''],
  ])('is no warning with %s', async (_, rows) => {
    expect((await readRaw(folder(), { rows })).warnings).toEqual([]);
  });
});

describe('layout that matters to a row', () => {
  it('is merged cells: they count once, and take no result where they cover it', async () => {
    const { rows } = await readRaw(folder(), {
      rows: [2, 3, 4]
        .map((row) => `<row r="${row}">${cell(row === 3 ? 'B3' : `A${row}`, `W${row}`)}</row>`)
        .join(''),
      behind: '<mergeCells><mergeCell ref="A2:A3"/><mergeCell ref="B4:D4"/></mergeCells>',
    });
    expect(rows.map(({ warnings }) => warnings)).toEqual([
      ['A2:A3 are merged: they count for row 2 alone'],
      [],
      ['C4 is covered by the merged cells B4:D4: no result can be written there'],
    ]);
  });

  it('is a table whose header or totals stand there', async () => {
    const table = '<table displayName="Orders" ref="A2:C4" totalsRowCount="1"/>';
    const { rows } = await readRaw(folder(), {
      rows: [2, 3, 4].map((row) => `<row r="${row}">${cell(`A${row}`, `W${row}`)}</row>`).join(''),
      behind: '<tableParts count="1"><tablePart r:id="rId1"/></tableParts>',
      links: [['rId1', 'table', '../tables/table1.xml']],
      more: [{ name: 'xl/tables/table1.xml', data: table }],
    });
    expect(rows.map(({ warnings }) => warnings.length)).toEqual([1, 0, 1]);
    expect(rows[0]?.warnings[0]).toBe(
      'C2 is a header or totals cell of the table Orders: no result can be written there',
    );
  });
});
