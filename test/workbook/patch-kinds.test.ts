import { describe, expect, it } from 'vitest';

import { testFolder } from '../support/workbook/folder.ts';
import { patchRaw, replacedOnce } from '../support/workbook/patch-raw.ts';
import type { RawWorkbook } from '../support/workbook/raw-workbook.ts';
import { unzip } from '../support/workbook/zip-file.ts';

const { folder } = testFolder();
const A2 = '<c r="A2" t="str"><v>W1</v></c>';
const C2 = '<c r="C2" t="inlineStr"><is><t xml:space="preserve">完了</t></is></c>';
const ROW = `<row r="2">${A2}</row>`;

describe('a result is written, and all else stays, in a sheet', () => {
  it.each<[string, RawWorkbook]>([
    [
      'that is protected: the lock is against slips in the program, and stays',
      { rows: ROW, behind: '<sheetProtection algorithmName="SHA-512" hashValue="x" sheet="1" objects="1"/>' },
    ],
    ['of a strict workbook', { rows: ROW, strict: true }],
    [
      'whose days count from 1904',
      { rows: ROW, workbook: '<workbookPr date1904="1"/><sheets><sheet name="x" r:id="rId1"/></sheets>' },
    ],
    [
      'with a filter that hides the row',
      {
        rows: `<row r="2" hidden="1">${A2}</row>`,
        behind:
          '<autoFilter ref="A1:C2"><filterColumn colId="2"><filters><filter val="x"/></filters></filterColumn></autoFilter>',
      },
    ],
    [
      'with rules, validations and comments on the cell',
      {
        rows: ROW,
        behind:
          '<conditionalFormatting sqref="C2"><cfRule type="expression" dxfId="0" priority="1"><formula>C2&gt;""</formula></cfRule></conditionalFormatting>' +
          '<dataValidations count="1"><dataValidation type="list" sqref="C2"><formula1>"a,b"</formula1></dataValidation></dataValidations>' +
          '<legacyDrawing r:id="rId5"/><extLst><ext uri="{x}"><x14:sparklineGroups xmlns:x14="u"/></ext></extLst>',
      },
    ],
    [
      'with a link over the cell',
      { rows: ROW, behind: '<hyperlinks><hyperlink ref="C2" location="x"/></hyperlinks>' },
    ],
    [
      'with a table around the cell',
      {
        rows: ROW,
        behind: '<tableParts count="1"><tablePart r:id="rId1"/></tableParts>',
        links: [['rId1', 'table', '../tables/table1.xml']],
        more: [{ name: 'xl/tables/table1.xml', data: '<table displayName="T" ref="A1:C9"/>' }],
      },
    ],
    [
      'with markup that only some programs know',
      {
        sheetXml: `<worksheet xmlns:mc="m" xmlns:x14ac="a" mc:Ignorable="x14ac"><?mso-note x?><sheetFormatPr x14ac:dyDescent="0.2"/><sheetData><!-- <row> --><row r="2" x14ac:dyDescent="0.2">${A2}</row></sheetData><mc:AlternateContent><mc:Choice Requires="x14"><controls/></mc:Choice></mc:AlternateContent></worksheet>`,
      },
    ],
  ])('%s', async (_, book) => {
    const { before, after, outcomes } = await patchRaw(folder(), book, { 2: '完了' });
    expect(outcomes[0]).toMatchObject({ row: 2, outcome: 'written' });
    expect(after).toBe(replacedOnce(before, [[A2, `${A2}${C2}`]]));
  });
});

it('a chain of calculations stays true: no formula is ever written over', async () => {
  const chain = '<calcChain><c r="C2" i="1"/><c r="C3"/></calcChain>';
  const formulas =
    `<row r="2">${A2}<c r="C2"><f>1+1</f><v>2</v></c></row>` +
    '<row r="3"><c r="A3" t="str"><v>W2</v></c><c r="C3" t="str"><f ca="1">A3</f><v>旧｜｜｜</v></c></row>';
  const { before, after, outcomes, path } = await patchRaw(
    folder(),
    {
      rows: `${formulas}<row r="4"><c r="A4" t="str"><v>W3</v></c></row>`,
      workbookLinks: [['rId4', 'calcChain', 'calcChain.xml']],
      more: [{ name: 'xl/calcChain.xml', data: chain }],
    },
    { 2: '完了', 3: '完了', 4: '完了' },
    { fresh: true },
  );
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['formula', 'formula', 'written']);
  expect(before).toContain(formulas);
  expect(after).toContain(formulas);
  expect((await unzip(path)).get('xl/calcChain.xml')?.toString()).toBe(chain);
});
