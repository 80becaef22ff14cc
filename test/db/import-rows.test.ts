import { expect, it } from 'vitest';
import { importRows } from '../../src/db/import-rows.ts';
import { taskByName } from '../../src/tasks/registry.ts';
import { batchOf, emptyBatch, jobsOf, linksOf, orderUrl, rowsOf, sheetOf } from '../support/batch.ts';
import { useStage } from '../support/stage.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';

it('a sheet larger than a statement’s parameters keeps order and links', async () => {
  const stage = await stageWith({ urlsPerJob: 20_000 });
  const urls = Array.from({ length: 11_000 }, (_, serial) => orderUrl(serial));
  const batchId = await batchOf(stage, TASK, urls);
  const jobs = await jobsOf(stage, batchId);
  expect(jobs.map(({ startUrls }) => startUrls)).toEqual([urls]);
  const urlOfRow = new Map((await linksOf(stage, jobs[0]?.id ?? 0)).map(({ rowId, url }) => [rowId, url]));
  const rows = await rowsOf(stage, batchId);
  expect(rows.map(({ id }) => urlOfRow.get(id))).toEqual(urls);
});

it('warnings of the sheet are told with its first row, those of a row with the row', async () => {
  const stage = await stageWith();
  const batch = await emptyBatch(stage, TASK);
  const { rows, ...sheet } = sheetOf([orderUrl(1), orderUrl(2)]);
  const content = {
    ...sheet,
    rows: rows.map((row) => ({ ...row, warnings: [`row ${row.row}`] })),
    warnings: ['the sheet'],
  };
  const plan = { task: taskByName(TASK), sitemapId: 789, urlsPerJob: 1 };
  await stage.db.transaction((tx) => importRows(tx, batch, content, plan));
  expect((await rowsOf(stage, batch.id)).map(({ warnings }) => warnings)).toEqual([
    ['the sheet', 'row 2'],
    ['row 3'],
  ]);
});

it('a broken import leaves nothing', async () => {
  const stage = await stageWith();
  const batch = await emptyBatch(stage, TASK);
  const task = { ...taskByName('japan_post_tracking_10'), urlTemplate: null };
  const plan = { task, sitemapId: 0, urlsPerJob: 1 };
  const work = stage.db.transaction((tx) => importRows(tx, batch, sheetOf(['1837-9277-9166']), plan));
  await expect(work).rejects.toMatchObject({ code: 'TASK_NO_URLS' });
  expect(await rowsOf(stage, batch.id)).toEqual([]);
});
