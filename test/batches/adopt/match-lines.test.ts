import { expect, it } from 'vitest';
import type { AdoptLine } from '../../../src/batches/adopt/adopt-file.ts';
import { matchLines } from '../../../src/batches/adopt/match-lines.ts';
import { taskByName } from '../../../src/tasks/registry.ts';
import type { TaskName } from '../../../src/tasks/types.ts';
import type { WorkbookRow } from '../../../src/workbook/types.ts';
import { sheetOf } from '../../support/activities/batch.ts';

const lineOf = (task: TaskName, a: string, b: string, line: number): AdoptLine => ({
  line,
  customId: `c-${line}`,
  scrapingJobId: line,
  task: taskByName(task),
  jobTask: task,
  workbook: '/a.xlsx',
  a,
  b,
});

function matched(task: TaskName, lines: [a: string, b?: string][], rows: readonly WorkbookRow[]) {
  const told = lines.map(([a, b = ''], index) => lineOf(task, a, b, index + 2));
  return matchLines(taskByName(task), told, rows).map((row) => row?.row ?? null);
}

const row = (content: Partial<WorkbookRow>): WorkbookRow => {
  const [first] = sheetOf(['']).rows;
  if (first === undefined) throw new TypeError('no row');
  return { ...first, ...content };
};

it('a line means the row that shows its a and b, wherever it stands', () => {
  const rows = [
    row({ row: 2, input: 'W1000001', email: 'a@x.jp' }),
    row({ row: 5, input: 'W1000001', email: 'b@x.jp' }),
  ];
  expect(
    matched(
      'official_website_tracking',
      [
        [' W1000001', 'b@x.jp '],
        ['W1000001', 'a@x.jp'],
      ],
      rows,
    ),
  ).toEqual([5, 2]);
});

it('a number written otherwise, and a link by its address, mean the same', () => {
  const { rows } = sheetOf(['1837-9277-9166', '１８３７９２７７９１７０']);
  expect(matched('japan_post_tracking_10', [['183792779170'], ['183792779166']], rows)).toEqual([3, 2]);
  const url = 'https://store.apple.com/go/jp/vieworder/W1000001/a@x.jp';
  const linked = [row({ row: 2, input: '注文', inputUrl: url })];
  expect(matched('official_website_tracking', [[url]], linked)).toEqual([2]);
  expect(matched('official_website_tracking', [['注文']], linked)).toEqual([2]);
});

it('a row that shows just this comes before one that asks for the same', () => {
  const { rows } = sheetOf(['183792779166', '1837-9277-9166']);
  expect(matched('japan_post_tracking_10', [['1837-9277-9166'], ['183792779166']], rows)).toEqual([3, 2]);
});

it('no row is meant twice; alike ones are meant in their order', () => {
  const { rows } = sheetOf(['183792779166', 'x', '183792779166']);
  const line: [string] = ['183792779166'];
  expect(matched('japan_post_tracking_10', [line, line, line], rows)).toEqual([2, 4, null]);
});

it('what cannot be looked up means only what shows the same', () => {
  const { rows } = sheetOf(['x', 'y']);
  expect(matched('japan_post_tracking_10', [['y'], ['z']], rows)).toEqual([3, null]);
});
