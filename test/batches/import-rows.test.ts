import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { setBatchState } from '../../src/db/batches.ts';
import { importRows } from '../../src/batches/import-rows.ts';
import { taskByName } from '../../src/tasks/registry.ts';
import {
  batchOf,
  emptyBatch,
  jobsOf,
  linksOf,
  orderUrl,
  rowsOf,
  sheetOf,
} from '../support/activities/batch.ts';
import { answer } from '../support/activities/answers.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';
import { webscraperTask } from '../support/tasks/webscraper-task.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';

it('a sheet larger than a statement’s parameters keeps order and links', async () => {
  const stage = await stageWith({ urlsPerJob: 20_000 });
  const urls = Array.from({ length: 11_000 }, (_, serial) => orderUrl(serial));
  const batchId = await batchOf(stage, TASK, urls);
  const jobs = await jobsOf(stage, batchId);
  expect(jobs.map(({ subjects }) => subjects)).toEqual([urls]);
  const urlOfRow = new Map(
    (await linksOf(stage, jobs[0]?.id ?? 0)).map(({ rowId, subject }) => [rowId, subject]),
  );
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
  const plan = { task: taskByName(TASK), subjectsPerJob: 1 };
  await stage.db.transaction((tx) => importRows(tx, batch, content, plan));
  expect((await rowsOf(stage, batch.id)).map(({ warnings }) => warnings)).toEqual([
    ['the sheet', 'row 2'],
    ['row 3'],
  ]);
});

it('a broken import leaves nothing', async () => {
  const stage = await stageWith();
  const batch = await emptyBatch(stage, TASK);
  const task = webscraperTask('jpt10');
  const plan = { task: { ...task, lookup: { ...task.lookup, urlTemplate: null } }, subjectsPerJob: 1 };
  const work = stage.db.transaction((tx) => importRows(tx, batch, sheetOf(['1837-9277-9166']), plan));
  await expect(work).rejects.toMatchObject({ code: 'TASK_NO_URLS' });
  expect(await rowsOf(stage, batch.id)).toEqual([]);
});

describe('rows known to be in a terminal state', () => {
  /** An ended batch of three rows: delivered lately, delivered long ago, on its way. */
  async function trackedBefore(stage: Stage): Promise<string> {
    const workbook = `/data/${randomBytes(4).toString('hex')}.xlsx`;
    const inputs = [1, 2, 3].map((n) => orderUrl(n));
    const batchId = await batchOf(stage, TASK, inputs, { workbook });
    await answer(stage, batchId, { 2: 'one', 3: 'two', 4: 'three' });
    await stage.db.execute(
      sql`update rows set status = 'delivered', event_at = now() - interval '59 days',
        terminal_at = now() - interval '59 days' where row = 2`,
    );
    await stage.db.execute(
      sql`update rows set status = 'delivered', event_at = now() - interval '61 days',
        terminal_at = now() - interval '61 days' where row = 3`,
    );
    await setBatchState(stage.db, batchId, 'completed', null);
    return workbook;
  }

  const again = async (stage: Stage, workbook: string, fresh: boolean) => {
    const batchId = await batchOf(
      stage,
      TASK,
      [3, 1, 2, 1].map((n) => orderUrl(n)),
      { workbook, fresh },
    );
    return { rows: await rowsOf(stage, batchId), jobs: await jobsOf(stage, batchId) };
  };

  it('have their result from the record, and no job', async () => {
    const stage = await stageWith();
    const { rows, jobs } = await again(stage, await trackedBefore(stage), false);
    expect(rows.map(({ state, source, result }) => [state, source, result])).toEqual([
      ['pending', null, null],
      ['completed', 'record', 'one'],
      ['pending', null, null],
      // The second of its kind was never asked for.
      ['pending', null, null],
    ]);
    expect(rows[1]).toMatchObject({ status: 'delivered', writtenAt: null });
    expect(jobs.map(({ subjects }) => subjects[0])).toEqual([3, 2, 1].map((n) => orderUrl(n)));
  });

  it('a parcel on its way back is looked up again, until nothing has moved for 14 days', async () => {
    const stage = await stageWith();
    const workbook = await trackedBefore(stage);
    await stage.db.execute(sql`update rows set status = 'returned', sub_status = '住所不明',
      event_at = now() - row * interval '6 days', terminal_at = now() + (14 - row * 6) * interval '1 day'`);
    const { rows } = await again(stage, workbook, false);
    expect(rows.map(({ source, subStatus }) => [source, subStatus])).toEqual([
      ['record', '住所不明'],
      [null, null],
      ['record', '住所不明'],
      [null, null],
    ]);
  });

  it('are looked up all the same by a fresh batch', async () => {
    const stage = await stageWith();
    const { rows, jobs } = await again(stage, await trackedBefore(stage), true);
    expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['pending']));
    expect(jobs).toHaveLength(3);
  });
});
