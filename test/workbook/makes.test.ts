import { readFile } from 'node:fs/promises';

import ExcelJS from 'exceljs';
import { describe, expect, it } from 'vitest';

import { patchWorkbook } from '../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import { COLUMNS, testFolder } from '../support/workbook/folder.ts';
import { editsOf, replacedOnce } from '../support/workbook/patch-raw.ts';
import { unzip, zipBytes } from '../support/workbook/zip-file.ts';

const { path } = testFolder();
const inline = (text: string): string => `t="inlineStr"><is><t xml:space="preserve">${text}</t></is></c>`;

interface Make {
  name: string;
  part: string;
  /** Texts wanted by row number, and what becomes of each. */
  texts: Record<number, string>;
  outcomes: string[];
  xml: [string, string][];
  /** Parts that must be there: what the workbook is here for. */
  holds: string[];
}

const MAKES: Make[] = [
  {
    name: 'libreoffice.xlsx',
    part: 'xl/worksheets/sheet1.xml',
    texts: { 2: '配達完了', 3: ' a & b', 4: '輸送中｜｜｜1月2日｜｜｜', 7: '配達完了｜｜｜y', 8: 'x' },
    outcomes: ['written', 'written', 'written', 'written', 'formula'],
    xml: [
      ['398004123005</v></c>', `398004123005</v></c><c r="C2" ${inline('配達完了')}`],
      ['>98004123005</v></c>', `>98004123005</v></c><c r="C3" ${inline(' a &amp; b')}`],
      ['<v>4</v></c></row>', `<v>4</v></c><c r="C4" ${inline('輸送中｜｜｜1月2日｜｜｜')}</row>`],
      ['<c r="C7" s="2" t="s"><v>6</v></c>', `<c r="C7" s="2" ${inline('配達完了｜｜｜y')}`],
    ],
    holds: ['xl/worksheets/sheet2.xml'],
  },
  {
    name: 'openpyxl.xlsx',
    part: 'xl/worksheets/sheet1.xml',
    texts: { 2: '配達完了', 3: '輸送中', 5: 'x' },
    outcomes: ['written', 'written', 'formula'],
    xml: [
      ['user1@example.jp</t></is></c>', `user1@example.jp</t></is></c><c r="C2" ${inline('配達完了')}`],
      ['"荷物 2")</f><v /></c>', `"荷物 2")</f><v /></c><c r="C3" ${inline('輸送中')}`],
    ],
    holds: ['xl/comments/comment1.xml', 'xl/tables/table1.xml'],
  },
  {
    name: 'rich.xlsm',
    part: 'xl/worksheets/sheet2.xml',
    texts: { 2: 'two', 4: 'x', 5: 'x', 6: 'six', 8: 'hidden', 12: 'row style', 28: 'merged', 30: 'merged' },
    outcomes: ['written', 'formula', 'person', 'written', 'written', 'written', 'written', 'written'],
    xml: [
      ['<c r="D2">', `<c r="C2" s="1" ${inline('two')}<c r="D2">`],
      ['<c r="C6" s="5" t="s"><v>36</v></c>', `<c r="C6" s="5" ${inline('six')}`],
      ['<c r="D8">', `<c r="C8" s="1" ${inline('hidden')}<c r="D8">`],
      ['<c r="D12" s="5">', `<c r="C12" s="5" ${inline('row style')}<c r="D12" s="5">`],
      ['<c r="D28">', `<c r="C28" s="1" ${inline('merged')}<c r="D28">`],
      ['<c r="C30" s="2"/>', `<c r="C30" s="2" ${inline('merged')}`],
    ],
    holds: [
      'xl/charts/chart1.xml',
      'xl/comments1.xml',
      'xl/drawings/vmlDrawing1.vml',
      'xl/media/image1.png',
      'xl/vbaProject.bin',
      'xl/worksheets/sheet1.xml',
    ],
  },
];

describe.each(MAKES)('$name', ({ name, part, texts, outcomes, xml, holds }) => {
  const source = `test/fixtures/workbooks/${name}`;

  async function patch(): Promise<{ target: string; ended: string[] }> {
    const target = path(name);
    const { rows } = await readWorkbook(source, { columns: COLUMNS });
    const edits = editsOf(rows, texts);
    const report = await patchWorkbook(source, target, { columns: COLUMNS, edits });
    return { target, ended: report.outcomes.map(({ outcome }) => outcome) };
  }

  it('failure 8 of before: keeps every other part, and every other byte of the sheet', async () => {
    const untouched = await readFile(source);
    const { target, ended } = await patch();
    expect(ended).toEqual(outcomes);
    expect(await readFile(source)).toEqual(untouched);

    const [before, after] = [await unzip(source), await unzip(target)];
    expect([...after.keys()]).toEqual([...before.keys()]);
    for (const held of holds) expect(before.has(held), held).toBe(true);
    for (const [each, bytes] of before) {
      if (each === part) expect(after.get(each)?.toString()).toBe(replacedOnce(bytes.toString(), xml));
      else expect(after.get(each)?.equals(bytes), each).toBe(true);
    }
  });

  it('opens in exceljs, which sees exactly the wanted cells', async () => {
    const { target } = await patch();
    const [before, after] = [await cells(source, part), await cells(target, part)];
    const wanted = new Map(before);
    for (const [index, [row, text]] of Object.entries(texts).entries()) {
      if (outcomes[index] === 'written') wanted.set(`C${row}`, text);
    }
    // A merged range shows its first cell's text everywhere in exceljs.
    if (name === 'rich.xlsm') for (const covered of ['D30', 'E30']) wanted.set(covered, 'merged');
    expect(after).toEqual(wanted);
  });

  it('is read the same again, with the new results', async () => {
    const { target } = await patch();
    const { rows: before } = await readWorkbook(source, { columns: COLUMNS });
    const { rows: after } = await readWorkbook(target, { columns: COLUMNS });
    const written = Object.entries(texts).filter((_, index) => outcomes[index] === 'written');
    expect(after).toEqual(
      before.map((row) => ({
        ...row,
        result: written.find(([number]) => Number(number) === row.row)?.[1] ?? row.result,
      })),
    );
    expect((await patch()).ended).toEqual(outcomes);
  });
});

/** Every text that exceljs sees in the sheet of that part, by its reference. */
async function cells(file: string, part: string): Promise<Map<string, string>> {
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.load((await forExceljs(file)) as unknown as ArrayBuffer);
  const seen = new Map<string, string>();
  workbook.worksheets[Number(/(\d)\.xml$/.exec(part)?.[1]) - 1]!.eachRow((row) => {
    row.eachCell((cell) => {
      if (cell.value !== null) seen.set(cell.address, cell.text);
    });
  });
  return seen;
}

/** The file without the comments and tables that openpyxl puts where exceljs cannot find them, and fails. */
async function forExceljs(file: string): Promise<Buffer> {
  const parts = await unzip(file);
  const drop = (part: string, what: RegExp): void => {
    const xml = parts.get(part)?.toString() ?? '';
    parts.set(part, Buffer.from(xml.replaceAll(what, '')));
  };
  drop('xl/worksheets/_rels/sheet1.xml.rels', /<Relationship [^>]*Target="\/xl\/(?:comments|tables)[^>]*>/g);
  drop('xl/worksheets/sheet1.xml', /<tableParts.*<\/tableParts>/g);
  return zipBytes([...parts].map(([name, data]) => ({ name, data })));
}
