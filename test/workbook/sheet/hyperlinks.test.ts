import { describe, expect, it } from 'vitest';

import type { CellRange } from '../../../src/workbook/sheet/cell-reference.ts';
import { RowLinks } from '../../../src/workbook/sheet/row-links.ts';
import { COLUMNS, testFolder } from '../../support/workbook/folder.ts';
import { readRaw, readRow } from '../../support/workbook/read-raw.ts';

const { folder } = testFolder();
const W1 = '<c r="A2" t="str"><v>W1</v></c>';

describe('hyperlinks of the sheet', () => {
  it.each([
    ['by relationship', '<hyperlink ref="A2" r:id="rId7"/>', 'https://example.jp/order?a=1&b=2'],
    [
      'by relationship with a fragment',
      '<hyperlink ref="A2" r:id="rId7" location="top"/>',
      'https://example.jp/order?a=1&b=2#top',
    ],
    [
      'by location',
      `<hyperlink ref="A2" location="'Sheet 2'!A1" display="x"><extLst/></hyperlink>`,
      "#'Sheet 2'!A1",
    ],
    ['over a range', '<hyperlink ref="A1:B9" r:id="rId7"/>', 'https://example.jp/order?a=1&b=2'],
    [
      'the first of two',
      '<hyperlink ref="A2" location="first"/><hyperlink ref="A2" location="second"/>',
      '#first',
    ],
    ['of another column', '<hyperlink ref="B2" r:id="rId7"/>', null],
    ['of another row', '<hyperlink ref="A3:A9" r:id="rId7"/>', null],
    ['whose relationship is missing', '<hyperlink ref="A2" r:id="rId8"/>', null],
  ])('%s', async (_, link, inputUrl) => {
    const row = await readRow(folder(), W1, {
      behind: `<hyperlinks>${link}</hyperlinks>`,
      links: [
        ['rId1', 'table', '../tables/table1.xml'],
        ['rId7', 'hyperlink', 'https://example.jp/order?a=1&amp;b=2'],
      ],
    });
    expect(row).toMatchObject({ input: 'W1', inputUrl });
  });

  it('belong to the cell, which shows its own text', async () => {
    const { rows } = await readRaw(folder(), {
      rows: '<row r="2"><c r="A2" t="str"><v>W1</v></c></row><row r="3"><c r="A3" t="str"><v>W2</v></c></row>',
      behind: '<hyperlinks><hyperlink ref="A3" location="b"/><hyperlink ref="A2" location="a"/></hyperlinks>',
    });
    expect(rows.map(({ input, inputUrl }) => [input, inputUrl])).toEqual([
      ['W1', '#a'],
      ['W2', '#b'],
    ]);
  });

  it('stay quick when every link covers every row', () => {
    const rowNumbers = Array.from({ length: 200_000 }, (_, index) => index + 2);
    const links = new RowLinks(1, rowNumbers);
    const range = { firstRow: 1, lastRow: 1_048_576, firstColumn: 1, lastColumn: 1 };
    for (let link = 0; link < 200_000; link++) links.add(range, null, `x${link}`);
    const targets = new Map<string, string>();
    links.assign(targets);
    expect(links.target(0, targets)).toBe('#x0');
    expect(links.target(199_999, targets)).toBe('#x0');
  });

  it('go to the rows they cover, whichever order they come in', () => {
    const links = new RowLinks(1, [2, 4, 5, 9]);
    const range = (firstRow: number, lastRow: number): CellRange => ({
      firstRow,
      lastRow,
      firstColumn: 1,
      lastColumn: 1,
    });
    for (const [name, first, last] of [
      ['a', 5, 6],
      ['b', 3, 8],
      ['c', 1, 5],
      ['d', 10, 20],
    ] as const) {
      links.add(range(first, last), null, name);
    }
    links.assign(new Map());
    expect([0, 1, 2, 3].map((index) => links.target(index, new Map()))).toEqual(['#c', '#b', '#a', null]);
  });
});

describe('HYPERLINK()', () => {
  it.each([
    ['HYPERLINK("https://example.jp/1","荷物 1")', 'https://example.jp/1', '荷物 1'],
    ['HYPERLINK("https://example.jp/1")', 'https://example.jp/1', 'https://example.jp/1'],
    [' hyperlink ( "https://example.jp/?q=""a""" , "a ""b""" )', 'https://example.jp/?q="a"', 'a "b"'],
    ['HYPERLINK("https://example.jp/"&amp;"1"&amp;"2","x"&amp;"y")', 'https://example.jp/12', 'xy'],
  ])('%s, never calculated, shows its name', async (formula, inputUrl, input) => {
    const row = await readRow(folder(), `<c r="A2"><f>${formula}</f><v/></c>`);
    expect(row).toMatchObject({ input, inputUrl, warnings: [] });
  });

  it('shows the stored result once calculated', async () => {
    const formula = 'HYPERLINK("https://example.jp/1",B9)';
    const row = await readRow(folder(), `<c r="A2" t="str"><f>${formula}</f><v>W9</v></c>`);
    expect(row).toMatchObject({ input: 'W9', inputUrl: 'https://example.jp/1', warnings: [] });
  });

  it('yields to a link of the sheet', async () => {
    const formula = 'HYPERLINK("https://example.jp/1","W9")';
    const row = await readRow(folder(), `<c r="A2" t="str"><f>${formula}</f><v>W9</v></c>`, {
      behind: '<hyperlinks><hyperlink ref="A2" location="top"/></hyperlinks>',
    });
    expect(row.inputUrl).toBe('#top');
  });

  it.each([
    'HYPERLINK("https://example.jp/"&amp;B2,"W9")',
    'HYPERLINK(B2)',
    'IF(B2="","",hyperlink ("https://example.jp/","W9"))',
  ])('warns of an address that is computed: %s', async (formula) => {
    const row = await readRow(folder(), `<c r="A2" t="str"><f>${formula}</f><v>W9</v></c>`);
    expect(row).toMatchObject({ input: 'W9', inputUrl: null });
    expect(row.warnings).toEqual([expect.stringContaining('computed address')]);
  });

  it('is none inside a text', async () => {
    const formula = 'B2&amp;"HYPERLINK(""x"")"';
    const row = await readRow(folder(), `<c r="A2" t="str"><f>${formula}</f><v>W9</v></c>`);
    expect(row).toMatchObject({ inputUrl: null, warnings: [] });
  });

  it('that is computed and was never calculated shows nothing, and says so', async () => {
    const row = await readRow(folder(), '<c r="A2"><f>HYPERLINK(B2)</f></c>');
    expect(row).toMatchObject({ input: '', inputUrl: null });
    expect(row.warnings).toEqual([
      'A2 holds a formula without a stored result: open the workbook and save it',
    ]);
  });

  it('holds for every cell of a shared formula', async () => {
    const cell = (row: number, f: string): string =>
      `<row r="${row}"><c r="A${row}" t="str">${f}<v>W${row}</v></c></row>`;
    const { rows } = await readRaw(folder(), {
      rows:
        cell(1, '<f t="shared" ref="A1:A3" si="3">HYPERLINK("https://example.jp/")</f>') +
        cell(2, '<f t="shared" si="3"/>') +
        cell(3, '<f t="shared" si="4"/>'),
    });
    expect(rows.map(({ inputUrl }) => inputUrl)).toEqual(['https://example.jp/', null]);
  });

  it('stays sound when it joins a hundred thousand pieces', async () => {
    const joined = Array.from({ length: 100_000 }, () => '"a"').join('&amp;');
    const row = await readRow(folder(), `<c r="A2"><f>HYPERLINK(${joined},"W1")</f></c>`);
    expect(row).toMatchObject({ input: 'W1', inputUrl: 'a'.repeat(100_000) });
  });
});

it('has no target in the e-mail column, unless that is the input column', async () => {
  const book = {
    rows: '<row r="2"><c r="B2" t="str"><v>a@example.jp</v></c></row>',
    behind: '<hyperlinks><hyperlink ref="B2" location="mail"/></hyperlinks>',
  };
  expect((await readRaw(folder(), book)).rows[0]).toMatchObject({ email: 'a@example.jp', inputUrl: null });
  const { rows } = await readRaw(folder(), book, { ...COLUMNS, input: 'B' });
  expect(rows[0]).toMatchObject({ input: 'a@example.jp', email: 'a@example.jp', inputUrl: '#mail' });
});
