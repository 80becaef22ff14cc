import { describe, expect, it } from 'vitest';

import { testFolder } from '../support/workbook/folder.ts';
import type { RawWorkbook } from '../support/workbook/raw-workbook.ts';
import { readCase } from '../support/workbook/cases.ts';
import { readRaw } from '../support/workbook/read-raw.ts';

const { folder } = testFolder();
const row = (text: string): string => `<row r="2"><c r="A2" t="str"><v>${text}</v></c></row>`;

/** Two sheets: `first` and, by the relationship rId2, `second`. */
function twoSheets(workbook: string, more: Partial<RawWorkbook> = {}): RawWorkbook {
  return {
    rows: row('first'),
    workbook,
    workbookLinks: [['rId2', 'worksheet', '/xl/worksheets/sheet2.xml']],
    more: [
      {
        name: 'xl/worksheets/sheet2.xml',
        data: `<worksheet><sheetData>${row('second')}</sheetData></worksheet>`,
      },
    ],
    ...more,
  };
}

const view = (activeTab: number): string => `<bookViews><workbookView activeTab="${activeTab}"/></bookViews>`;
const sheets = (first = '', second = ''): string =>
  `<sheets><sheet name="一" sheetId="7" ${first} r:id="rId1"/><sheet name="二" sheetId="4" ${second} r:id="rId2"/></sheets>`;

describe('the sheet that is meant', () => {
  it.each([
    ['the active one, the second', view(1) + sheets(), '二', 'second'],
    ['the active one, the first', view(0) + sheets(), '一', 'first'],
    ['the first without a view', sheets(), '一', 'first'],
    [
      'that of the first view of two',
      `<bookViews><workbookView activeTab="1"/><workbookView/></bookViews>${sheets()}`,
      '二',
      'second',
    ],
    [
      'the active one, though it is hidden, as Excel shows it',
      view(0) + sheets('state="hidden"'),
      '一',
      'first',
    ],
    ['the active one, though it is very hidden', view(1) + sheets('', 'state="veryHidden"'), '二', 'second'],
    ['the first, if the active one is not there', view(9) + sheets(), '一', 'first'],
    [
      'the first that is visible, if the active one is not there',
      view(9) + sheets('state="hidden"'),
      '二',
      'second',
    ],
    ['one of a state that only old libraries write', view(9) + sheets('state="show"'), '一', 'first'],
  ])('is %s', async (_, workbook, sheet, input) => {
    const content = await readRaw(folder(), twoSheets(workbook));
    expect(content.sheet).toBe(sheet);
    expect(content.rows.map((each) => each.input)).toEqual([input]);
  });

  it.each([
    ['lists none', '<sheets/>', {}, 'the workbook lists none'],
    ['shows none', view(9) + sheets('state="hidden"', 'state="hidden"'), {}, 'no worksheet in it is visible'],
    [
      'lists one that is not there',
      view(1) + sheets(),
      { more: [] },
      'the sheet "二" is listed but not there',
    ],
    [
      'lists one without a relationship',
      view(1) + sheets(),
      { workbookLinks: [] },
      'the sheet "二" is listed but not there',
    ],
    [
      'shows a chart sheet',
      view(1) + sheets(),
      { workbookLinks: [['rId2', 'chartsheet', 'chartsheets/sheet1.xml']] as [string, string, string][] },
      'the active sheet "二" is a chart sheet: open the sheet with the rows and save the workbook',
    ],
    [
      'shows a macro sheet',
      view(1) + sheets(),
      { workbookLinks: [['rId2', 'xlMacrosheet', 'macrosheets/sheet1.xml']] as [string, string, string][] },
      'the active sheet "二" is a macro sheet: open the sheet with the rows and save the workbook',
    ],
    [
      'shows a macro sheet that is listed as a worksheet',
      view(0) + sheets(),
      { sheetXml: '<xm:macrosheet xmlns:xm="u"><sheetData/></xm:macrosheet>' },
      'the active sheet "一" is a macrosheet and no worksheet',
    ],
    [
      'shows a dialog sheet that is listed as a worksheet',
      view(0) + sheets(),
      { sheetXml: '<dialogsheet><sheetPr/></dialogsheet>' },
      'the active sheet "一" is a dialogsheet and no worksheet',
    ],
  ])('is none in a workbook that %s', async (_, workbook, more, what) => {
    await expect(readRaw(folder(), twoSheets(workbook, more))).rejects.toMatchObject({
      code: 'WORKBOOK_NO_SHEET',
      message: `raw.xlsx has no sheet to read: ${what}`,
    });
  });

  it('is told where it is hidden', async () => {
    const { warnings } = await readRaw(folder(), twoSheets(view(1) + sheets('', 'state="hidden"')));
    expect(warnings).toEqual([
      'the sheet "二" is hidden, but the active one: it was read, as Excel shows it',
    ]);
  });

  it('is no less visible for state="show"', async () => {
    expect(await readCase('state-show')).toMatchObject({ sheet: '発送', rows: [{ row: 2 }], warnings: [] });
  });

  it('is found in a strict workbook', async () => {
    const book = {
      strict: true,
      rows: '<row r="2"><c r="A2" t="s"><v>0</v></c></row>',
      sharedStrings: '<si><t>W1</t></si>',
      behind: '<hyperlinks><hyperlink ref="A2" r:id="rId1"/></hyperlinks>',
      links: [['rId1', 'hyperlink', 'https://example.jp/']] as [string, string, string][],
    };
    expect((await readRaw(folder(), book)).rows[0]).toMatchObject({
      input: 'W1',
      inputUrl: 'https://example.jp/',
    });
  });

  it('is read whatever prefix its elements have', async () => {
    const sheetXml =
      '<x:worksheet xmlns:x="u"><x:sheetData><x:row r="2"><x:c r="A2" t="inlineStr"><x:is><x:t>W1</x:t></x:is></x:c><x:c r="D2"/></x:row></x:sheetData></x:worksheet>';
    expect((await readRaw(folder(), { sheetXml })).rows.map(({ input }) => input)).toEqual(['W1']);
  });
});
