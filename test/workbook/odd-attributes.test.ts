import { describe, expect, it } from 'vitest';

import { casePath, patchFile, readCase } from '../support/workbook/cases.ts';
import { testFolder } from '../support/workbook/folder.ts';
import { patchRaw } from '../support/workbook/patch-raw.ts';
import { readRaw } from '../support/workbook/read-raw.ts';

const { folder } = testFolder();
const A2 = '<c r="A2" t="str"><v>W1</v></c>';
const inline = (text: string): string => `t="inlineStr"><is><t xml:space="preserve">${text}</t></is></c>`;

describe('attributes that Excel passes over are as if they were not there', () => {
  it('s="" on a row, as published customs files have it', async () => {
    expect((await readCase('row-s-empty')).rows).toMatchObject([{ row: 2, input: 'x' }]);
    const { after } = await patchFile(casePath('row-s-empty'), folder(), { 2: '完了' });
    expect(after).toContain(`</c><c r="C2" s="0" ${inline('完了')}</row>`);
  });

  it.each([
    ['a row of style ""', `<row r="2" s="">${A2}</row>`],
    ['a row of style x', `<row r="2" s="x">${A2}</row>`],
    ['a row of style -1', `<row r="2" s="-1">${A2}</row>`],
    ['a row of a style beyond any', `<row r="2" s="99999999999">${A2}</row>`],
    ['a row without a number', `<row r="1"/><row r="">${A2}</row>`],
    ['odd heights, spans and formats', `<row r="2" spans="" ht="" customFormat="" collapsed="">${A2}</row>`],
    ['a cell of style ""', '<row r="2"><c r="A2" s="" t="str"><v>W1</v></c></row>'],
    ['a cell of style x', '<row r="2"><c r="A2" s="x" t="str"><v>W1</v></c></row>'],
    ['a cell without a reference', '<row r="2"><c r="" t="str"><v>W1</v></c></row>'],
    ['other cells without a type', `<row r="2">${A2}<c r="C2" t=""/><c r="D2" t="" s=""><v>1</v></c></row>`],
    ['a shared formula without a group', `<row r="2">${A2}<c r="B2"><f t="shared" si=""/></c></row>`],
  ])('%s', async (_, rows) => {
    expect((await readRaw(folder(), { rows })).rows).toMatchObject([{ row: 2, input: 'W1' }]);
    const { outcomes } = await patchRaw(folder(), { rows }, { 2: '完了' });
    expect(outcomes).toMatchObject([{ outcome: 'written', row: 2 }]);
  });

  it('a cell with an odd style and an odd type is replaced by one with none', async () => {
    const rows = `<row r="2">${A2}<c r="C2" s="" t=""/></row>`;
    const { after } = await patchRaw(folder(), { rows }, { 2: '完了' });
    expect(after).toContain(`${A2}<c r="C2" ${inline('完了')}</row>`);
  });

  it('a column of style "" gives new cells none', async () => {
    const before = '<cols><col min="3" max="3" style=""/><col min="1" max="9" style="x"/></cols>';
    const { after } = await patchRaw(folder(), { before, rows: `<row r="2">${A2}</row>` }, { 2: '完了' });
    expect(after).toContain(`${A2}<c r="C2" ${inline('完了')}</row>`);
  });

  it('numbers and places that mean something are refused all the same', async () => {
    for (const rows of ['<row r="x"/>', '<row r="-1"/>', '<row r="2"><c r="2"/></row>'])
      await expect(readRaw(folder(), { rows })).rejects.toMatchObject({ code: 'WORKBOOK_DAMAGED' });
  });
});

it('a new cell has the style that Excel would give it', async () => {
  const texts = { 2: 'a', 3: 'b', 4: 'c', 5: 'd', 6: 'e' };
  const { after } = await patchFile(casePath('styles-of-new'), folder(), texts);
  const styles = [...after.matchAll(/<c r="C([2-6])"(?: s="(\d+)")?/g)].map(([, row, style]) => [row, style]);
  // The column's, the row's, the column's, the default for a row that has its own and names none, the cell's own.
  expect(styles).toEqual([
    ['2', '5'],
    ['3', '10'],
    ['4', '5'],
    ['5', '0'],
    ['6', '6'],
  ]);
});
