import { expect, it } from 'vitest';
import { csvOf } from '../../src/batches/csv.ts';

const cellOf = (value: unknown) =>
  csvOf(['x'], [{ x: value }])
    .split('\r\n')
    .slice(1, -1)
    .join('\r\n');

it('has a mark by which Excel takes it for UTF-8, and RFC 4180’s lines', () => {
  expect(csvOf(['row', 'result'], [{ row: 2, result: '配達完了' }, { row: 3 }])).toBe(
    '\uFEFFrow,result\r\n2,配達完了\r\n3,\r\n',
  );
});

it.each<[string, unknown, string]>([
  ['nothing', null, ''],
  ['a number', -5, '-5'],
  ['several warnings', ['one', 'two'], '"one; two"'],
  ['commas and quotation marks', 'a,"b"', '"a,""b"""'],
  ['line breaks', 'a\nb', '"a\nb"'],
  ['an e-mail address', 'buyer@example.jp', 'buyer@example.jp'],
])('%s', (_, value, cell) => {
  expect(cellOf(value)).toBe(cell);
});

it.each([
  '=1+1',
  '+81-3-1234-5678',
  '-1',
  '@SUM(1)',
  '\t=1',
  '\r=1',
  '\n=1',
  '＝1',
  '＋1',
  '－1',
  '＠x',
  `=HYPERLINK("http://x","a,b")`,
])('a text that would be run as a formula has a mark in front: %j', (text) => {
  expect(cellOf(text)).toBe(`"'${text.replaceAll('"', '""')}"`);
});
