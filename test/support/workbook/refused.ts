import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'vitest';

import type { WorkbookLimits } from '../../../src/workbook/limits.ts';
import { patchWorkbook } from '../../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../../src/workbook/read-workbook.ts';
import { WorkbookError } from '../../../src/workbook/types.ts';
import type { WorkbookErrorCode } from '../../../src/workbook/types.ts';
import { COLUMNS } from './folder.ts';

const EDIT = {
  id: '1',
  input: 'W1',
  inputUrl: null,
  email: '',
  occurrence: 0,
  text: '完了',
  status: null,
  recorded: null,
  fresh: false,
};

/**
 * Reading and patching both refuse the file with one line that begins with its name, leave it as it was, and leave
 * nothing else behind.
 */
export async function expectRefused(
  folder: string,
  path: string,
  code: WorkbookErrorCode,
  message: string | RegExp,
  limits: Partial<WorkbookLimits> = {},
): Promise<void> {
  const bytes = await readFile(path).catch(() => null);
  const target = join(folder, 'target.xlsx');
  const name = '荷物.xlsx';
  for (const attempt of [
    () => readWorkbook(path, { columns: COLUMNS, name, limits }),
    () => patchWorkbook(path, target, { columns: COLUMNS, edits: [EDIT], name, limits }),
  ]) {
    const error = await attempt().then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(WorkbookError);
    const refusal = error as WorkbookError;
    expect({ code: refusal.code, message: refusal.message }).toEqual({
      code,
      message: typeof message === 'string' ? `${name} ${message}` : expect.stringMatching(message),
    });
    expect(refusal.message).toMatch(/^荷物\.xlsx [^\n\r]{1,300}$/);
  }
  if (bytes !== null) expect((await readFile(path)).equals(bytes)).toBe(true);
  for (const left of [target, `${target}.part`]) await expect(access(left)).rejects.toThrow('ENOENT');
}
