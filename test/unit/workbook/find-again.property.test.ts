import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { patchWorkbook, readWorkbook } from '../../../src/workbook/index.ts';
import { COLUMNS, editOf, testFolder } from './support/folder.ts';
import { rawParts, SHEET_PART, writeRawWorkbook } from './support/raw-workbook.ts';
import { sheetOf } from './support/sheet-rows.ts';
import type { SheetRow } from './support/sheet-rows.ts';
import { unzip } from './support/zip-file.ts';

const { folder, path } = testFolder();

/** Few contents, so that rows are alike; many ways to store them. */
const someRow: fc.Arbitrary<Omit<SheetRow, 'note'>> = fc.record({
  input: fc.constantFrom('W1', 'W2', 'w1', ' W1', '398004123005', null, { formula: 'Z1' }),
  link: fc.constantFrom(null, null, 'x'),
  email: fc.constantFrom(null, null, 'a@y', 'b@y'),
  result: fc.constantFrom(null, null, '旧｜｜｜1｜｜｜', '電話済み', { formula: 'A2' }),
  stored: fc.constantFrom('str', 'inlineStr', 's'),
});

type Change = (rows: SheetRow[]) => SheetRow[];

/** What people do to rows between reading and writing. */
const someChange: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.nat(), someRow).map(
    ([at, row]) =>
      (rows: SheetRow[]) =>
        rows.toSpliced(at % (rows.length + 1), 0, { ...row, note: 'new' }),
  ),
  fc.nat().map((at) => (rows: SheetRow[]) => rows.toSpliced(at % (rows.length + 1), 1)),
  fc.tuple(fc.nat(), fc.nat()).map(([from, to]) => (rows: SheetRow[]) => {
    const moved = rows.slice(from % (rows.length + 1)).slice(0, 1);
    return rows.toSpliced(from % (rows.length + 1), 1).toSpliced(to % (rows.length + 1), 0, ...moved);
  }),
  fc.tuple(fc.nat(), someRow).map(
    ([at, row]) =>
      (rows: SheetRow[]) =>
        rows.map((each, index) => (index === at % rows.length ? { ...each, result: row.result } : each)),
  ),
  fc.constant((rows: SheetRow[]) => rows.toSorted((x, y) => (contentOf(x) < contentOf(y) ? -1 : 1))),
);

function contentOf({ input, link, email }: SheetRow): string {
  return JSON.stringify([typeof input === 'object' ? '' : input, link, email]);
}

/** Whether it is a row at all: a formula without a result is one, an empty cell is not. */
function isRow({ input, email }: SheetRow): boolean {
  return input !== null || email !== null;
}

/** The sheet once every result is in its row, found here by comparing all with all. */
function expectedRows(read: readonly SheetRow[], found: readonly SheetRow[]): SheetRow[] {
  const occurrence = (rows: readonly SheetRow[], at: number): number =>
    rows.slice(0, at).filter((row) => isRow(row) && contentOf(row) === contentOf(rows[at]!)).length;
  return found.map((row, at) => {
    const from = read.findIndex(
      (each, index) =>
        isRow(each) &&
        contentOf(each) === contentOf(row) &&
        occurrence(read, index) === occurrence(found, at),
    );
    const isOpen = row.result === null || (typeof row.result === 'string' && row.result.includes('｜'));
    return from === -1 || !isRow(row) || !isOpen ? row : { ...row, result: { inline: `result ${from}` } };
  });
}

it('every result lands in the row that asked, and nothing else changes', { timeout: 30_000 }, async () => {
  const rows = fc.array(someRow, { maxLength: 12 });
  const changes = fc.array(someChange, { maxLength: 5 });
  let written = 0;
  await fc.assert(
    fc.asyncProperty(rows, changes, async (values, edits) => {
      const read = values.map((row, index) => ({ ...row, note: String(index) }));
      const found = edits.reduce((all, change) => change(all), read as SheetRow[]);
      const expected = expectedRows(read, found);
      // What is alone of its content, before and after, cannot be mistaken: its own result it must be.
      for (const [at, row] of expected.entries()) {
        if (typeof row.result !== 'object' || row.result === null || !('inline' in row.result)) continue;
        const alike = [...read, ...found].filter((each) => contentOf(each) === contentOf(found[at]!));
        if (row.note !== 'new' && alike.length === 2) expect(row.result.inline).toBe(`result ${row.note}`);
        written++;
      }

      const first = await writeRawWorkbook(folder(), sheetOf(read), 'read.xlsx');
      const second = await writeRawWorkbook(folder(), sheetOf(found), 'found.xlsx');
      const target = path('patched.xlsx');
      const { rows: ours } = await readWorkbook(first, { columns: COLUMNS });
      await patchWorkbook(second, target, {
        columns: COLUMNS,
        edits: ours.map((row) => editOf(row, `result ${row.row - 2}`)),
      });
      const after = await unzip(target);
      const wanted = rawParts(sheetOf(expected)).find(({ name }) => name === SHEET_PART)!;
      for (const { name, data } of rawParts(sheetOf(found))) {
        const patched = after.get(name)?.toString() ?? '';
        if (name === SHEET_PART) expect(withoutIndices(patched)).toBe(withoutIndices(String(wanted.data)));
        else expect(patched).toBe(data);
      }
    }),
    { seed: 20_260_116, numRuns: 150 },
  );
  expect(written).toBeGreaterThan(300);
});

/** The index of a shared string differs where an earlier row's result is no shared string any more. */
function withoutIndices(sheet: string): string {
  return sheet.replaceAll(/(t="s"><v>)\d+/g, '$1');
}
