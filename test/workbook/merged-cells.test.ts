import { describe, expect, it } from 'vitest';

import { patchWorkbook } from '../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import { casePath, patchFile, readCase } from '../support/workbook/cases.ts';
import { COLUMNS, editOf, testFolder } from '../support/workbook/folder.ts';
import type { RawWorkbook } from '../support/workbook/raw-workbook.ts';
import { writeRawWorkbook } from '../support/workbook/raw-workbook.ts';
import { readRaw } from '../support/workbook/read-raw.ts';
import { unzip } from '../support/workbook/zip-file.ts';

const { folder, path } = testFolder();
const cell = (reference: string, text: string): string => `<c r="${reference}" t="str"><v>${text}</v></c>`;
const merges = (...refs: string[]): string =>
  `<mergeCells>${refs.map((ref) => `<mergeCell ref="${ref}"/>`).join('')}</mergeCells>`;

/** Reads a workbook, writes a text for every row, and gives column C by row number as it is then. */
async function written(book: RawWorkbook): Promise<{ outcomes: string[]; cells: Record<string, string> }> {
  const source = await writeRawWorkbook(folder(), book);
  const target = path('patched.xlsx');
  const { rows } = await readWorkbook(source, { columns: COLUMNS });
  const edits = rows.map((row) => editOf(row, `was ${row.row}`));
  const { outcomes } = await patchWorkbook(source, target, { columns: COLUMNS, edits });
  const xml = (await unzip(target)).get('xl/worksheets/sheet1.xml')!.toString();
  const cells = [...xml.matchAll(/<c r="(C\d+)" t="inlineStr"><is><t xml:space="preserve">([^<]*)</g)];
  return {
    outcomes: outcomes.map(({ outcome }) => outcome),
    cells: Object.fromEntries(cells.map(([, reference, text]) => [reference, text])),
  };
}

describe('a number that merged cells hide', () => {
  it('is no row, and named in a warning', async () => {
    const { rows, warnings } = await readCase('hidden-under-merge');
    expect(rows.map(({ row, input }) => [row, input])).toEqual([
      [2, '483000055506'],
      [4, '483000056243'],
      [5, '483000056615'],
      [6, '483000056980'],
    ]);
    expect(warnings).toEqual(['merged cells hide what is left in A3: it is not read']);
    expect(rows[0]?.warnings).toEqual(['A2:A3 are merged: they count for row 2 alone']);
  });

  it('is not found by a row that shows the same', async () => {
    const { outcomes } = await patchFile(
      casePath('hidden-under-merge'),
      folder(),
      { 2: 'x' },
      { input: '483000055871' },
    );
    expect(outcomes).toMatchObject([{ outcome: 'gone' }]);
  });

  it('does not count as an occurrence of its number', async () => {
    const rows = [2, 3, 4].map((row) => `<row r="${row}">${cell(`A${row}`, 'W1')}</row>`).join('');
    const book = { rows, behind: merges('A2:A3') };
    expect((await readRaw(folder(), book)).rows).toMatchObject([
      { row: 2, occurrence: 0 },
      { row: 4, occurrence: 1 },
    ]);
    expect(await written(book)).toEqual({
      outcomes: ['written', 'written'],
      cells: { C2: 'was 2', C4: 'was 4' },
    });
  });

  it('leaves a row that shows an e-mail, without its number and its link', async () => {
    const rows = `<row r="2">${cell('A2', 'W1')}</row><row r="3">${cell('A3', 'W2')}${cell('B3', 'a@b')}</row>`;
    const behind = `${merges('A2:A3')}<hyperlinks><hyperlink ref="A2:A3" location="x"/></hyperlinks>`;
    expect((await readRaw(folder(), { rows, behind })).rows).toMatchObject([
      { row: 2, input: 'W1', inputUrl: '#x' },
      { row: 3, input: '', inputUrl: null, email: 'a@b' },
    ]);
    expect((await written({ rows, behind })).cells).toEqual({ C2: 'was 2', C3: 'was 3' });
  });

  it('is a formula still to be calculated: no row either', async () => {
    const rows = `<row r="2">${cell('A2', 'W1')}</row><row r="3"><c r="A3"><f>1+1</f></c></row>`;
    const { rows: read } = await readRaw(folder(), { rows, behind: merges('A2:A3') });
    expect(read.map(({ row }) => row)).toEqual([2]);
  });
});

describe('an e-mail that merged cells hide', () => {
  const rows = `<row r="2">${cell('A2', 'W1')}${cell('B2', 'a@b')}</row><row r="3">${cell('A3', 'W2')}<c r="B3" t="s"><v>0</v></c></row>`;
  const book = { rows, behind: merges('B2:B3'), sharedStrings: '<si><t>hidden@b</t></si>' };

  it('is not read, and the row is found again', async () => {
    const { rows: read, warnings } = await readRaw(folder(), book);
    expect(read).toMatchObject([{ email: 'a@b' }, { input: 'W2', email: '' }]);
    expect(warnings).toEqual(['merged cells hide what is left in B3: it is not read']);
    expect(await written(book)).toEqual({
      outcomes: ['written', 'written'],
      cells: { C2: 'was 2', C3: 'was 3' },
    });
  });

  it('is hidden beside its number, too', async () => {
    const beside = {
      rows: `<row r="2">${cell('A2', 'W1')}${cell('B2', 'x')}</row>`,
      behind: merges('A2:B2'),
    };
    expect((await readRaw(folder(), beside)).rows).toMatchObject([{ input: 'W1', email: '' }]);
  });
});

it('rows that show none of the texts asked for are not taken for those that might be covered', async () => {
  const rows = `<row r="2">${cell('A2', 'W1')}</row><row r="3">${cell('A3', 'W1')}${cell('B3', 'a@b')}</row>`;
  const { rows: read } = await readRaw(folder(), { rows });
  expect(read.map(({ occurrence }) => occurrence)).toEqual([0, 0]);
  expect((await written({ rows })).cells).toEqual({ C2: 'was 2', C3: 'was 3' });
});

it('the warning names some cells and counts the others', async () => {
  const numbers = Array.from({ length: 30 }, (_, index) => index + 2);
  const rows = numbers.map((row) => `<row r="${row}">${cell(`A${row}`, `W${row}`)}</row>`).join('');
  const { rows: read, warnings } = await readRaw(folder(), { rows, behind: merges('A2:A31') });
  expect(read).toHaveLength(1);
  expect(warnings).toEqual([
    'merged cells hide what is left in A3, A4, A5, A6, A7, A8, A9, A10, A11, A12 and 19 more: it is not read',
  ]);
});
