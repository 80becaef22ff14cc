import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TRACKING_TASKS } from '../../src/tasks/registry.ts';
import type { TaskName } from '../../src/tasks/types.ts';
import { writeSampleWorkbook } from '../../src/sandbox/sample-workbook.ts';
import { emptyBatch, jobsOf, linksOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { useStage } from '../support/activities/stage.ts';
import type { StageOptions } from '../support/activities/stage.ts';
import { casePath } from '../support/workbook/cases.ts';
import {
  newWorkbookPath,
  removeWorkbooksAfterEach,
  saveWorkbook,
} from '../support/workbook/workbook-file.ts';

const stageWith = useStage();
removeWorkbooksAfterEach();
const PUBLISHED = TRACKING_TASKS.map(({ name }) => name).filter(
  (name) => !['redirect_to_japan_post_tracking', 'yamato_tracking_10'].includes(name),
);
const TASK = 'official_website_tracking';

async function read(
  task: TaskName,
  workbook: string,
  { chosenRows = null, ...options }: StageOptions & { chosenRows?: number[] | null } = {},
) {
  const stage = await stageWith(options);
  const { id: batchId } = await emptyBatch(stage, task, { workbook, chosenRows });
  const figures = await stage.run(stage.activities.readWorkbook, { batchId });
  return { stage, batchId, figures, rows: await rowsOf(stage, batchId), jobs: await jobsOf(stage, batchId) };
}

it.each(PUBLISHED)('%s: rows and jobs are written down', async (task) => {
  const workbook = await newWorkbookPath();
  await writeSampleWorkbook(workbook, { task, rows: 11, invalidRow: true });
  const { batchId, figures, rows, jobs, stage } = await read(task, workbook);
  expect(figures).toMatchObject({
    counts: { total: 12, pending: 11, invalid: 1 },
    unwritten: 0,
    inFlight: 0,
  });
  expect(figures.next?.label).toMatch(
    task === 'japan_post_tracking_10' ? /^row 2 and 9 more · \d/ : /^row 2/,
  );
  // A blank row stands in the middle.
  expect(rows.map(({ row }) => row)).toEqual([2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14]);
  expect(rows.at(-1)).toMatchObject({ state: 'invalid', url: null, input: '番号未定' });
  expect(rows.at(-1)?.error).not.toBeNull();
  expect(rows.slice(0, -1).every(({ url, error }) => url !== null && error === null)).toBe(true);
  expect(jobs).toHaveLength(task === 'japan_post_tracking_10' ? 2 : 11);
  expect(jobs.map(({ seq }) => seq)).toEqual(jobs.map((_, index) => index + 1));
  expect(jobs.every(({ customId, seq }) => customId.endsWith(`-${batchId}-${seq}`))).toBe(true);
  const links = await Promise.all(jobs.map(({ id }) => linksOf(stage, id)));
  expect(
    links
      .flat()
      .map(({ rowId }) => rowId)
      .sort((a, b) => a - b),
  ).toEqual(
    rows
      .slice(0, -1)
      .map(({ id }) => id)
      .sort((a, b) => a - b),
  );
});

it('equal URLs are published once, and linked to every row', async () => {
  const workbook = await saveWorkbook([[orderUrl(1)], [orderUrl(2)], [orderUrl(1)], [orderUrl(1)]]);
  const { stage, jobs, rows } = await read(TASK, workbook);
  expect(jobs.map(({ subjects }) => subjects)).toEqual([[orderUrl(1)], [orderUrl(2)]]);
  expect(await linksOf(stage, jobs[0]?.id ?? 0)).toHaveLength(3);
  expect(rows.map(({ occurrence }) => occurrence)).toEqual([0, 0, 1, 2]);
});

it('read twice at the same time, its rows are written down once', async () => {
  const workbook = await saveWorkbook([[orderUrl(1)], [orderUrl(2)]]);
  const stage = await stageWith();
  const { id: batchId } = await emptyBatch(stage, TASK, { workbook });
  // A worker that was thought dead, and the one that does it again.
  const again = () => stage.run(stage.activities.readWorkbook, { batchId });
  for (const { counts } of await Promise.all([again(), again()])) expect(counts.total).toBe(2);
  expect(await jobsOf(stage, batchId)).toHaveLength(2);
});

it('only the chosen rows are the batch’s', async () => {
  const workbook = await saveWorkbook([[orderUrl(1)], [orderUrl(2)], [orderUrl(3)], [orderUrl(4)]]);
  const { rows, jobs, figures } = await read(TASK, workbook, { chosenRows: [3, 5, 77] });
  expect(rows.map(({ row }) => row)).toEqual([3, 5]);
  expect(jobs).toHaveLength(2);
  expect(figures.counts.total).toBe(2);
});

it.each([
  [1, [1, 1, 1, 1, 1, 1, 1]],
  [3, [3, 3, 1]],
  [20_000, [7]],
])('URLS_PER_JOB %i', async (urlsPerJob, sizes) => {
  const workbook = await saveWorkbook(Array.from({ length: 7 }, (_, serial) => [orderUrl(serial)]));
  const { jobs } = await read(TASK, workbook, { urlsPerJob });
  expect(jobs.map(({ subjects }) => subjects.length)).toEqual(sizes);
});

it('only a header: nothing to do', async () => {
  const { figures } = await read(TASK, await saveWorkbook([]));
  expect(figures).toMatchObject({ counts: { total: 0 }, next: null, inFlight: 0 });
});

it('asked again, as after a crash, it stays with what was read: the rest is a save to be examined', async () => {
  const workbook = await saveWorkbook([[orderUrl(1)], [orderUrl(2)]]);
  const { stage, batchId } = await read(TASK, workbook, { urlsPerJob: 3 });
  await saveWorkbook([[orderUrl(1)], [orderUrl(3)], [orderUrl(4)]], workbook);
  const again = await stage.run(stage.activities.readWorkbook, { batchId });
  expect(again.counts).toMatchObject({ total: 2, pending: 2 });
  expect(await jobsOf(stage, batchId)).toMatchObject([{ seq: 1, subjects: [1, 2].map((n) => orderUrl(n)) }]);
});

it('a first row that looks like data is told with the first row', async () => {
  const { rows } = await read('yamato_tracking_only', await newSheetWithoutHeader());
  expect(rows.map(({ warnings }) => warnings.filter((warning) => /row 1/i.test(warning)).length)).toEqual([
    1, 0,
  ]);
});

async function newSheetWithoutHeader(): Promise<string> {
  const { default: ExcelJS } = await import('exceljs');
  const workbook = new ExcelJS.Workbook();
  workbook.addWorksheet('a').addRows([['1837-9277-9166'], ['1837-9277-9170'], ['1837-9277-9181']]);
  const path = await newWorkbookPath();
  await workbook.xlsx.writeFile(path);
  return path;
}

describe('cells that a database may choke on', () => {
  it.each([
    ['a long one', 'あ'.repeat(20_000)],
    ['NUL', 'a_x0000_b'],
    ['a lone surrogate', 'a_xD800_b'],
    ['control characters', 'a_x0001__x001F_b'],
    ['quotes and braces', '{"a",\\b\'c}'],
    ['beyond the basic plane', '𠮷野家🚚'],
  ])('%s', async (_, text) => {
    const workbook = await saveWorkbook([[text, text], [orderUrl(1)]]);
    const { figures, rows } = await read(TASK, workbook);
    expect(figures.counts).toMatchObject({ total: 2, invalid: 1, pending: 1 });
    expect(rows[0]?.input).not.toBe('');
  });
});

describe('a workbook that cannot be read', () => {
  it.each([
    ['is not there', 'FILE_NOT_FOUND', async (path: string) => rm(path)],
    ['is none', 'WORKBOOK_NOT_A_WORKBOOK', async (path: string) => writeText(path)],
  ])('because it %s, is a final failure', async (_, type, spoil) => {
    const workbook = await saveWorkbook([[orderUrl(1)]]);
    await spoil(workbook);
    await expect(read(TASK, workbook)).rejects.toMatchObject({ type, nonRetryable: true });
  });

  it('because it is signed, which SIGNED_WORKBOOKS refuses, is a final failure', async () => {
    const workbook = resolve(casePath('signed'));
    await expect(read(TASK, workbook, { signedWorkbooks: 'refuse' })).rejects.toMatchObject({
      type: 'WORKBOOK_SIGNED',
      nonRetryable: true,
    });
  });
});

async function writeText(path: string): Promise<void> {
  const { writeFile } = await import('node:fs/promises');
  await writeFile(path, 'no workbook');
}
