import { describe, expect, it } from 'vitest';
import { testFolder } from '../../support/workbook/folder.ts';
import { FORMULA_SHEETS, formulaCell, formulaWorkbook } from '../../support/workbook/formula-workbook.ts';
import type { FormulaWorkbook } from '../../support/workbook/formula-workbook.ts';
import { patchRaw } from '../../support/workbook/patch-raw.ts';
import { unzip } from '../../support/workbook/zip-file.ts';

const { folder } = testFolder();

/** Writes C3, and gives the references of cells that lost their values, as `sheet!cell`. */
async function dropped(book: FormulaWorkbook): Promise<string[]> {
  const { path } = await patchRaw(folder(), formulaWorkbook(book), { 3: '完了' });
  const parts = await unzip(path);
  return Object.entries(FORMULA_SHEETS).flatMap(([sheet, part], at) => {
    const cells = [book.formulas, book.second, book.third][at] ?? {};
    const xml = parts.get(part)?.toString() ?? '';
    return Object.keys(cells)
      .filter((reference) => !new RegExp(`<c r="${reference}"[^>]*>(?:(?!</c>).)*<v>old</v></c>`).test(xml))
      .map((reference) => `${sheet}!${reference}`);
  });
}

const TABLE = {
  name: 'xl/tables/table1.xml',
  data: '<table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" displayName="発送表" ref="A1:D6"><tableColumns count="4"><tableColumn id="1" name="番号"/><tableColumn id="2" name="e-mail"/><tableColumn id="3" name="状態"/><tableColumn id="4" name="数"/></tableColumns></table>',
};
const WITH_TABLE = {
  behind: '<tableParts><tablePart r:id="t1"/></tableParts>',
  links: [['t1', 'table', '../tables/table1.xml']] as [string, string, string][],
  more: [TABLE],
};

describe('a formula that depends on a written cell (C3) loses its value', () => {
  it.each<[string, string]>([
    ['plain', 'C3'],
    ['absolute', '$C$3&amp;"x"'],
    ['a range', 'COUNTA(C2:C4)'],
    ['a range the other way round', 'COUNTA(C4:C2)'],
    ['a whole column', 'COUNTIF(C:C,"完了")'],
    ['a whole column, absolute', 'COUNTIF($C:$C,"完了")'],
    ['whole rows', 'COUNTA(3:3)'],
    ['whole rows, absolute', 'COUNTA($2:$4)'],
    ['its own sheet by name', '発送!C3'],
    ['sheets side by side (3-D)', "COUNTA('発送:集計'!C3)"],
    ['lower case', 'counta(c2:c4)'],
    ['INDIRECT', 'INDIRECT("C"&amp;3)'],
    ['OFFSET', 'OFFSET(A1,2,2)'],
    ['a range made of functions', 'COUNTA(A1:INDEX(D:D,4))'],
    ['a range of a range', 'COUNTA(B2:C3:D4)'],
    ['a union', 'COUNTA((A1,C3))'],
    ['an intersection', 'COUNTA(C:C 3:3)'],
    ['spilled', 'ROWS(_xlfn.ANCHORARRAY(C3))'],
    ['a trimmed range', 'COUNTA(C.:.C)'],
    ['a lambda', '_xlfn.LET(_xlpm.x,C3,_xlpm.x)'],
  ])('%s: %s', async (_, formula) => {
    expect(await dropped({ formulas: { F6: formula } })).toEqual(['発送!F6']);
  });

  it.each<[string, string]>([
    ['on another sheet', '発送!C3'],
    ['a column on another sheet', 'COUNTIF(発送!$C:$C,"完了")'],
    ['sheets side by side (3-D)', 'COUNTA(発送:集計!C3)'],
  ])('%s', async (_, formula) => {
    expect(await dropped({ second: { B1: formula, B2: '5+5' } })).toEqual(["It's 2!B1"]);
  });

  it('through others, on any sheet, up and down, whatever their order in the file', async () => {
    const book: FormulaWorkbook = {
      formulas: { E2: "'It''s 2'!A1", E4: 'E5', E5: 'C3', E6: '1+1' },
      second: { A1: '集計!A2', A2: '集計!A9' },
      third: { A1: '発送!E4', A2: 'A1' },
    };
    expect(await dropped(book)).toEqual(['発送!E2', '発送!E4', '発送!E5', "It's 2!A1", '集計!A1', '集計!A2']);
  });

  it.each<[string, string, string]>([
    ['of the workbook', '<definedName name="States">発送!$C$2:$C$6</definedName>', 'COUNTA(states)'],
    [
      'of one sheet',
      '<definedName name="States" localSheetId="2">発送!$C$2:$C$6</definedName><definedName name="States">発送!$A$1</definedName>',
      'COUNTA(States)',
    ],
    [
      'through another name',
      '<definedName name="One">Two</definedName><definedName name="Two">発送!$C$3</definedName>',
      'One',
    ],
    ['relative to where it is used', '<definedName name="Left">発送!B1048576</definedName>', 'Left'],
    ['that calculates', '<definedName name="Any">OFFSET(発送!$A$1,0,0,9,9)</definedName>', 'ROWS(Any)'],
    ['in a circle', '<definedName name="A_">B_</definedName><definedName name="B_">A_</definedName>', 'A_'],
  ])('a defined name %s', async (_, names, formula) => {
    expect(await dropped({ third: { D4: formula }, names })).toEqual(['集計!D4']);
  });

  it('a structured reference of the column, of all columns, of the row, without naming the table', async () => {
    const formulas = {
      F3: '発送表[[#This Row],[状態]]',
      F4: '発送表[[#This Row],[状態]]',
      G1: 'COUNTA(発送表[状態])',
      G2: 'SUM(発送表[数])',
      G3: 'COUNTA(発送表[[e-mail]:[数]])',
      G4: 'ROWS(発送表)',
      G5: 'COUNTA(発送表[[#All],[状態]])',
      G6: 'COUNTA(発送表[unknown])',
    };
    expect(await dropped({ ...WITH_TABLE, formulas })).toEqual(
      ['F3', 'G1', 'G3', 'G4', 'G5', 'G6'].map((each) => `発送!${each}`),
    );
    const short = { D3: '[@状態]', D4: '[@状態]' };
    expect(await dropped({ ...WITH_TABLE, formulas: short })).toEqual(['発送!D3']);
  });

  it('a structured reference that means another table further down', async () => {
    const upper = { name: TABLE.name, data: TABLE.data.replace('A1:D6', 'A1:D3') };
    const lower = {
      name: 'xl/tables/table2.xml',
      data: TABLE.data
        .replace('A1:D6', 'A4:D6')
        .replace('発送表', '返品表')
        .replace('name="状態"', 'name="other"'),
    };
    const book = {
      behind: '<tableParts><tablePart r:id="t1"/><tablePart r:id="t2"/></tableParts>',
      links: [...WITH_TABLE.links, ['t2', 'table', '../tables/table2.xml'] as [string, string, string]],
      more: [upper, lower],
    };
    const formulas = { D3: '[@状態]', D5: '[@数]', D6: '[@状態]' };
    expect((await dropped({ ...book, formulas })).toSorted()).toEqual(['発送!D3']);
  });

  it('all cells of an array formula or of a spill, and what reads one of them', async () => {
    const plain = (reference: string) => `<c r="${reference}" t="str"><v>old</v></c>`;
    const formulas = {
      E2: '<f t="array" ref="E2:E4">C2:C4&amp;"x"</f>',
      E3: plain('E3'),
      E4: plain('E4'),
      E5: plain('E5'),
      F6: 'E4',
      G2: '<f t="array" ref="G2:G3">A2:A3</f>',
      G3: plain('G3'),
    };
    expect(await dropped({ formulas })).toEqual(['発送!E2', '発送!E3', '発送!E4', '発送!F6']);
  });

  it('a data table whose formula depends', async () => {
    const formulas = {
      E2: 'C3',
      F3: '<f t="dataTable" ref="F3:F4" dt2D="0" dtr="0" r1="A1"/>',
      F4: '<c r="F4" t="str"><v>old</v></c>',
      F2: 'E2',
    };
    expect(await dropped({ formulas })).toEqual(['発送!E2', '発送!F3', '発送!F4', '発送!F2']);
  });

  it('a formula in C itself that reads the written cell', async () => {
    expect(await dropped({ formulas: { C5: 'C3', C6: 'C4' } })).toEqual(['発送!C5']);
  });

  it('with all that belongs to the value', async () => {
    const book = formulaWorkbook({
      formulas: { E4: '<c r="E4" s="1" t="e" vm="1" cm="2"><f>C3</f><v>#VALUE!</v></c>', E5: 'C3' },
    });
    const { after } = await patchRaw(folder(), book, { 3: '完了' });
    expect(after).toContain('<c r="E4" s="1" cm="2"><f>C3</f></c>');
    expect(after).toContain('<c r="E5"><f>C3</f></c>');
  });
});

describe('a formula keeps its value', () => {
  it.each<[string, string]>([
    ['of other cells', 'C4&amp;C2'],
    ['of other columns', 'COUNTA(A:B,D:XFD)'],
    ['of the same cell on another sheet', '集計!C3'],
    ['a text that looks like a reference', '"C3"'],
    ['another workbook', '[1]発送!C3'],
    ['a function that changes with each calculation, without the cell', 'NOW()+RAND()+TODAY()'],
    ['a name that is not there', 'C3_+States'],
    ['a function whose name looks like a cell', 'LOG10(A2)'],
    ['a sheet that is not there', 'Old!C3'],
    ['an error', '#REF!'],
  ])('%s: %s', async (_, formula) => {
    expect(await dropped({ formulas: { E9: formula } })).toEqual([]);
  });

  it('of the same wording in another row: each is seen from its own', async () => {
    const column = (letters: string, formula: (row: number) => string) =>
      Object.fromEntries([2, 3, 4, 5].map((row) => [`${letters}${row}`, formula(row)]));
    const formulas = {
      ...column('E', (row) => `C${row}`),
      ...column('F', (row) => `$C${row - 1}`),
      ...column('G', () => 'C$4'),
      ...column('H', (row) => `COUNTA(C$2:C${row})`),
      ...column('I', () => 'COUNTA(9:9)'),
      ...column('J', (row) => `'発送'!C${row}&amp;"C${row}"`),
      ...column('K', (row) => `COUNTIF(C$3,"${'x'.repeat(row)}*")`),
      ...column('L', (row) => `COUNTIF(${row === 4 ? 'C$3' : 'A$3'},"C3""!")&amp;'It''s 2'!A${row}`),
    };
    expect((await dropped({ formulas })).toSorted()).toEqual(
      ['E3', 'F4', 'H3', 'H4', 'H5', 'J3', 'K2', 'K3', 'K4', 'K5', 'L4'].map((each) => `発送!${each}`),
    );
  });
});

it('a formula that rows are read from keeps its value, with a note', async () => {
  const book = formulaWorkbook({ formulas: { B4: 'C3', E4: 'B4' } });
  const { after, notes } = await patchRaw(folder(), book, { 3: '完了' });
  expect(after).toContain(formulaCell('B4', 'C3'));
  expect(after).toContain('<c r="E4"><f>B4</f></c>');
  expect(notes).toEqual([
    'calculated on opening: 1 cells that depend on results (発送)',
    'depends on results, but rows are read from it: B4 keeps its stored value',
  ]);
});

it('a chain of ten thousand, upwards and zigzag, is followed to its end', async () => {
  const up = Array.from({ length: 10_000 }, (_, at) => [`E${at + 7}`, `E${at + 8}`]);
  const zigzag = Array.from({ length: 300 }, (_, at) => [
    `F${at % 2 === 0 ? 1000 + at : 900 - at}`,
    `F${at % 2 === 0 ? 900 - at - 1 : 1000 + at + 1}`,
  ]);
  const formulas = { ...Object.fromEntries(up), E10007: 'C3', ...Object.fromEntries(zigzag), F1300: 'C3' };
  expect((await dropped({ formulas })).length).toBe(Object.keys(formulas).length);
});
