import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect } from 'vitest';

import { FileError } from '../../../src/files/types.ts';
import type { FileErrorCode } from '../../../src/files/types.ts';

/** A folder for each test with a workbook in it, and paths of another one for local copies. */
export function folders(): {
  workbook: () => string;
  inFolder: (name: string) => string;
  copy: (name?: string) => string;
  /** The workbook's folder: its names, the hidden ones too. */
  names: () => Promise<string[]>;
} {
  let root = '';
  let local = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'tsuiseki-files-'));
    local = await mkdtemp(join(tmpdir(), 'tsuiseki-copies-'));
    await writeFile(join(root, '荷物.xlsx'), 'old');
    await writeFile(join(local, 'new'), 'new');
  });
  afterEach(async () => {
    for (const folder of [root, local]) await rm(folder, { recursive: true, force: true });
  });
  return {
    workbook: () => join(root, '荷物.xlsx'),
    inFolder: (name) => join(root, name),
    copy: (name = 'new') => join(local, name),
    names: async () => (await readdir(root)).sort(),
  };
}

export async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8');
}

/** The work fails with this code and one line that begins with the path. */
export async function expectFileError(
  work: Promise<unknown>,
  code: FileErrorCode,
  message: string,
): Promise<void> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FileError);
  expect({ code: (error as FileError).code, message: (error as FileError).message }).toEqual({
    code,
    message,
  });
}
