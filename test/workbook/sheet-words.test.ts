import { describe, expect, it } from 'vitest';
import { STATUS_WORDS, isOurStatus } from '../../src/workbook/our-texts.ts';
import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import { wordOf } from '../../src/workbook/sheet-words.ts';
import { COLUMNS, testFolder } from '../support/workbook/folder.ts';
import { writeRawWorkbook } from '../support/workbook/raw-workbook.ts';

const { folder } = testFolder();

describe('a status cell is a word', () => {
  it.each([
    ['再試行', 'retry'],
    ['重试', 'retry'],
    ['retry', 'retry'],
    ['最新', 'fresh'],
    ['刷新', 'fresh'],
    ['fresh', 'fresh'],
    ['保留', 'hold'],
    ['搁置', 'hold'],
    ['hold', 'hold'],
    ['済', 'done'],
    ['完成', 'done'],
    ['done', 'done'],
    [' Retry\n', 'retry'],
    ['ＨＯＬＤ', 'hold'],
    ['　保　留　', 'hold'],
  ])('%j: %s', (text, word) => {
    expect(wordOf(text)).toBe(word);
  });

  it.each([
    '',
    ' ',
    '完了',
    '完了 11/24 15:04',
    '未済',
    '済み',
    '再試行して',
    'retry?',
    '保留 11/24 15:04',
    '済 11/24 15:04',
  ])('%j: it is not', (text) => {
    expect(wordOf(text)).toBeNull();
  });
});

it('no word is taken for a text of ours, nor a text of ours for a word', () => {
  const words = [
    '再試行',
    '重试',
    'retry',
    '最新',
    '刷新',
    'fresh',
    '保留',
    '搁置',
    'hold',
    '済',
    '完成',
    'done',
  ];
  expect(words.filter(isOurStatus)).toEqual([]);
  const ours = [...STATUS_WORDS, '保留', '済'].map((word) => `${word} 11/24 15:04: 再試行`);
  expect(ours.map(isOurStatus)).toEqual(ours.map(() => true));
  expect(ours.map(wordOf)).toEqual(ours.map(() => null));
});

describe('the status cell is read', () => {
  const A2 = '<c r="A2" t="str"><v>W1</v></c>';
  const read = async (cells: string, status: string | null, behind = '') => {
    const book = { rows: `<row r="2">${A2}${cells}</row>`, sharedStrings: '<si><t>保留</t></si>', behind };
    const path = await writeRawWorkbook(folder(), book);
    return (await readWorkbook(path, { columns: { ...COLUMNS, status } })).rows[0];
  };

  it.each([
    ['an inline text', '<c r="E2" t="str"><v>retry</v></c>', 'retry'],
    ['a shared string', '<c r="E2" t="s"><v>0</v></c>', '保留'],
    ['nothing', '', undefined],
    ['a formula, which nobody typed', '<c r="E2" t="str"><f>A2</f><v>retry</v></c>', undefined],
  ])('%s', async (_name, cell, status) => {
    expect((await read(cell, 'E'))?.status).toBe(status);
  });

  it('not where there is no such column, nor where merged cells hide it', async () => {
    const cell = '<c r="E2" t="s"><v>0</v></c>';
    expect((await read(cell, null))?.status).toBeUndefined();
    const merged = '<mergeCells><mergeCell ref="D2:E2"/></mergeCells>';
    expect((await read(cell, 'E', merged))?.status).toBeUndefined();
  });
});
