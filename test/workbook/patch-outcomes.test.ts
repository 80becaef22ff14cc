import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { patchWorkbook } from '../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import type { CellEdit } from '../../src/workbook/types.ts';
import { COLUMNS, editOf, testFolder } from '../support/workbook/folder.ts';
import { patchRaw } from '../support/workbook/patch-raw.ts';
import { SHEET_PART, writeRawWorkbook } from '../support/workbook/raw-workbook.ts';
import { unzip } from '../support/workbook/zip-file.ts';

const { folder, path } = testFolder();
const A2 = '<c r="A2" t="str"><v>W1</v></c>';
const str = (text: string): string => `<c r="C2" t="str"><v>${text}</v></c>`;

describe('what becomes of an edit', () => {
  it.each<[string, string, Partial<CellEdit>, string]>([
    ['no cell', '', {}, 'written'],
    ['an empty cell', '<c r="C2"/>', {}, 'written'],
    ['only white space', str(' 　'), {}, 'written'],
    ['a text of our form', str('輸送中｜｜｜1月2日｜｜｜'), {}, 'written'],
    ['the recorded text', str('伝票番号未登録'), { recorded: '伝票番号未登録' }, 'written'],
    ["a person's text", str('電話済み'), {}, 'person'],
    ["a person's text where another is recorded", str('電話済み'), { recorded: '伝票番号未登録' }, 'person'],
    ["a person's text with two bars only", str('a｜｜b'), {}, 'person'],
    ["a person's text, fresh", str('電話済み'), { fresh: true }, 'written'],
    ["a person's number", '<c r="C2"><v>3</v></c>', {}, 'person'],
    ["a person's zero", '<c r="C2"><v>0</v></c>', {}, 'person'],
    ["a person's tick", '<c r="C2" t="b"><v>0</v></c>', {}, 'person'],
    ["a person's rich text", '<c r="C2" t="s"><v>0</v></c>', {}, 'person'],
    ['the same text', str('完了'), {}, 'same'],
    ['the same text, fresh', str('完了'), { fresh: true }, 'same'],
    ['the same text as a shared string', '<c r="C2" t="s"><v>1</v></c>', {}, 'same'],
    ['a formula', '<c r="C2" t="str"><f>A2</f><v>W1</v></c>', {}, 'formula'],
    ['a formula that shows our form', '<c r="C2" t="str"><f>A2</f><v>a｜｜｜b</v></c>', {}, 'formula'],
    ['a formula, fresh', '<c r="C2" t="str"><f>A2</f><v>W1</v></c>', { fresh: true }, 'formula'],
    ['a formula without a result', '<c r="C2"><f>A2</f></c>', {}, 'formula'],
    ['a formula that shows the same text', '<c r="C2" t="str"><f>A2</f><v>完了</v></c>', {}, 'formula'],
    ['a part of a shared formula', '<c r="C2"><f t="shared" si="0"/><v>1</v></c>', {}, 'formula'],
    [
      'a part of an array formula',
      '<c r="C2"><v>1</v></c><c r="F2"><f t="array" ref="C2:F2">1</f></c>',
      {},
      'formula',
    ],
  ])('with %s in the cell', async (_, cell, more, outcome) => {
    const { outcomes, before, after } = await patchRaw(
      folder(),
      {
        rows: `<row r="2">${A2}${cell}</row>`,
        sharedStrings: '<si><r><t>電話</t></r><r><t>済み</t></r></si><si><t>完了</t></si>',
      },
      { 2: '完了' },
      more,
    );
    expect(outcomes).toMatchObject([{ id: 'row 2', row: 2, outcome, status: null }]);
    expect(after === before).toBe(outcome !== 'written');
  });

  it.each([
    ['C1:C9', 'C2 is covered by the merged cells C1:C9'],
    ['A2:D2', 'C2 is covered by the merged cells A2:D2'],
    ['C2:D3', undefined],
    ['D2:E2', undefined],
  ])('with merged cells %s', async (ref, note) => {
    const book = {
      rows: `<row r="2">${A2}</row>`,
      behind: `<mergeCells><mergeCell ref="${ref}"/></mergeCells>`,
    };
    const { outcomes } = await patchRaw(folder(), book, { 2: '完了' }, { fresh: true });
    const outcome = note === undefined ? 'written' : 'person';
    expect(outcomes).toMatchObject([{ id: 'row 2', row: 2, outcome }]);
    expect(outcomes[0]?.note).toBe(note);
  });

  it.each([
    ['ref="A2:C9"', 'person'],
    ['ref="A1:C9"', 'written'],
    ['ref="A2:C9" headerRowCount="0"', 'written'],
    ['ref="A1:C2" totalsRowCount="1"', 'person'],
    ['ref="D2:F9"', 'written'],
  ])('with a table %s', async (ref, outcome) => {
    const { outcomes } = await patchRaw(
      folder(),
      {
        rows: `<row r="2">${A2}</row>`,
        behind: '<tableParts><tablePart r:id="rId3"/></tableParts>',
        links: [['rId3', 'table', '/xl/tables/table1.xml']],
        more: [{ name: 'xl/tables/table1.xml', data: `<table displayName="T" ${ref}/>` }],
      },
      { 2: '完了' },
    );
    expect(outcomes[0]?.outcome).toBe(outcome);
  });
});

describe('with nothing to write', () => {
  it('the copy equals the source, every byte of it', async () => {
    const source = await writeRawWorkbook(folder(), { rows: `<row r="2">${A2}${str('電話済み')}</row>` });
    const { rows } = await readWorkbook(source, { columns: COLUMNS });
    const gone = { ...editOf(rows[0]!, 'x'), id: 'gone', input: 'W2' };
    const edits = [editOf(rows[0]!, '完了'), gone];
    const target = path('nothing.xlsx');
    const { outcomes } = await patchWorkbook(source, target, { columns: COLUMNS, edits });
    expect(outcomes).toEqual([
      { id: 'row 2', row: 2, outcome: 'person', before: null, status: null },
      { id: 'gone', row: null, outcome: 'gone', before: null, status: null },
    ]);
    expect(await readFile(target)).toEqual(await readFile(source));
  });

  it('and no edits at all, too', async () => {
    const source = await writeRawWorkbook(folder(), {});
    const target = path('none.xlsx');
    expect(await patchWorkbook(source, target, { columns: COLUMNS, edits: [] })).toEqual({
      sheet: 'Sheet 1',
      outcomes: [],
      notes: [],
    });
    expect(await readFile(target)).toEqual(await readFile(source));
  });
});

it('never patches a workbook onto itself', async () => {
  const source = await writeRawWorkbook(folder(), { rows: `<row r="2">${A2}</row>` });
  const bytes = await readFile(source);
  const { rows } = await readWorkbook(source, { columns: COLUMNS });
  const edits = [editOf(rows[0]!, '完了')];
  await expect(patchWorkbook(source, source, { columns: COLUMNS, edits })).rejects.toThrow(RangeError);
  expect(await readFile(source)).toEqual(bytes);
});

it('of two edits of one row the later one stands', async () => {
  const source = await writeRawWorkbook(folder(), { rows: `<row r="2">${A2}</row>` });
  const target = path('twice.xlsx');
  const { rows } = await readWorkbook(source, { columns: COLUMNS });
  const edits = ['first', 'second'].map((text) => editOf(rows[0]!, text));
  await patchWorkbook(source, target, { columns: COLUMNS, edits });
  expect((await readWorkbook(target, { columns: COLUMNS })).rows[0]?.result).toBe('second');
});

it('can write another column than C, before those that are read', async () => {
  const columns = { input: 'B', email: 'D', result: 'A', status: null };
  const cells = '<c r="B2" t="str"><v>W1</v></c><c r="D2" t="str"><v>a@example.jp</v></c>';
  const source = await writeRawWorkbook(folder(), { rows: `<row r="2">${cells}</row>` });
  const target = path('columns.xlsx');
  const { rows } = await readWorkbook(source, { columns });
  await patchWorkbook(source, target, { columns, edits: [editOf(rows[0]!, '完了')] });
  const sheet = (await unzip(target)).get(SHEET_PART)!.toString();
  expect(sheet).toContain(
    `<row r="2"><c r="A2" t="inlineStr"><is><t xml:space="preserve">完了</t></is></c>${cells}</row>`,
  );
});
