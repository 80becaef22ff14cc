import { describe, expect, it } from 'vitest';

import { testFolder } from '../support/workbook/folder.ts';
import { patchRaw } from '../support/workbook/patch-raw.ts';
import { readRaw } from '../support/workbook/read-raw.ts';

const { folder } = testFolder();
const cell = (reference: string, text: string): string => `<c r="${reference}" t="str"><v>${text}</v></c>`;
const C2 = '<c r="C2" t="inlineStr"><is><t xml:space="preserve">完了</t></is></c>';
const [A2, B2, D2] = [cell('A2', 'W1'), cell('B2', 'a@b'), cell('D2', 'd')];

describe('a row in several elements is one', () => {
  it.each([
    ['A | B', `<row r="2">${A2}</row><row r="2">${B2}</row>`],
    ['A B |', `<row r="2">${A2}${B2}</row><row r="2"/>`],
    ['| A B', `<row r="2"/><row r="2">${A2}${B2}</row>`],
    ['A | | B', `<row r="2">${A2}</row><row r="2"></row><row r="2">${B2}</row>`],
  ])('%s', async (_, rows) => {
    const more = `${rows}<row r="3">${cell('A3', 'W2')}</row>`;
    expect((await readRaw(folder(), { rows: more })).rows).toMatchObject([
      { row: 2, input: 'W1', email: 'a@b' },
      { row: 3, input: 'W2', email: '' },
    ]);
  });

  it.each([
    ['before a later cell of the second', `<row r="2">${A2}</row><row r="2">^${D2}</row>`],
    ['before a later cell of the first', `<row r="2">${A2}^${D2}</row><row r="2">${cell('E2', 'e')}</row>`],
    ['at the end of the second', `<row r="2">${A2}</row><row r="2">${B2}^</row>`],
    ['at the end of the first, where the second has no room', `<row r="2">${A2}^</row><row r="2"/>`],
    [
      'between others, whose spans stay',
      `<row r="2" spans="1:1">${A2}</row><row r="2" spans="2:2">${B2}^</row>`,
    ],
  ])('a new cell goes %s', async (_, expected) => {
    const { after } = await patchRaw(folder(), { rows: expected.replace('^', '') }, { 2: '完了' });
    expect(after).toContain(expected.replace('^', C2));
  });

  it('a cell that is there is replaced in the second', async () => {
    const rows = `<row r="2">${A2}</row><row r="2"><c r="C2" s="3"/></row>`;
    const { after } = await patchRaw(folder(), { rows }, { 2: '完了' });
    expect(after).toContain(`</row><row r="2">${C2.replace(' t=', ' s="3" t=')}</row>`);
  });
});

it.each([
  ['rows in true disorder', `<row r="3"/><row r="2">${A2}</row>`, 'row 2 stands behind row 3'],
  [
    'a row taken up again later',
    `<row r="2">${A2}</row><row r="3"/><row r="2">${B2}</row>`,
    'row 2 stands behind row 3',
  ],
  [
    'cells in disorder over two elements',
    `<row r="2">${B2}</row><row r="2">${A2}</row>`,
    'in row 2 a cell of A stands behind one of B',
  ],
  [
    'a cell without a reference, which might be any',
    `<row r="2">${A2}</row><row r="2"><c/></row>`,
    'in row 2 a cell of A stands behind one of A',
  ],
])('%s are refused', async (_, rows, message) => {
  await expect(readRaw(folder(), { rows })).rejects.toMatchObject({
    code: 'WORKBOOK_DAMAGED',
    message: `raw.xlsx is damaged: in xl/worksheets/sheet1.xml ${message}`,
  });
});
