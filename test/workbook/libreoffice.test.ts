import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import ExcelJS from 'exceljs';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { patchWorkbook } from '../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import type { CellOutcome, WorkbookColumns } from '../../src/workbook/types.ts';
import { needs } from '../support/component.ts';
import { libreOfficeMissing, resave } from '../../bench/workbook/libreoffice.ts';
import { writeStyledWorkbook } from '../support/workbook/styled-workbook.ts';

interface Case {
  name: string;
  extension: string;
  status: string;
  /** Cells that depend on ours, by sheet and reference, with what they are calculated to. */
  calculated: Record<string, number>;
}

const CASES: Case[] = [
  { name: 'rich', extension: 'xlsm', status: 'G', calculated: {} },
  { name: 'openpyxl', extension: 'xlsx', status: 'E', calculated: {} },
  { name: 'styled', extension: 'xlsx', status: 'F', calculated: { '集計!A1': 25, '集計!A2': 15 } },
];

needs(libreOfficeMissing())('LibreOffice', () => {
  let folder = '';
  const outcomesOf = new Map<string, CellOutcome[]>();
  const path = (name: string): string => join(folder, name);
  const columnsOf = ({ status }: Case): WorkbookColumns => ({
    input: 'A',
    email: 'B',
    result: 'C',
    status,
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tsuiseki-libreoffice-'));
    for (const each of CASES) {
      const source = path(`${each.name}-before.${each.extension}`);
      if (each.name === 'styled') await writeStyledWorkbook(source);
      else await copyFile(`test/fixtures/workbooks/${each.name}.${each.extension}`, source);
      const columns = columnsOf(each);
      const { rows } = await readWorkbook(source, { columns });
      const edits = rows.map((row) => ({
        ...row,
        id: String(row.row),
        text: resultFor(row.row),
        status: statusFor(row.row),
        recorded: null,
        fresh: false,
      }));
      const target = path(`${each.name}-after.${each.extension}`);
      outcomesOf.set(each.name, (await patchWorkbook(source, target, { columns, edits })).outcomes);
    }
    const files = CASES.flatMap(({ name, extension }) =>
      ['before', 'after'].map((when) => path(`${name}-${when}.${extension}`)),
    );
    await resave(folder, files, path('out'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it.each(CASES)('opens, recalculates and saves $name: only our cells differ', async (each) => {
    const [savedBefore, savedAfter] = [
      path(`out/${each.name}-before.xlsx`),
      path(`out/${each.name}-after.xlsx`),
    ];
    const [before, after] = [await cellsOf(savedBefore), await cellsOf(savedAfter)];
    const { sheet } = await readWorkbook(path(`${each.name}-before.${each.extension}`), {
      columns: columnsOf(each),
    });
    const outcomes = outcomesOf.get(each.name)!;
    const wanted = new Map(before);
    const put = (reference: string, value: unknown): void => {
      const look = wanted.get(reference)?.look ?? after.get(reference)?.look ?? '';
      wanted.set(reference, { value, look });
    };
    for (const { row, outcome, status } of outcomes) {
      if (outcome === 'written') put(`${sheet}!C${row}`, resultFor(row!));
      if (status === 'written') put(`${sheet}!${each.status}${row}`, statusFor(row!));
    }
    for (const [reference, result] of Object.entries(each.calculated)) {
      const { formula } = before.get(reference)!.value as ExcelJS.CellFormulaValue;
      put(reference, { formula, result });
    }
    const references = new Set([...wanted.keys(), ...after.keys()]);
    for (const reference of references)
      expect(after.get(reference), reference).toEqual(wanted.get(reference));
    expect(await surroundingsOf(savedAfter)).toEqual(await surroundingsOf(savedBefore));
  });
});

function resultFor(row: number): string {
  return `配達完了｜｜｜1月${row}日 <10:34> & "済"｜｜｜${row % 2 === 0 ? '' : ' 銀座 '}`;
}

function statusFor(row: number): string {
  return `完了 11月24日 10:0${row % 10}`;
}

interface Cell {
  value: unknown;
  look: unknown;
}

async function sheetsOf(file: string): Promise<ExcelJS.Worksheet[]> {
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.readFile(file);
  return workbook.worksheets;
}

/** Merged ranges, conditional formats, tables, validations, views and the like of every sheet. */
async function surroundingsOf(file: string): Promise<unknown> {
  const isAround = ([key]: [string, unknown]): boolean => key !== 'rows' && key !== 'dimensions';
  const around = (await sheetsOf(file)).map(({ model }) => Object.entries(model).filter(isAround));
  // Ids made anew at each save.
  return JSON.parse(JSON.stringify(around).replaceAll(/\{[\dA-F-]{36}\}/g, ''));
}

/**
 * Every cell that holds something or is merged, with its style, by sheet and reference. Which empty cells LibreOffice
 * writes, and which it leaves to the style of their column, depends on what stands around them.
 */
async function cellsOf(file: string): Promise<Map<string, Cell>> {
  const cells = new Map<string, Cell>();
  for (const sheet of await sheetsOf(file)) {
    sheet.eachRow((row) => {
      row.eachCell((cell) => {
        cells.set(`${sheet.name}!${cell.address}`, { value: valueOf(cell), look: lookOf(cell) });
      });
    });
  }
  return cells;
}

/** LibreOffice makes rich text of scripts that are mixed, each in a font of its own. */
function valueOf({ value, master, address }: ExcelJS.Cell): unknown {
  if (master.address !== address) return { mergedInto: master.address };
  if (typeof value !== 'object' || value === null || !('richText' in value)) return value;
  return value.richText.map(({ text }) => text).join('');
}

/** What LibreOffice writes of a cell without a format of its own, if it writes anything. */
const UNFORMATTED = {
  numFmt: 'General',
  border: {},
  fill: { type: 'pattern', pattern: 'none' },
  alignment: {
    horizontal: 'general',
    vertical: 'bottom',
    wrapText: false,
    shrinkToFit: false,
    indent: 0,
    textRotation: 0,
  },
};

/** Without the font's name, which LibreOffice chooses by the script of the text. */
function lookOf({ style, note, dataValidation, master, address }: ExcelJS.Cell): unknown {
  if (master.address !== address) return null;
  const { bold, italic, underline, size = 11, color = { argb: 'FF000000' } } = style.font ?? {};
  return { ...UNFORMATTED, ...style, font: { bold, italic, underline, size, color }, note, dataValidation };
}
