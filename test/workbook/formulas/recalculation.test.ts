import { copyFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { patchWorkbook } from '../../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../../src/workbook/read-workbook.ts';
import { COLUMNS, editOf, testFolder } from '../../support/workbook/folder.ts';
import { formulaCell, FORMULA_SHEETS, formulaWorkbook } from '../../support/workbook/formula-workbook.ts';
import { patchRaw, replacedOnce } from '../../support/workbook/patch-raw.ts';
import { writeRawWorkbook } from '../../support/workbook/raw-workbook.ts';
import { unzip } from '../../support/workbook/zip-file.ts';

const { folder, path } = testFolder();
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';

/** The parts that differ, with their text after. */
async function changed(source: string, target: string): Promise<Record<string, string>> {
  const [before, after] = [await unzip(source), await unzip(target)];
  expect([...after.keys()]).toEqual([...before.keys()]);
  const differ = [...after].filter(([name, data]) => before.get(name)?.equals(data) !== true);
  return Object.fromEntries(differ.map(([name, data]) => [name, data.toString()]));
}

describe('fullCalcOnLoad', () => {
  it.each<[string, string, string]>([
    ['is set', '<calcPr calcId="191029"/>', '<calcPr fullCalcOnLoad="1" calcId="191029"/>'],
    ['that says no', '<calcPr calcId="1" fullCalcOnLoad="0"/>', '<calcPr calcId="1" fullCalcOnLoad="1"/>'],
    ['that is set stays', '<calcPr fullCalcOnLoad="true"/>', '<calcPr fullCalcOnLoad="true"/>'],
    [
      'where nothing is said, at its place in the schema',
      '<oleSize ref="A1"/><extLst/>',
      '<calcPr fullCalcOnLoad="1"/><oleSize ref="A1"/><extLst/>',
    ],
  ])('%s', async (_, calculation, expected) => {
    const { path: patched } = await patchRaw(
      folder(),
      formulaWorkbook({ formulas: { E2: 'C3' }, calculation }),
      {
        3: '完了',
      },
    );
    expect((await unzip(patched)).get('xl/workbook.xml')?.toString()).toContain(
      `</sheets>${expected}</workbook>`,
    );
  });

  it('goes behind defined names', async () => {
    const names = '<definedName name="x">1</definedName>';
    const { path: patched } = await patchRaw(
      folder(),
      formulaWorkbook({ formulas: { E2: 'C3' }, names, calculation: '' }),
      { 3: '完了' },
    );
    expect((await unzip(patched)).get('xl/workbook.xml')?.toString()).toContain(
      '</definedNames><calcPr fullCalcOnLoad="1"/></workbook>',
    );
  });
});

it('a summary on another sheet shows the count of now on opening (formulas-on-c)', async () => {
  const source = path('formulas-on-c.xlsx');
  await copyFile('test/fixtures/workbooks/formulas-on-c.xlsx', source);
  const target = path('formulas-on-c-after.xlsx');
  const { rows } = await readWorkbook(source, { columns: COLUMNS });
  const edits = rows.slice(0, 1).map((row) => editOf(row, '完了｜｜｜｜｜｜'));
  const { notes } = await patchWorkbook(source, target, { columns: COLUMNS, edits });
  expect(notes).toEqual(['calculated on opening: 2 cells that depend on results (発送, 集計)']);
  const parts = await changed(source, target);
  expect(Object.keys(parts)).toEqual([
    'xl/workbook.xml',
    'xl/worksheets/sheet1.xml',
    'xl/worksheets/sheet2.xml',
  ]);
  const before = await unzip(source);
  expect(parts['xl/worksheets/sheet2.xml']).toBe(
    replacedOnce(before.get('xl/worksheets/sheet2.xml')?.toString() ?? '', [['</f><v>0</v>', '</f>']]),
  );
});

it('a workbook without formulas that depend is as it was but for its cells', async () => {
  const book = formulaWorkbook({ formulas: { E2: 'A2' }, second: { A1: '集計!A1' }, third: { B1: 'NOW()' } });
  const source = await writeRawWorkbook(folder(), book);
  const { path: patched, notes } = await patchRaw(folder(), book, { 3: '完了' });
  expect(Object.keys(await changed(source, patched))).toEqual([FORMULA_SHEETS['発送']]);
  expect(notes).toEqual([]);
});

it('RECALCULATE=never: all keep their stored values', async () => {
  const book = formulaWorkbook({ formulas: { E2: 'C3' }, third: { A1: 'COUNTA(発送!C:C)' } });
  const source = await writeRawWorkbook(folder(), book);
  const {
    path: patched,
    after,
    notes,
  } = await patchRaw(folder(), book, { 3: '完了' }, { recalculate: 'never' });
  expect(Object.keys(await changed(source, patched))).toEqual([FORMULA_SHEETS['発送']]);
  expect(after).toContain(formulaCell('E2', 'C3'));
  expect(notes).toEqual([]);
});

it('another sheet that cannot be read keeps no result from being written', async () => {
  const book = formulaWorkbook({ formulas: { E2: 'C3' }, third: { A1: '<f>&nothing;</f>' } });
  const { after, notes } = await patchRaw(folder(), book, { 3: '完了' });
  expect(after).toContain('完了');
  expect(after).toContain(formulaCell('E2', 'C3'));
  expect(notes).toEqual([
    expect.stringMatching(
      /^formulas keep their stored values: raw\.xlsx is damaged: in xl\/worksheets\/sheet3\.xml /,
    ),
  ]);
});

it('nor does one that could not be written again: its cells stand out of order', async () => {
  const odd = `${formulaCell('B1', 'COUNTA(発送!C:C)')}<c r="A1"><v>1</v></c>`;
  const book = formulaWorkbook({ formulas: { E2: 'C3' }, third: { B1: odd } });
  const source = await writeRawWorkbook(folder(), book);
  const { path: patched, after, notes } = await patchRaw(folder(), book, { 3: '完了' });
  expect(Object.keys(await changed(source, patched))).toEqual([FORMULA_SHEETS['発送']]);
  expect(after).toContain(formulaCell('E2', 'C3'));
  expect(notes).toEqual([expect.stringMatching(/^formulas keep their stored values: .*sheet3\.xml/)]);
});

describe('a pivot table', () => {
  const pivots = (source: string, location: string) => ({
    links: [['p1', 'pivotTable', '../pivotTables/pivotTable1.xml']] as [string, string, string][],
    more: [
      {
        name: 'xl/pivotTables/pivotTable1.xml',
        data: `<pivotTableDefinition xmlns="${MAIN}" name="集計1" cacheId="1"><location ref="${location}"/></pivotTableDefinition>`,
      },
      {
        name: 'xl/pivotTables/_rels/pivotTable1.xml.rels',
        data: '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/pivotCacheDefinition" Target="../pivotCache/pivotCacheDefinition1.xml"/></Relationships>',
      },
      {
        name: 'xl/pivotCache/pivotCacheDefinition1.xml',
        data: `<pivotCacheDefinition xmlns="${MAIN}" recordCount="1"><cacheSource type="worksheet"><worksheetSource ${source}/></cacheSource></pivotCacheDefinition>`,
      },
    ],
  });
  const CACHE = 'xl/pivotCache/pivotCacheDefinition1.xml';

  it.each([
    ['a range', 'ref="A1:C6" sheet="発送"', ''],
    ['a name', 'name="All"', '<definedName name="All">発送!$A$1:$C$6</definedName>'],
  ])(
    'over %s with a result in it is refreshed on opening, and what reads it calculated',
    async (_, source, names) => {
      const book = formulaWorkbook({ formulas: { E2: 'H4' }, names, ...pivots(source, 'H2:I5') });
      const { path: patched, after, notes } = await patchRaw(folder(), book, { 3: '完了' });
      const cache = (await unzip(patched)).get(CACHE)?.toString() ?? '';
      expect(cache).toContain(`<pivotCacheDefinition refreshOnLoad="1" xmlns="${MAIN}" recordCount="1">`);
      expect(after).toContain('<c r="E2"><f>H4</f></c>');
      expect(notes).toEqual([
        'calculated on opening: 1 cells that depend on results (発送)',
        'refreshed on opening: the data of 1 pivot tables',
      ]);
    },
  );

  it('over other cells stays as it is', async () => {
    const book = formulaWorkbook(pivots('ref="A1:B6" sheet="発送"', 'H2:I5'));
    const source = await writeRawWorkbook(folder(), book);
    const { path: patched } = await patchRaw(folder(), book, { 3: '完了' });
    expect(Object.keys(await changed(source, patched))).toEqual([FORMULA_SHEETS['発送']]);
  });

  it('whose own area the result column is in is an obstacle', async () => {
    const book = formulaWorkbook(pivots('ref="A1:B6" sheet="発送"', 'C3:D5'));
    const { outcomes } = await patchRaw(folder(), book, { 2: '完了', 3: '完了' });
    expect(outcomes.map(({ outcome, note }) => [outcome, note])).toEqual([
      ['written', undefined],
      ['person', 'C3 is a cell of the pivot table 集計1'],
    ]);
  });
});
