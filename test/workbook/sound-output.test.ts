import { access } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { patchWorkbook } from '../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import { casePath, patchFile } from '../support/workbook/cases.ts';
import { COLUMNS, editOf, testFolder } from '../support/workbook/folder.ts';
import { patchRaw } from '../support/workbook/patch-raw.ts';
import { SHEET_PART, writeRawWorkbook } from '../support/workbook/raw-workbook.ts';
import type { RawWorkbook } from '../support/workbook/raw-workbook.ts';
import { readRaw } from '../support/workbook/read-raw.ts';
import { expectRefused } from '../support/workbook/refused.ts';

const { folder, path } = testFolder();
const A2 = '<c r="A2" t="str"><v>W1</v></c>';
const C2 = '<c r="C2" t="inlineStr"><is><t xml:space="preserve">完了</t></is></c>';

describe('a dimension behind the rows', () => {
  it('is made right where it stands', async () => {
    const { after } = await patchFile(casePath('dimension-after'), folder(), { 2: '完了' });
    expect(after).toContain(`${C2}</row></sheetData><dimension ref="A1:C2"/></worksheet>`);
  });

  it('is right with many rows, and where it is not to change', async () => {
    const rows = [2, 3, 4].map((row) => `<row r="${row}">${A2.replace('A2', `A${row}`)}</row>`).join('');
    for (const ref of ['A1:C9', 'A1:A4']) {
      const book = { rows, behind: `<dimension ref="${ref}"/>` };
      const { after } = await patchRaw(folder(), book, { 2: 'a', 3: 'b', 4: 'c' });
      expect(after).toMatch(/<dimension ref="A1:C[49]"\/><\/worksheet>$/);
    }
  });
});

describe('cells out of order', () => {
  const message = 'in row 2 a cell of C stands behind one of D';

  it('are refused where C stands behind D, with the row', async () => {
    const what = `is damaged: in ${SHEET_PART} ${message}`;
    await expectRefused(folder(), casePath('c-behind-d'), 'WORKBOOK_DAMAGED', what);
  });

  it.each([
    ['far behind', `${A2}<c r="D2"><v>1</v></c><c r="E2"/><c r="C2"/>`, 'C stands behind one of E'],
    ['before a later one', `${A2}<c r="D2"/><c r="C2"/><c r="E2"/>`, 'C stands behind one of D'],
    ['twice', `${A2}<c r="D2"/><c r="D2"/>`, 'D stands behind one of D'],
    ['behind one with a formula', `${A2}<c r="E2"><f>1</f></c><c r="C2"/>`, 'C stands behind one of E'],
    ['with a formula', `${A2}<c r="E2"/><c r="C2"><f>1</f></c>`, 'C stands behind one of E'],
    ['with its reference last', `${A2}<c r="E2"/><c s="1" r="C2"/>`, 'C stands behind one of E'],
    ['in quotes of the other kind', `${A2}<c r='E2'/><c r='C2'/>`, 'C stands behind one of E'],
    ['in small letters', `${A2}<c r="e2"/><c r="c2"/>`, 'C stands behind one of E'],
    ['beside one without a reference', `${A2}<c r="E2"/><c/><c r="F2"/>`, 'F stands behind one of F'],
    ['in a row nobody asks for', `<c r="A2"/><c r="AA2"/><c r="Z2"/>`, 'Z stands behind one of AA'],
  ])('are refused: %s', async (_, cells, what) => {
    const rows = `<row r="2">${cells}</row><row r="3">${A2.replace('A2', 'A3')}</row>`;
    await expect(readRaw(folder(), { rows })).rejects.toMatchObject({
      code: 'WORKBOOK_DAMAGED',
      message: `raw.xlsx is damaged: in ${SHEET_PART} in row 2 a cell of ${what}`,
    });
  });

  it('are seen across every boundary of a buffer, and order is not taken for disorder', async () => {
    const row = (number: number, last: string): string =>
      `<row r="${number}"><c r="A${number}"><v>${number}</v></c>${['D', 'E', 'Z', 'AA', 'ABC'].map((column) => `<c r="${column}${number}" s="1"><v>1</v></c>`).join('')}${last}</row>`;
    const numbers = Array.from({ length: 4000 }, (_, index) => index + 2);
    const rows = (odd: number): string =>
      numbers.map((number) => row(number, number === odd ? `<c r="AB${number}"/>` : '')).join('');
    expect((await readRaw(folder(), { rows: rows(0) })).rows).toHaveLength(4000);
    for (let odd = 600; odd < 680; odd += 1) {
      await expect(readRaw(folder(), { rows: rows(odd) })).rejects.toThrow(
        `in row ${odd} a cell of AB stands behind one of ABC`,
      );
    }
  });
});

describe('what a row ends with', () => {
  it('stays behind a new cell: extLst', async () => {
    const { after } = await patchFile(casePath('row-extlst'), folder(), { 2: '完了' });
    expect(after).toContain(`${C2}<extLst><ext uri="{x}"/></extLst></row>`);
  });

  it('does not hide a cell that is there', async () => {
    const rows = `<row r="2">${A2}<c r="C2"/><extLst><c r="C2"/></extLst></row>`;
    const { after } = await patchRaw(folder(), { rows }, { 2: '完了' });
    expect(after).toContain(`${A2}${C2}<extLst><c r="C2"/></extLst></row>`);
  });
});

describe('a sheet that would not be well-formed once written', () => {
  it.each<[string, RawWorkbook, string]>([
    ['elements cross', { behind: '<a><b></a></b>' }, 'the element b does not end as it should'],
    ['an attribute stands twice', { behind: '<a b="1" b="2"/>' }, 'a tag has one attribute twice'],
    ['an attribute has no quotes', { behind: '<a b=1/>' }, 'an attribute has no value'],
    ['an & begins nothing', { behind: '<a>R&D</a>' }, 'an & begins no reference'],
    ['a < stands in an attribute', { behind: '<a b="<"/>' }, 'a < stands where it must not'],
  ])('is refused: %s', async (_, book, problem) => {
    const source = await writeRawWorkbook(folder(), { rows: `<row r="2">${A2}</row>`, ...book });
    const { rows } = await readWorkbook(source, { columns: COLUMNS });
    const target = path('unsound.xlsx');
    const edits = [editOf(rows[0]!, '完了')];
    await expect(patchWorkbook(source, target, { columns: COLUMNS, edits })).rejects.toMatchObject({
      code: 'WORKBOOK_UNSUPPORTED',
      message: `raw.xlsx cannot be handled: ${SHEET_PART} would not be well-formed once written (${problem}): open the workbook in Excel and save it again`,
    });
    for (const left of [target, `${target}.part`]) await expect(access(left)).rejects.toThrow('ENOENT');
  });
});
