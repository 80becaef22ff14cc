import { describe, expect, it } from 'vitest';

import { patchWorkbook } from '../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import { COLUMNS, editOf, testFolder } from '../support/workbook/folder.ts';
import { writeRawWorkbook } from '../support/workbook/raw-workbook.ts';
import { sheetOf, sheetRow } from '../support/workbook/sheet-rows.ts';
import type { SheetRow } from '../support/workbook/sheet-rows.ts';

const { folder, path } = testFolder();

/**
 * Reads `read`, patches `found` with a text for every row, `was N` for that of row N, and tells what stands behind
 * each note.
 */
async function resultsByNote(
  read: readonly SheetRow[],
  found: readonly SheetRow[],
): Promise<{ results: Record<string, string>; gone: string[] }> {
  const first = await writeRawWorkbook(folder(), sheetOf(read), 'read.xlsx');
  const second = await writeRawWorkbook(folder(), sheetOf(found), 'found.xlsx');
  const target = path('patched.xlsx');
  const { rows } = await readWorkbook(first, { columns: COLUMNS });
  const edits = rows.map((row) => editOf(row, `was ${row.row}`));
  const { outcomes } = await patchWorkbook(second, target, { columns: COLUMNS, edits });
  // Column D takes the place of the e-mail, so that every row with a note is read.
  const patched = await readWorkbook(target, { columns: { ...COLUMNS, email: 'D' } });
  return {
    results: Object.fromEntries(
      patched.rows.filter((row) => row.result !== '').map((row) => [row.email, row.result]),
    ),
    gone: outcomes.filter(({ outcome }) => outcome === 'gone').map(({ id }) => id),
  };
}

const [a, b, c] = [sheetRow('a', 'W1'), sheetRow('b', 'W2'), sheetRow('c', '398004123005')];
const other = sheetRow('other', 'W9');
const blank = sheetRow('blank', null);

describe('a row is found again', () => {
  it.each<[string, SheetRow[], Record<string, string>, string[]]>([
    ['where it was', [a, b, c], { a: 'was 2', b: 'was 3', c: 'was 4' }, []],
    ['below a row inserted', [other, a, blank, b, c], { a: 'was 2', b: 'was 3', c: 'was 4' }, []],
    ['above a row deleted', [b, c], { b: 'was 3', c: 'was 4' }, ['row 2']],
    ['after sorting', [c, a, b], { a: 'was 2', b: 'was 3', c: 'was 4' }, []],
    ['not where its number changed', [{ ...a, input: 'W3' }, b, c], { b: 'was 3', c: 'was 4' }, ['row 2']],
    ['not where an e-mail was added', [{ ...a, email: 'x@y' }, b, c], { b: 'was 3', c: 'was 4' }, ['row 2']],
    ['not where a link was added', [{ ...a, link: 'x' }, b, c], { b: 'was 3', c: 'was 4' }, ['row 2']],
    [
      'where only the way it is stored changed',
      [
        { ...a, stored: 's' },
        { ...b, stored: 'inlineStr' },
        { ...c, input: ' 398004123005', stored: 's' },
      ],
      { a: 'was 2', b: 'was 3' },
      ['row 4'],
    ],
    ['in no row', [], {}, ['row 2', 'row 3', 'row 4']],
  ])('%s', async (_, found, results, gone) => {
    expect(await resultsByNote([a, b, c], found)).toEqual({ results, gone });
  });

  it('by a text that its XML escapes', async () => {
    const rows = ['a &amp; b', 'a_x000D_b', '&#x8377;物', '_x_', 'W5'].map((input, index) =>
      sheetRow(String(index), input, { stored: 's', email: index === 0 ? 'x &lt;y>' : null }),
    );
    const { results, gone } = await resultsByNote(rows, rows.toReversed());
    expect(gone).toEqual([]);
    expect(results).toEqual({ 0: 'was 2', 1: 'was 3', 2: 'was 4', 3: 'was 5', 4: 'was 6' });
  });

  it.each(['s', 'str', 'inlineStr'] as const)(
    'by what no database can hold, stored as %s',
    async (stored) => {
      const rows = ['a_x0000_b', '_xD842_', '&#0;', '\0', '_xD842__xDF9F_'].map((input, index) =>
        sheetRow(String(index), input, { stored, email: `${index}_x0000_`, link: `${index}&#xD842;` }),
      );
      const { results, gone } = await resultsByNote(rows, rows.toReversed());
      expect(gone).toEqual([]);
      expect(results).toEqual({ 0: 'was 2', 1: 'was 3', 2: 'was 4', 3: 'was 5', 4: 'was 6' });
    },
  );

  it('by its link, where that is all that differs', async () => {
    const [x, y] = [
      { ...a, note: 'x', link: 'x' },
      { ...a, note: 'y', link: 'y' },
    ];
    expect(await resultsByNote([x, y, a], [a, y, x])).toEqual({
      results: { x: 'was 2', y: 'was 3', a: 'was 4' },
      gone: [],
    });
  });

  it('by its e-mail alone', async () => {
    const rows = [sheetRow('a', null, { email: 'a@y' }), sheetRow('b', null, { email: 'b@y' })];
    expect((await resultsByNote(rows, [blank, ...rows.toReversed()])).results).toEqual({
      a: 'was 2',
      b: 'was 3',
    });
  });
});

describe('rows of the same content', () => {
  const [one, two, three] = ['one', 'two', 'three'].map((note) => sheetRow(note, 'W1')) as [
    SheetRow,
    SheetRow,
    SheetRow,
  ];

  it('keep their order', async () => {
    const { results } = await resultsByNote([one, b, two, three], [other, b, one, two, blank, three]);
    expect(results).toEqual({ b: 'was 3', one: 'was 2', two: 'was 4', three: 'was 5' });
  });

  it('lose the last when one is gone', async () => {
    expect(await resultsByNote([one, two, three], [one, three])).toEqual({
      results: { one: 'was 2', three: 'was 3' },
      gone: ['row 4'],
    });
  });

  it('are counted apart from those with another e-mail', async () => {
    const mail = sheetRow('mail', 'W1', { email: 'a@y' });
    const { results } = await resultsByNote([one, mail, two], [mail, one, two]);
    expect(results).toEqual({ one: 'was 2', mail: 'was 3', two: 'was 4' });
  });
});

it('a row without a calculated number is not taken for a blank one', async () => {
  const formula = sheetRow('formula', { formula: 'Z1' });
  expect(await resultsByNote([formula], [blank, formula])).toEqual({
    results: { formula: 'was 2' },
    gone: [],
  });
});

it('row 1 is never the row that is found', async () => {
  const book = {
    rows: '<row r="1"><c r="A1" t="str"><v>W1</v></c></row><row r="2"><c r="A2" t="str"><v>W1</v></c></row>',
  };
  const file = await writeRawWorkbook(folder(), book);
  const { rows } = await readWorkbook(file, { columns: COLUMNS });
  const edits = [editOf(rows[0]!, '完了'), editOf(rows[0]!, 'no', { id: 'second', occurrence: 1 })];
  const { outcomes } = await patchWorkbook(file, path('header.xlsx'), { columns: COLUMNS, edits });
  expect(outcomes).toMatchObject([
    { id: 'row 2', row: 2, outcome: 'written' },
    { id: 'second', row: null, outcome: 'gone' },
  ]);
});

it(
  'fifty thousand rows that are all alike are found without comparing all with all',
  { timeout: 15_000 },
  async () => {
    const rows = Array.from({ length: 50_000 }, () => '<row><c><v>1</v></c></row>').join('');
    const file = await writeRawWorkbook(folder(), { rows }, 'alike.xlsx');
    const content = await readWorkbook(file, { columns: COLUMNS });
    const edits = content.rows.map((row) => editOf(row, `was ${row.row}`));
    const target = path('alike-patched.xlsx');
    await patchWorkbook(file, target, { columns: COLUMNS, edits: edits.toReversed() });
    const patched = await readWorkbook(target, { columns: COLUMNS });
    expect(patched.rows.map(({ result }) => result)).toEqual(edits.map(({ text }) => text));
  },
);
