import { describe, expect, it } from 'vitest';
import { csvRows } from '../../../src/batches/given-rows/csv-rows.ts';

const NUMBER = '398004123005';
const taken = (text: string) =>
  csvRows(text, 'rows.csv').rows.map(({ row, input, email }) => [row, input, email]);

describe('rows of a CSV', () => {
  it.each<[string, string]>([
    ['with columns a and b', 'a,b\r\n1,x\r\n2,y\r\n'],
    ['in any order, beside others', 'b,note,a\nx,?,1\ny,?,2'],
    ['in capitals', ' A , B \n1,x\n2,y\n'],
    ['of other names: the first two', '注文番号,メール,備考\n1,x,?\n2,y\n'],
    ['with semicolons', 'a;b\n1;x\n2;y\n'],
    ['with tabs', 'a\tb\r\n1\tx\r\n2\ty\r\n'],
    ['with a comma in the header’s quotation marks', '"a,or so";mail\n1;x\n2;y\n'],
    ['with old line ends', 'a,b\r1,x\r2,y\r'],
  ])('%s', (_, text) => {
    expect(taken(text)).toEqual([
      [2, '1', 'x'],
      [3, '2', 'y'],
    ]);
  });

  it('have the numbers that Excel shows, blank ones passed over', () => {
    expect(taken('a,b\n\n1,\n , \n"2\r\n3",\n4')).toEqual([
      [3, '1', ''],
      [5, '2\n3', ''],
      [6, '4', ''],
    ]);
  });

  it('may be equal: each is a row, told apart by its occurrence', () => {
    const { rows } = csvRows('a\n1\n2\n1\n', 'rows.csv');
    expect(rows.map(({ input, occurrence }) => [input, occurrence])).toEqual([
      ['1', 0],
      ['2', 0],
      ['1', 1],
    ]);
  });

  it('are none below a header alone', () => {
    expect(csvRows('a,b\n', 'rows.csv')).toEqual({ rows: [], warnings: [] });
  });

  it('hold nothing that a database cannot', () => {
    expect(taken('a\n1\uD800\n')).toEqual([[2, '1\uFFFD', '']]);
  });

  it('a first line that looks like data is the header all the same, as in a sheet: told', () => {
    expect(csvRows(`${NUMBER}\n398004123016\n`, 'rows.csv')).toMatchObject({
      rows: [{ row: 2, input: '398004123016' }],
      warnings: ['row 1 looks like data, but is never read: it is the header'],
    });
  });
});

describe('what cannot be taken whole is refused in one line', () => {
  it.each<[string, string, string, RegExp]>([
    ['one line that looks like data', `${NUMBER}\n`, 'ROWS_EMPTY', /put a header such as a,b above it/],
    ['two separators', 'a,b;c\n1,2;3\n', 'ROWS_MALFORMED', /more than one of comma, semicolon and tab/],
    ['b without a', 'number,b\n1,x\n', 'ROWS_MALFORMED', /a column b and no column a/],
    ['a mark that is never closed', `a,b\n"${NUMBER},x\n1,y\n`, 'ROWS_MALFORMED', /quotation mark/],
    ['a mark in the middle', `a,b\n1,x"${NUMBER}"\n`, 'ROWS_MALFORMED', /line 2 .*quotation mark/],
    [
      'a cell larger than a sheet’s',
      `a\n${NUMBER.repeat(3_000)}\n`,
      'ROWS_MALFORMED',
      /row 2 holds over 32767/,
    ],
    ['more rows than a sheet has', `a${'\n1'.repeat(1_048_576)}`, 'ROWS_TOO_LARGE', /more rows than a sheet/],
  ])('%s', (_, text, code, told) => {
    const error = (() => {
      try {
        return csvRows(text, 'rows.csv');
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ code, message: expect.stringMatching(told) });
    // Nothing of what stands in it.
    expect(String(error)).not.toContain(NUMBER);
  });
});
