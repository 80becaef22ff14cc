import { expect, it } from 'vitest';

import { groupNumbers } from '../../src/tasks/plan-subjects.ts';
import { taskByPrefix } from '../../src/tasks/registry.ts';
import { understandRow } from '../../src/tasks/understand-row.ts';
import { testFolder } from '../support/workbook/folder.ts';
import { readRaw } from '../support/workbook/read-raw.ts';

const { folder } = testFolder();
const TASK = taskByPrefix('yt10');
// 18379277916 mod 7 is 6: its check digit is right.
const NUMBER = '183792779166';

const text = (value: string): string => `t="str"><v>${value}</v>`;
const number = (value: string): string => `><v>${value}</v>`;

/** What stands in A, the number it is understood as, and what is said of it. */
const CELLS: readonly [cell: string, understood: string | null, said: RegExp | null][] = [
  [number(NUMBER), NUMBER, null],
  [number('1.83792779166E+11'), NUMBER, null],
  [number('183792779166.0'), NUMBER, null],
  [`s="1"${number('12345678903')}`, '012345678903', null],
  [`t="s"><v>0</v>`, NUMBER, null],
  [`t="inlineStr"><is><r><t>1837-</t></r><r><t>92779166</t></r></is>`, NUMBER, null],
  [text('1837-9277-9166'), NUMBER, null],
  [text('１８３７－９２７７－９１６６'), NUMBER, null],
  [text('１８３７９２７７９１６６'), NUMBER, null],
  [text(' 1837 9277　9166 '), NUMBER, null],
  [text('1837ー9277−9166'), NUMBER, null],
  [`t="str"><f>VLOOKUP(D2,E:F,2)</f><v>1837-9277-9166</v>`, NUMBER, null],
  [`><f>D2</f><v>${NUMBER}</v>`, NUMBER, null],
  [text('183792779160'), '183792779160', /check digit of 183792779160 is 0 where 6 is expected/],
  [number('18379277916'), null, /12 digits are needed, it has 11/],
  [text('18379277916'), null, /12 digits are needed, it has 11/],
  [text('1837927791660'), null, /12 digits are needed, it has 13/],
  [text('1.83792E+11'), null, /lost its last digits/],
  [text('A83792779166'), null, /it holds other characters/],
  [text('1837-9277-9166 再送'), null, /it holds other characters/],
  [text(`${NUMBER} 183792779160`), null, /it has 24/],
  [text('me@home.jp'), null, /"…@…" is no tracking number/],
  [`t="e"><f>D2</f><v>#N/A</v>`, null, /is no tracking number/],
];

it('every way to write a number is understood, or refused with the reason', async () => {
  const rows = CELLS.map(([cell], index) => `<row r="${index + 2}"><c r="A${index + 2}" ${cell}</c></row>`);
  const content = await readRaw(folder(), {
    rows: rows.join(''),
    sharedStrings: '<si><t>1837-9277-9166</t><rPh sb="0" eb="1"><t>99</t></rPh></si>',
    styles:
      '<numFmts><numFmt numFmtId="164" formatCode="000000000000"/></numFmts>' +
      '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs>',
  });
  const understood = content.rows.map((row) => ({ row: row.row, ...understandRow(TASK, row) }));
  expect(understood).toEqual(
    CELLS.map(([, trackingNumber, said], index) => {
      const warnings = trackingNumber === null || said === null ? [] : [expect.stringMatching(said)];
      const row = index + 2;
      return trackingNumber === null
        ? { row, valid: false, error: expect.stringMatching(said ?? /^$/), warnings: [] }
        : { row, valid: true, url: null, trackingNumber, warnings };
    }),
  );
});

it('a link and an e-mail address beside a number change nothing, and alone are no number', () => {
  const beside = { inputUrl: 'https://x.jp/', email: 'me@home.jp' };
  expect(understandRow(TASK, { input: NUMBER, ...beside })).toMatchObject({
    trackingNumber: NUMBER,
    url: null,
  });
  expect(understandRow(TASK, { input: '', ...beside })).toMatchObject({ error: 'the input cell is empty' });
  expect(understandRow(TASK, { input: 'https://x.jp/', ...beside })).toMatchObject({ valid: false });
});

it('failure 2 of before: blank, invalid and repeated rows shift nothing: each number goes with the rows that hold it', async () => {
  const numberAt = (serial: number): string => {
    const body = 39_051_234_500 + serial;
    return `${body}${body % 7}`;
  };
  const cells = new Map<number, string>([
    ...Array.from({ length: 12 }, (_, serial) => [2 + 2 * serial, numberAt(serial)] as const),
    [5, '12345'],
    [9, numberAt(0)],
    [11, '合計'],
    [27, numberAt(11)],
    [30, ''],
  ]);
  const rows = [...cells]
    .toSorted(([a], [b]) => a - b)
    .map(([row, value]) => `<row r="${row}"><c r="A${row}" t="str"><v>${value}</v></c></row>`);
  const content = await readRaw(folder(), { rows: rows.join('') });
  const readings = content.rows.map((row) => understandRow(TASK, row));
  const groups = groupNumbers(readings, 10).map(({ trackingNumbers, rowIndexes }) => ({
    trackingNumbers,
    rows: rowIndexes.map((index) => content.rows[index]?.row),
  }));
  expect(groups).toEqual([
    {
      trackingNumbers: Array.from({ length: 10 }, (_, serial) => numberAt(serial)),
      rows: [2, 4, 6, 8, 9, 10, 12, 14, 16, 18, 20],
    },
    { trackingNumbers: [numberAt(10), numberAt(11)], rows: [22, 24, 27] },
  ]);
});
