import { expect, it } from 'vitest';
import { BIG_ROWS, bigRow, spreadRows } from '../../bench/workbook/big-rows.ts';

it('the big workbook: every second row has a link, and no row is there twice', () => {
  const rows = spreadRows(BIG_ROWS).map((row) => bigRow(row));
  expect(rows.at(-1)?.row).toBe(BIG_ROWS + 1);
  expect(rows.filter(({ inputUrl }) => inputUrl !== null)).toHaveLength(BIG_ROWS / 2);
  expect(new Set(rows.map(({ input }) => input)).size).toBe(BIG_ROWS);
});

it('rows are spread from the first to the last', () => {
  expect(spreadRows(10)).toHaveLength(10);
  expect([spreadRows(10)[0], spreadRows(10).at(-1)]).toEqual([2, BIG_ROWS + 1]);
});
