import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

import type { CellEdit, WorkbookColumns, WorkbookRow } from '../../../src/workbook/types.ts';

export const COLUMNS: WorkbookColumns = { input: 'A', email: 'B', result: 'C', status: null };

/** A folder for the tests of one file, gone behind them. */
export function testFolder(): { path: (name: string) => string; folder: () => string } {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tsuiseki-workbook-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  return { path: (name) => join(folder, name), folder: () => folder };
}

/** The edit that writes `text` to a row as it was read. */
export function editOf(row: WorkbookRow, text: string, more: Partial<CellEdit> = {}): CellEdit {
  const { input, inputUrl, email, occurrence } = row;
  return {
    id: `row ${row.row}`,
    input,
    inputUrl,
    email,
    occurrence,
    text,
    status: null,
    recorded: null,
    fresh: false,
    ...more,
  };
}
