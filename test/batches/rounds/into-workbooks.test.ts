import { rename, rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { endedUnwritten } from '../../../src/db/written-rows.ts';
import { rowReports } from '../../../src/batches/row-reports.ts';
import { givenRowsBatch } from '../../support/activities/given-rows.ts';
import { batchOf, rowsOf } from '../../support/activities/batch.ts';
import { useStage } from '../../support/activities/stage.ts';
import type { Stage } from '../../support/activities/stage.ts';
import { numbersFrom, TASK } from '../../support/activities/yamato.ts';
import { begin, finish, pass } from '../../support/batches/rounds.ts';
import { columnC, removeWorkbooksAfterEach, saveWorkbook } from '../../support/workbook/workbook-file.ts';

const stageWith = useStage();
removeWorkbooksAfterEach();
const NUMBERS = numbersFrom(0, 3);

const writeBack = (stage: Stage, batchId: string) => stage.run(stage.activities.writeBack, { batchId });

/** A workbook whose parcels were on their way, and were delivered since, as a round has heard. */
async function heard(cells: (string | undefined)[] = []) {
  const stage = await stageWith();
  const workbook = await saveWorkbook(NUMBERS.map((number, at) => [number, '', cells[at] ?? '']));
  stage.sandbox.addFault({ kind: 'state-moving' });
  const batchId = await batchOf(stage, TASK, NUMBERS, { workbook });
  await finish(stage, batchId);
  await writeBack(stage, batchId);
  stage.sandbox.clearFaults();
  stage.sandbox.addFault({ kind: 'state-delivered' });
  await pass(stage, 12.1);
  await finish(stage, (await begin(stage))[0] ?? '');
  return { stage, workbook, batchId };
}

const statesIn = async (workbook: string) => (await columnC(workbook)).map((text) => text.split('｜｜｜')[0]);

it('what a round heard goes into the cells by the rules of every writeback: a person’s own text stays', async () => {
  const { stage, workbook, batchId } = await heard(['私のメモ']);
  expect(await statesIn(workbook)).toEqual(['私のメモ', '輸送中', '輸送中']);
  expect(await endedUnwritten(stage.db)).toEqual([batchId]);
  await writeBack(stage, batchId);
  expect(await statesIn(workbook)).toEqual(['私のメモ', '配達完了', '配達完了']);
  expect(await endedUnwritten(stage.db)).toEqual([]);
  // Settled by hand: its parcel is not asked again.
  expect((await rowsOf(stage, batchId)).map(({ status }) => status)).toEqual([
    'in_transit',
    'delivered',
    'delivered',
  ]);
});

it('a workbook that is gone keeps what was heard until it is back', async () => {
  const { stage, workbook, batchId } = await heard();
  await rename(workbook, `${workbook}.away`);
  await expect(writeBack(stage, batchId)).rejects.toMatchObject({ type: 'FILE_NOT_FOUND' });
  expect(await endedUnwritten(stage.db)).toEqual([batchId]);
  await rename(`${workbook}.away`, workbook);
  await writeBack(stage, batchId);
  expect(await statesIn(workbook)).toEqual(['配達完了', '配達完了', '配達完了']);
});

it('a batch that runs for the workbook writes it itself', async () => {
  const { stage, workbook, batchId } = await heard();
  await stage.database.sql`update batches set finished_at = null, state = 'running' where id = ${batchId}`;
  expect(await endedUnwritten(stage.db)).toEqual([]);
  await writeBack(stage, batchId);
  expect(await statesIn(workbook)).toEqual(['配達完了', '配達完了', '配達完了']);
  await rm(workbook);
});

it('of several batches of a workbook the newest row hears of it; rows without one are told by `rows`', async () => {
  const stage = await stageWith();
  const workbook = '/data/twice.xlsx';
  stage.sandbox.addFault({ kind: 'state-moving' });
  const older = await batchOf(stage, TASK, NUMBERS, { workbook });
  await finish(stage, older);
  const newer = await batchOf(stage, TASK, NUMBERS, { workbook, fresh: true });
  await finish(stage, newer);
  const given = await givenRowsBatch(stage, TASK, NUMBERS);
  await finish(stage, given);
  stage.sandbox.clearFaults();
  stage.sandbox.addFault({ kind: 'state-delivered' });
  await pass(stage, 12.1);
  await finish(stage, (await begin(stage))[0] ?? '');
  const statusesOf = async (batchId: string) =>
    new Set((await rowsOf(stage, batchId)).map(({ status }) => status));
  expect(await statusesOf(older)).toEqual(new Set(['in_transit']));
  expect(await statusesOf(newer)).toEqual(new Set(['delivered']));
  expect(await rowReports(stage.db, given)).toMatchObject(NUMBERS.map(() => ({ status: 'delivered' })));
});
