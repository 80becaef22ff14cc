import type { patchWorkbook as Patch } from '../../src/workbook/patch-workbook.ts';
import type { readWorkbook as Read } from '../../src/workbook/read-workbook.ts';
import type { CellEdit } from '../../src/workbook/types.ts';

export interface ReadRow {
  row: number;
  input: string;
  inputUrl: string | null;
  email: string;
  result: string;
}

/** Code that does the work, its modules loaded. */
export interface Hands {
  /** Writes the texts into a copy; tells how many cells it has written. */
  patch(source: string, target: string, edits: readonly CellEdit[]): Promise<number>;
  /** All rows of the active sheet, from row 2 on, that hold something in A or B. */
  read(source: string): Promise<ReadRow[]>;
}

/** Ours; ours as the workers call it, in a process for each workbook; the rival's. */
export type HandsName = 'ours' | 'apart' | 'exceljs';

export const COLUMNS = { input: 'A', email: 'B', result: 'C', status: null };

/** Loads no more than the hands asked for, so that no one's memory holds another's code. */
export async function loadHands(name: HandsName): Promise<Hands> {
  return { ours, apart, exceljs: theirs }[name]();
}

async function ours(): Promise<Hands> {
  const { patchWorkbook } = await import('../../src/workbook/patch-workbook.ts');
  const { readWorkbook } = await import('../../src/workbook/read-workbook.ts');
  return handsOf(patchWorkbook, readWorkbook);
}

async function apart(): Promise<Hands> {
  const { patchWorkbookApart, readWorkbookApart } = await import('../../src/workbook/apart/apart.ts');
  return handsOf(patchWorkbookApart, readWorkbookApart);
}

function handsOf(patchWorkbook: typeof Patch, readWorkbook: typeof Read): Hands {
  return {
    async patch(source, target, edits) {
      const { outcomes } = await patchWorkbook(source, target, { columns: COLUMNS, edits });
      return outcomes.filter(({ outcome }) => outcome === 'written').length;
    },
    async read(source) {
      return (await readWorkbook(source, { columns: COLUMNS })).rows;
    },
  };
}

/** exceljs knows rows by their numbers alone, which are the edits' ids here, and is spared finding them. */
async function theirs(): Promise<Hands> {
  const { default: ExcelJS } = await import('exceljs');
  async function load(source: string) {
    const workbook = new ExcelJS.Workbook();
    await workbook.xlsx.readFile(source);
    const sheet = workbook.worksheets[workbook.views[0]?.activeTab ?? 0];
    if (sheet === undefined) throw new RangeError(`exceljs finds no sheet in ${source}`);
    return { workbook, sheet };
  }
  return {
    async patch(source, target, edits) {
      const { workbook, sheet } = await load(source);
      for (const { id, text } of edits) sheet.getCell(Number(id), 3).value = text;
      await workbook.xlsx.writeFile(target);
      return edits.length;
    },
    async read(source) {
      const { sheet } = await load(source);
      const rows: ReadRow[] = [];
      sheet.eachRow((cells, row) => {
        const [input, email, result] = [1, 2, 3].map((column) => cells.findCell(column));
        const texts = { input: input?.text ?? '', email: email?.text ?? '', result: result?.text ?? '' };
        if (row === 1 || texts.input + texts.email === '') return;
        rows.push({ row, inputUrl: input?.hyperlink ?? null, ...texts });
      });
      return rows;
    },
  };
}
