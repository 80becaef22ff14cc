import ExcelJS from 'exceljs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { TRACKING_TASKS } from '../../src/tasks/registry.ts';
import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import { writeSampleWorkbook } from '../../src/sandbox/sample-workbook.ts';
import { COLUMNS, testFolder } from '../support/workbook/folder.ts';

const { path } = testFolder();

type Row = [row: number, input: string, inputUrl: string | null, email: string, result: string];

async function ourRows(file: string): Promise<Row[]> {
  const { rows } = await readWorkbook(file, { columns: COLUMNS });
  return rows.map(({ row, input, inputUrl, email, result }) => [row, input, inputUrl, email, result]);
}

/** exceljs says `true` where spreadsheet programs show TRUE. */
function theirText(cell: ExcelJS.Cell): string {
  return typeof cell.value === 'boolean' ? cell.text.toUpperCase() : cell.text;
}

/** What exceljs sees in the same rows, by the rule that a row holds something in A or B. */
async function theirRows(file: string): Promise<Row[]> {
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.readFile(file);
  // Missing in what exceljs has read from a workbook without a view, whatever its types say.
  const views = workbook.views as ExcelJS.WorkbookView[] | undefined;
  const sheet = workbook.worksheets[views?.[0]?.activeTab ?? 0]!;
  const rows: Row[] = [];
  for (let number = 2; number <= sheet.rowCount; number++) {
    const [input, email, result] = [1, 2, 3].map((column) => sheet.getCell(number, column));
    const texts = [input!, email!, result!].map(theirText);
    if (texts[0]!.trim() + texts[1]!.trim() === '') continue;
    rows.push([number, texts[0]!, input!.hyperlink ?? null, texts[1]!, texts[2]!]);
  }
  return rows;
}

describe('our reader and exceljs agree', () => {
  it.each(TRACKING_TASKS)('on the sample of $name', async ({ name: task }) => {
    const file = path(`${task}.xlsx`);
    await writeSampleWorkbook(file, { task, rows: 24, invalidRow: true });
    const rows = await ourRows(file);
    expect(rows).toHaveLength(25);
    expect(rows).toEqual(await theirRows(file));
  });

  it('on the second sheet, the active one, of a workbook with everything', async () => {
    const workbook = new ExcelJS.Workbook();
    workbook.views = [
      { x: 0, y: 0, width: 1, height: 1, firstSheet: 0, activeTab: 1, visibility: 'visible' },
    ];
    workbook.addWorksheet('other').getCell('A2').value = 'not this one';
    const sheet = workbook.addWorksheet('発送');
    sheet.addRow(['番号', 'メール', '状況']);
    sheet.getCell('A2').value = { richText: [{ text: 'W', font: { bold: true } }, { text: '1 ' }] };
    sheet.getCell('A3').value = { formula: 'A9&"1"', result: 'W2' };
    sheet.getCell('A4').value = { text: '注文 <3> & "4"', hyperlink: 'https://example.jp/?a=1&b="2"#c' };
    sheet.getCell('B4').value = { text: 'a@example.jp', hyperlink: 'mailto:a@example.jp' };
    sheet.getCell('A6').value = 123_456_789_012;
    sheet.getCell('A7').value = true;
    sheet.getCell('B8').value = 'only@example.jp';
    sheet.getCell('A9').value = 'line\nbreak\t＆ tab 𠮟';
    sheet.getCell('C9').value = '配達完了｜｜｜12月19日 19:10｜｜｜銀座';
    sheet.getCell('A10').value = 'merged';
    sheet.mergeCells('A10:B10');
    sheet.getRow(11).hidden = true;
    sheet.getCell('A11').value = '  hidden';
    for (let row = 12; row < 40; row++) sheet.getCell(row, 1).font = { bold: true };
    const file = path('everything.xlsx');
    await workbook.xlsx.writeFile(file);

    const rows = await ourRows(file);
    // exceljs shows the text of a merged range in all of its cells; only the first holds it.
    const theirs = (await theirRows(file)).map((row) => (row[0] === 10 ? [10, 'merged', null, '', ''] : row));
    expect(rows).toEqual(theirs);
    expect(rows.map(([row]) => row)).toEqual([2, 3, 4, 6, 7, 8, 9, 10, 11]);
  });

  it('on any texts, numbers and links', async () => {
    // Neither carriage returns nor what XML cannot hold: exceljs does not read back what it writes of these.
    const text = fc.string({ unit: fc.constantFrom(...Array.from('aW0 <>&"\'\n\t荷｜𠮟_x')), maxLength: 12 });
    const someText = text.filter((each) => each !== '');
    const cell = fc.oneof(
      fc.constant(null),
      text,
      fc.integer({ min: 0, max: 999_999_999_999 }),
      fc
        .tuple(someText, fc.webUrl({ withFragments: true }))
        .map(([shown, hyperlink]) => ({ text: shown, hyperlink })),
      fc.array(someText, { minLength: 1 }).map((runs) => ({ richText: runs.map((run) => ({ text: run })) })),
    );
    const other = fc.oneof(text, fc.constant(null));
    const rows = fc.array(fc.tuple(cell, other, other), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(rows, async (values) => {
        const workbook = new ExcelJS.Workbook();
        const sheet = workbook.addWorksheet('x');
        for (const [index, row] of values.entries()) sheet.getRow(index + 2).values = row;
        const file = path('any.xlsx');
        await workbook.xlsx.writeFile(file);
        expect(await ourRows(file)).toEqual(await theirRows(file));
      }),
      { seed: 20_260_116, numRuns: 60 },
    );
  });
});
