import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as fc from 'fast-check';
import { patchWorkbook } from '../../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../../src/workbook/read-workbook.ts';
import type { Recalculate } from '../../../src/workbook/types.ts';
import { resave } from '../libreoffice.ts';
import { makeWorkbook } from './any-workbook.ts';
import type { MadeWorkbook } from './any-workbook.ts';
import { differences, shownValues } from './calculated-values.ts';
import { writeMade } from './write-made.ts';

const COLUMNS = { input: 'A', email: 'B', result: 'C', status: null };
const RESULT = '1月3日｜｜｜完了｜｜｜中央';

export function madeWorkbooks(count: number, seed: number): MadeWorkbook[] {
  const numbers = fc.array(fc.nat(1_000_000), { minLength: 60, maxLength: 60 });
  return fc.sample(numbers, { seed, numRuns: count }).map((each) => makeWorkbook(each));
}

/** Writes results into the rows; all of them unless named. */
export async function writeResults(
  source: string,
  target: string,
  rows: readonly number[] | null,
  recalculate: Recalculate = 'auto',
): Promise<void> {
  const read = await readWorkbook(source, { columns: COLUMNS });
  const edits = read.rows
    .filter(({ row }) => rows === null || rows.includes(row))
    .map((row) => ({
      ...row,
      id: String(row.row),
      text: RESULT,
      status: null,
      recorded: row.result,
      fresh: false,
    }));
  await patchWorkbook(source, target, { columns: COLUMNS, edits, recalculate });
}

/** By the workbook's name: the cells that LibreOffice shows as they are stored, and calculates to something else. */
export async function shownWrongly(
  folder: string,
  workbooks: readonly string[],
): Promise<Map<string, string[]>> {
  await resave(folder, workbooks, join(folder, 'as-it-is'), 'never');
  await resave(folder, workbooks, join(folder, 'anew'), 'always');
  const wrong = new Map<string, string[]>();
  for (const workbook of workbooks) {
    const saved = basename(workbook).replace(/\.\w+$/, '.xlsx');
    const [asItIs, anew] = [join(folder, 'as-it-is', saved), join(folder, 'anew', saved)];
    const found = differences(await shownValues(asItIs), await shownValues(anew));
    if (found.length > 0) wrong.set(basename(workbook), found);
  }
  return wrong;
}

/**
 * Makes workbooks up, lets LibreOffice calculate them, stores what it found, and writes results: what a person then has.
 * The paths of the written ones.
 */
export async function writtenWorkbooks(
  folder: string,
  made: readonly MadeWorkbook[],
  recalculate: Recalculate = 'auto',
): Promise<string[]> {
  const [bare, calculated, stored, written] = ['bare', 'calculated', 'stored', 'written'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  for (const each of [bare, stored, written]) await mkdir(each, { recursive: true });
  const nameOf = (at: number): string => `made-${at}.xlsx`;
  for (const [at, each] of made.entries()) await writeMade(join(bare, nameOf(at)), each, null);
  await resave(
    folder,
    made.map((_, at) => join(bare, nameOf(at))),
    calculated,
    'always',
  );
  for (const [at, each] of made.entries()) {
    await writeMade(join(stored, nameOf(at)), each, await shownValues(join(calculated, nameOf(at))));
    await writeResults(join(stored, nameOf(at)), join(written, nameOf(at)), each.written, recalculate);
  }
  return made.map((_, at) => join(written, nameOf(at)));
}
