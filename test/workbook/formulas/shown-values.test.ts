import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { libreOfficeMissing } from '../../../bench/workbook/libreoffice.ts';
import { madeWorkbooks, shownWrongly, writtenWorkbooks } from '../../../bench/workbook/oracle/compare.ts';
import { shownValues } from '../../../bench/workbook/oracle/calculated-values.ts';
import { readWorkbook } from '../../../src/workbook/read-workbook.ts';
import { COLUMNS } from '../../support/workbook/folder.ts';
import { needs } from '../../support/component.ts';

/** The bench does the same with a thousand. */
const WORKBOOKS = process.env['CI'] === undefined ? 10 : 50;
const SEED = Number(process.env['WORKBOOK_SEED'] ?? 20_261_128);

needs(libreOfficeMissing())('what LibreOffice shows after a writeback', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tsuiseki-shown-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it(
    'is what it calculates anew, in every cell of workbooks made up, and what we read',
    { timeout: 300_000 },
    async () => {
      const written = await writtenWorkbooks(join(folder, 'auto'), madeWorkbooks(WORKBOOKS, SEED));
      expect(await shownWrongly(join(folder, 'auto'), written)).toEqual(new Map());
      for (const path of written) {
        const { sheet, rows } = await readWorkbook(path, { columns: COLUMNS });
        const shown = await shownValues(join(folder, 'auto', 'as-it-is', basename(path)));
        const at = (column: string, row: number) =>
          `${(shown.get(`${sheet}!${column}${row}`) ?? '') as string | number}`;
        expect(rows.map(({ row, input, email, result }) => [row, input, email, result])).toEqual(
          rows.map(({ row }) => [row, at('A', row), at('B', row), at('C', row)]),
        );
      }
    },
  );

  it('is yesterday’s with RECALCULATE=never: the comparison can fail', { timeout: 120_000 }, async () => {
    const written = await writtenWorkbooks(join(folder, 'never'), madeWorkbooks(3, SEED), 'never');
    expect((await shownWrongly(join(folder, 'never'), written)).size).toBeGreaterThan(0);
  });
});
