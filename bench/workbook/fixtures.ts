import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import { WorkbookError } from '../../src/workbook/types.ts';
import { FIXTURES } from './big-workbook.ts';
import { COLUMNS } from './hands.ts';

/** The workbooks of the tests by path: those that are no zip, and those that are refused, are told to `leftOut`. */
export async function fixtureWorkbooks(leftOut: (note: string) => void): Promise<string[]> {
  const paths: string[] = [];
  for (const name of readdirSync(FIXTURES).filter((each) => /\.xls[xm]$/.test(each))) {
    const path = join(FIXTURES, name);
    const refusal = readFileSync(path).toString('latin1', 0, 2) === 'PK' ? await refusalOf(path) : 'no zip';
    if (refusal === null) paths.push(path);
    else leftOut(`${name}: left out, ${refusal}`);
  }
  return paths;
}

async function refusalOf(path: string): Promise<string | null> {
  try {
    await readWorkbook(path, { columns: COLUMNS });
    return null;
  } catch (error) {
    if (error instanceof WorkbookError) return error.code;
    throw error;
  }
}
