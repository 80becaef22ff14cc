import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { batchStatus } from '../../src/batches/status.ts';
import { setBatchState } from '../../src/db/batches.ts';
import { answer } from '../support/activities/answers.ts';
import { batchOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';
import { columnC, removeWorkbooksAfterEach, saveWorkbook } from '../support/workbook/workbook-file.ts';

const stageWith = useStage();
removeWorkbooksAfterEach();
const LIMITS = { callLimit: 200, callWindowMs: 900_000, publishIntervalMs: 6_000 };
const TASK = 'official_website_tracking';
const INPUTS = [orderUrl(1), orderUrl(2), orderUrl(3)];

const writeBack = (stage: Stage, batchId: string) => stage.run(stage.activities.writeBack, { batchId });
const warningsOf = async (stage: Stage, batchId: string) =>
  (await rowsOf(stage, batchId)).map(({ warnings }) => warnings);

it('brings what is completed into column C, once', async () => {
  const stage = await stageWith();
  const workbook = await saveWorkbook(INPUTS.map((input) => [input]));
  const batchId = await batchOf(stage, TASK, INPUTS, { workbook });
  await answer(stage, batchId, { 2: 'a｜｜｜b', 4: 'c' });
  expect(await writeBack(stage, batchId)).toMatchObject({
    unwritten: 0,
    counts: { completed: 2, pending: 1 },
  });
  expect(await columnC(workbook)).toEqual(['a｜｜｜b', '', 'c']);
  const [row] = await rowsOf(stage, batchId);
  expect(row).toMatchObject({ written: 'a｜｜｜b', warnings: [] });

  // With nothing new the file is not even read.
  await rm(workbook);
  await writeBack(stage, batchId);
});

it('failure 3 of before: finds moved rows by their content, and says which are gone', async () => {
  const stage = await stageWith();
  const workbook = await saveWorkbook([[orderUrl(9)], [INPUTS[2] ?? ''], [INPUTS[0] ?? '']]);
  const batchId = await batchOf(stage, TASK, INPUTS, { workbook });
  await answer(stage, batchId, { 2: 'one', 3: 'two', 4: 'three' });
  await writeBack(stage, batchId);
  expect(await columnC(workbook)).toEqual(['', 'three', 'one']);
  const rows = await rowsOf(stage, batchId);
  expect(rows.map(({ row, result, state }) => [row, result, state])).toEqual([
    [3, 'two', 'completed'],
    [3, 'three', 'completed'],
    [4, 'one', 'completed'],
  ]);
  expect(rows[0]).toMatchObject({
    written: null,
    warnings: ['the row is no longer in the sheet; its result was not written'],
  });
});

it('a formula that depends on a result is calculated on opening, which status tells', async () => {
  const stage = await stageWith();
  const counted = { formula: 'COUNTA(C2:C9)', result: 0 };
  const workbook = await saveWorkbook([[INPUTS[0] ?? '', '', '', counted], [INPUTS[1] ?? '']]);
  const batchId = await batchOf(stage, TASK, INPUTS.slice(0, 2), { workbook });
  const notes = async () => (await batchStatus(stage.database.db, { id: batchId }, LIMITS)).notes;
  await answer(stage, batchId, { 2: 'a｜｜｜b' });
  await writeBack(stage, batchId);
  expect(await notes()).toEqual(['calculated on opening: 1 cells that depend on results (発送一覧)']);
  await answer(stage, batchId, { 3: 'c' });
  await writeBack(stage, batchId);
  expect(await notes()).toHaveLength(1);
});

describe('what a person put into column C', () => {
  const sheet = [
    [INPUTS[0] ?? '', '', 'called the shop'],
    [INPUTS[1] ?? '', '', { formula: '1+1', result: '2' }],
    [INPUTS[2] ?? '', '', 'old｜｜｜text｜｜｜ours'],
  ];
  const results = { 2: 'one', 3: 'two', 4: 'three' };

  it('stays, with a warning; a text in our form is ours', async () => {
    const stage = await stageWith();
    const workbook = await saveWorkbook(sheet);
    const batchId = await batchOf(stage, TASK, INPUTS, { workbook });
    await answer(stage, batchId, results);
    expect(await writeBack(stage, batchId)).toMatchObject({ unwritten: 0, counts: { completed: 3 } });
    expect(await columnC(workbook)).toEqual(['called the shop', '2', 'three']);
    expect(await warningsOf(stage, batchId)).toEqual([
      ["column C holds a person's own text; left as it is"],
      ['column C holds a formula; left as it is'],
      [],
    ]);
  });

  it('gives way to a fresh batch, but for a formula', async () => {
    const stage = await stageWith();
    const workbook = await saveWorkbook(sheet);
    const batchId = await batchOf(stage, TASK, INPUTS, { workbook, fresh: true });
    await answer(stage, batchId, results);
    await writeBack(stage, batchId);
    expect(await columnC(workbook)).toEqual(['one', '2', 'three']);
  });

  it('is told once, and no longer when it has gone', async () => {
    const stage = await stageWith();
    const workbook = await saveWorkbook(sheet);
    const batchId = await batchOf(stage, TASK, INPUTS, { workbook });
    await answer(stage, batchId, { 2: 'one' });
    await writeBack(stage, batchId);
    await answer(stage, batchId, { 2: 'two' });
    await writeBack(stage, batchId);
    expect((await warningsOf(stage, batchId))[0]).toHaveLength(1);

    await saveWorkbook([[INPUTS[0] ?? '']], workbook);
    await answer(stage, batchId, { 2: 'three' });
    await writeBack(stage, batchId);
    expect(await columnC(workbook)).toEqual(['three']);
    expect((await warningsOf(stage, batchId))[0]).toEqual([]);
  });
});

describe('a text of our own without separators', () => {
  it('written by an earlier batch gives way, whichever batch wrote last', async () => {
    const stage = await stageWith();
    const workbook = await saveWorkbook([[orderUrl(1)]]);
    const first = await batchOf(stage, TASK, [orderUrl(1)], { workbook });
    await answer(stage, first, { 2: 'not found' });
    await writeBack(stage, first);
    await setBatchState(stage.db, first, 'completed', null);

    const second = await batchOf(stage, TASK, [orderUrl(1)], { workbook });
    await answer(stage, second, { 2: 'found' });
    await writeBack(stage, second);
    expect(await columnC(workbook)).toEqual(['found']);

    await answer(stage, second, { 2: 'found twice' });
    await writeBack(stage, second);
    expect(await columnC(workbook)).toEqual(['found twice']);

    // A retry of the first batch: what stands in the cell is the second one's.
    await answer(stage, first, { 2: 'found again' });
    await writeBack(stage, first);
    expect(await columnC(workbook)).toEqual(['found again']);
    await answer(stage, second, { 2: 'once more' });
    await writeBack(stage, second);
    expect(await columnC(workbook)).toEqual(['once more']);
  });

  it('of another row with the same text and another link is not this row’s', async () => {
    const stage = await stageWith();
    const workbook = await saveWorkbook([['W1000001', 'a@b.jp', 'mine']]);
    const batchId = await batchOf(stage, TASK, [orderUrl(1)], { workbook });
    await stage.database
      .sql`update rows set input = 'W1000001', email = 'a@b.jp' where batch_id = ${batchId}`;
    const other = await batchOf(stage, TASK, [orderUrl(2)], { workbook: `${workbook}.other` });
    await stage.database
      .sql`update rows set input = 'W1000001', email = 'a@b.jp', input_url = 'https://x.example/',
      written = 'mine', written_at = now() where batch_id = ${other}`;
    await stage.database
      .sql`update batches set workbook = ${workbook}, task = 'yamato_tracking_only' where id = ${other}`;
    await answer(stage, batchId, { 2: 'one' });
    await writeBack(stage, batchId);
    expect(await columnC(workbook)).toEqual(['mine']);
  });
});

it('a late older result does not overwrite the cell of a newer batch, and its row says so', async () => {
  const stage = await stageWith();
  const workbook = await saveWorkbook([[INPUTS[0] ?? '']]);
  const published = async (minutesAgo: number) => {
    const batchId = await batchOf(stage, TASK, INPUTS.slice(0, 1), { workbook });
    await stage.database
      .sql`update jobs set published_at = now() - make_interval(mins => ${minutesAgo}) where batch_id = ${batchId}`;
    await setBatchState(stage.db, batchId, 'cancelled', null);
    return batchId;
  };
  const older = await published(20);
  const newer = await published(10);
  await answer(stage, newer, { 2: 'new' });
  await writeBack(stage, newer);
  await answer(stage, older, { 2: 'old' });
  expect(await writeBack(stage, older)).toMatchObject({ unwritten: 0 });
  expect(await columnC(workbook)).toEqual(['new']);
  expect(await warningsOf(stage, older)).toEqual([
    ['a newer batch has a newer result of this row; this one was not written'],
  ]);
  // One that was asked for once more has the newest.
  await stage.database.sql`update jobs set published_at = now() where batch_id = ${older}`;
  await answer(stage, older, { 2: 'newest' });
  await writeBack(stage, older);
  expect(await columnC(workbook)).toEqual(['newest']);
});
