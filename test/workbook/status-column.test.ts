import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { patchWorkbook } from '../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import type { CellEdit, CellOutcome } from '../../src/workbook/types.ts';
import { columnRoles } from '../../src/workbook/sheet/columns.ts';
import { COLUMNS, editOf, testFolder } from '../support/workbook/folder.ts';
import { SHEET_PART, writeRawWorkbook } from '../support/workbook/raw-workbook.ts';
import type { RawWorkbook } from '../support/workbook/raw-workbook.ts';
import { unzip } from '../support/workbook/zip-file.ts';

const { folder, path } = testFolder();
const A2 = '<c r="A2" t="str"><v>W1</v></c>';
const inline = (reference: string, text: string, style = ''): string =>
  `<c r="${reference}" ${style}t="inlineStr"><is><t xml:space="preserve">${text}</t></is></c>`;
const C2 = inline('C2', '完了｜｜｜');
const E2 = inline('E2', '完了');

/** Patches the one row of a workbook; a status column but for E is a part of `columns`. */
async function patchRow(
  book: RawWorkbook,
  edit: Partial<CellEdit>,
  columns = { ...COLUMNS, status: 'E' },
): Promise<{ outcome: CellOutcome; rows: string; head: string; unchanged: boolean }> {
  const source = await writeRawWorkbook(folder(), book);
  const target = path('status.xlsx');
  const { rows } = await readWorkbook(source, { columns });
  const edits = [editOf(rows[0]!, '完了｜｜｜', { status: '完了', ...edit })];
  const { outcomes } = await patchWorkbook(source, target, { columns, edits });
  const sheet = (await unzip(target)).get(SHEET_PART)!.toString();
  const [head = '', data = ''] = sheet.split('<sheetData>');
  const unchanged = (await readFile(source)).equals(await readFile(target));
  return { outcome: outcomes[0]!, rows: data.split('</sheetData>')[0]!, head, unchanged };
}

describe('both cells of a row', () => {
  it.each([
    ['neither there', '', `${C2}${E2}`],
    ['neither there, a column between them', '<c r="D2"/>', `${C2}<c r="D2"/>${E2}`],
    ['neither there, columns behind', '<c r="F2"/>', `${C2}${E2}<c r="F2"/>`],
    ['the result there', '<c r="C2" s="4"/>', `${inline('C2', '完了｜｜｜', 's="4" ')}${E2}`],
    ['the status there', '<c r="E2" s="4"/>', `${C2}${inline('E2', '完了', 's="4" ')}`],
    ['both there', '<c r="C2"/><c r="D2"/><c r="E2"/>', `${C2}<c r="D2"/>${E2}`],
  ])('are written with %s', async (_, cells, expected) => {
    const { outcome, rows } = await patchRow({ rows: `<row r="2">${A2}${cells}</row>` }, {});
    expect(rows).toBe(`<row r="2">${A2}${expected}</row>`);
    expect(outcome).toEqual({ id: 'row 2', row: 2, outcome: 'written', before: '', status: 'written' });
  });

  it.each([
    ['before the result', { input: 'C', email: 'D', result: 'F', status: 'A' }],
    ['between those that are read', { input: 'A', email: 'D', result: 'F', status: 'C' }],
    ['in the last column of all', { input: 'A', email: 'B', result: 'C', status: 'XFD' }],
  ])('are written with the status %s', async (_, columns) => {
    const row = `<row r="2"><c r="${columns.input}2" t="str"><v>W1</v></c></row>`;
    const { rows } = await patchRow({ rows: row }, {}, columns);
    const cells = [
      [columns.input, `<c r="${columns.input}2" t="str"><v>W1</v></c>`],
      [columns.result, inline(`${columns.result}2`, '完了｜｜｜')],
      [columns.status, inline(`${columns.status}2`, '完了')],
    ].sort(([a], [b]) => (a! < b! ? -1 : 1));
    expect(rows).toBe(`<row r="2">${cells.map(([, cell]) => cell).join('')}</row>`);
  });

  it('widen dimension and spans for both at once', async () => {
    const row = `<row r="2" spans="2:2"><c r="B2" t="str"><v>W1</v></c></row>`;
    const { head, rows } = await patchRow(
      { rows: row, before: '<dimension ref="B2"/>' },
      {},
      { input: 'B', email: 'C', result: 'D', status: 'A' },
    );
    expect(head).toContain('<dimension ref="A2:D2"/>');
    expect(rows).toContain('<row r="2" spans="1:4"><c r="A2" ');
  });

  it('take the style of the row, else each of its own column', async () => {
    const before = '<cols><col min="3" max="3" style="7"/><col min="5" max="5" style="8"/></cols>';
    const { rows } = await patchRow({ rows: `<row r="2">${A2}</row>`, before }, {});
    expect(rows).toBe(
      `<row r="2">${A2}${inline('C2', '完了｜｜｜', 's="7" ')}${inline('E2', '完了', 's="8" ')}</row>`,
    );
  });
});

describe('the result alone', () => {
  it.each([
    ['no status is asked for', { status: null }, COLUMNS],
    ['there is no status column', { status: '完了' }, COLUMNS],
    ['no status is asked for where there is a column', { status: null }, { ...COLUMNS, status: 'E' }],
  ])('is written where %s', async (_, edit, columns) => {
    const book = { rows: `<row r="2">${A2}<c r="E2"/></row>` };
    const { rows, outcome } = await patchRow(book, edit, { ...columns, status: columns.status! });
    expect(rows).toBe(`<row r="2">${A2}${C2}<c r="E2"/></row>`);
    expect(outcome).toMatchObject({ outcome: 'written', status: null });
  });
});

describe('the status alone', () => {
  it.each([
    ['no cell', '', 'written'],
    ['an empty cell', '<c r="E2"/>', 'written'],
    ['white space', '<c r="E2" t="str"><v> 　</v></c>', 'written'],
    ['a wait', '<c r="E2" t="str"><v>待ち 12:00</v></c>', 'written'],
    ['an inquiry', '<c r="E2" t="s"><v>0</v></c>', 'written'],
    ['a failure', '<c r="E2" t="inlineStr"><is><t>失敗: no data</t></is></c>', 'written'],
    ['an end', '<c r="E2" t="str"><v>完了 1月2日</v></c>', 'written'],
    ['an invalid row', '<c r="E2" t="str"><v>無効</v></c>', 'written'],
    ['the same', '<c r="E2" t="str"><v>完了</v></c>', 'same'],
    ["a person's text", '<c r="E2" t="str"><v>電話済み</v></c>', 'left'],
    ["a person's text that goes on with ours", '<c r="E2" t="str"><v>未完了</v></c>', 'left'],
    ["a person's number", '<c r="E2"><v>1</v></c>', 'left'],
    ['a formula that shows ours', '<c r="E2" t="str"><f>A2</f><v>失敗</v></c>', 'left'],
    ['a part of an array formula', '<c r="F2"><f t="array" ref="E2:F2">1</f></c>', 'left'],
  ])('over %s', async (_, cell, status) => {
    const book = { rows: `<row r="2">${A2}${cell}</row>`, sharedStrings: '<si><t>照会中</t></si>' };
    const { outcome, rows, unchanged } = await patchRow(book, { text: null, fresh: true });
    expect(outcome).toEqual({ id: 'row 2', row: 2, outcome: 'same', before: null, status });
    expect(unchanged).toBe(status !== 'written');
    if (status === 'written') expect(rows).toBe(`<row r="2">${A2}${E2}</row>`);
  });

  it.each([
    ['the word', '保留', 'written'],
    ['the answer', '保留 11/24 15:04', 'same'],
    ['nothing any more', '', 'left'],
    ['another word', '最新', 'left'],
    ['a state of ours', '完了 11/24 15:00', 'left'],
  ])('answers a word over %s', async (_, held, status) => {
    const book = { rows: `<row r="2">${A2}<c r="E2" t="str"><v>${held}</v></c></row>` };
    const edit = { text: null, status: '保留 11/24 15:04', obeyed: '保留' };
    const { outcome, unchanged } = await patchRow(book, edit);
    expect(outcome.status).toBe(status);
    expect(unchanged).toBe(status !== 'written');
  });

  it.each(['再試行', 'Retry', '保留', '済', '完成'])(
    'leaves the word %s, which no save has obeyed yet',
    async (word) => {
      const book = { rows: `<row r="2">${A2}<c r="E2" t="str"><v>${word}</v></c></row>` };
      expect((await patchRow(book, {})).outcome).toMatchObject({ outcome: 'written', status: 'left' });
    },
  );

  it('is left where merged cells or a table are in the way, without a word', async () => {
    const book = {
      rows: `<row r="2">${A2}</row>`,
      behind: '<mergeCells><mergeCell ref="D2:E2"/></mergeCells>',
    };
    const { outcome } = await patchRow(book, {});
    expect(outcome).toEqual({ id: 'row 2', row: 2, outcome: 'written', before: '', status: 'left' });
  });

  it('is told where the result is a formula, which stays', async () => {
    const formula = '<c r="C2" t="str"><f>A2</f><v>W1</v></c>';
    const { outcome, rows } = await patchRow({ rows: `<row r="2">${A2}${formula}</row>` }, {});
    expect(rows).toBe(`<row r="2">${A2}${formula}${E2}</row>`);
    expect(outcome).toMatchObject({ outcome: 'formula', before: null, status: 'written' });
  });

  it('can be emptied', async () => {
    const cell = '<c r="E2" s="2" t="str"><v>待ち</v></c>';
    const { rows } = await patchRow({ rows: `<row r="2">${A2}${cell}</row>` }, { text: null, status: '' });
    expect(rows).toBe(`<row r="2">${A2}<c r="E2" s="2"/></row>`);
  });

  it('is none where the row is gone', async () => {
    const { outcome } = await patchRow({ rows: `<row r="2">${A2}</row>` }, { input: 'W2' });
    expect(outcome).toEqual({ id: 'row 2', row: null, outcome: 'gone', before: null, status: null });
  });
});

it.each([
  ['', ''],
  ['<c r="C2" t="s"><v>0</v></c>', '旧｜｜｜'],
  ['<c r="C2" t="str"><v> </v></c>', ' '],
])('tells what the result cell %s held before', async (cell, before) => {
  const book = { rows: `<row r="2">${A2}${cell}</row>`, sharedStrings: '<si><t>旧｜｜｜</t></si>' };
  expect((await patchRow(book, {})).outcome.before).toBe(before);
});

it.each(['A', 'B', 'C', '', '3'])('cannot be %j', (status) => {
  expect(() => columnRoles({ ...COLUMNS, status })).toThrow(RangeError);
});
