import { describe, expect, it } from 'vitest';
import { jsonRows } from '../../../src/batches/given-rows/json-rows.ts';

it('the first of an array is row 2; numbers keep their digits; other fields and blank rows are passed over', () => {
  const given = [
    { a: 398004123005, b: null, note: 'x' },
    {},
    { a: 'W1\r\n', b: 'y' },
    { b: 'only' },
    { a: 'W1\n', b: 'y' },
  ];
  const { rows, warnings } = jsonRows(JSON.stringify(given), 'rows.json');
  expect(rows.map(({ row, input, email, occurrence }) => [row, input, email, occurrence])).toEqual([
    [2, '398004123005', '', 0],
    [4, 'W1\n', 'y', 0],
    [5, '', 'only', 0],
    [6, 'W1\n', 'y', 1],
  ]);
  expect(warnings).toEqual([]);
});

it('an empty array has no rows', () => {
  expect(jsonRows('[]', 'rows.json').rows).toEqual([]);
});

describe('what cannot be taken whole is refused in one line', () => {
  it.each<[string, string, string, RegExp]>([
    ['no JSON', '{"a":"buyer@example.jp"', 'ROWS_MALFORMED', /is no valid JSON; an array of rows/],
    ['one object', '{"rows":[]}', 'ROWS_MALFORMED', /is no array/],
    ['texts', '["398004123005"]', 'ROWS_MALFORMED', /row 2 is no object/],
    ['an object in a cell', '[{"a":"1"},{"a":{}}]', 'ROWS_MALFORMED', /row 3: "a" is neither a text nor/],
    [
      'a number that lost its digits',
      '[{"a":12345678901234567890}]',
      'ROWS_MALFORMED',
      /row 2: "a" is neither/,
    ],
    ['truth', '[{"a":"1","b":true}]', 'ROWS_MALFORMED', /row 2: "b" is neither/],
    ['rows of other names', '[{"number":"1"},{"number":"2"}]', 'ROWS_EMPTY', /no row has an "a" or a "b"/],
    ['nested without end', '['.repeat(200_000), 'ROWS_MALFORMED', /is no valid JSON/],
  ])('%s', (_, text, code, told) => {
    const error = (() => {
      try {
        return jsonRows(text, 'rows.json');
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ code, message: expect.stringMatching(told) });
    expect(String(error)).not.toContain('buyer@example.jp');
  });
});
