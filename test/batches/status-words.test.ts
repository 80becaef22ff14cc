import { expect, it } from 'vitest';
import { rowReports } from '../../src/batches/row-reports.ts';
import { statusWords } from '../../src/batches/status-words.ts';
import { setBatchState } from '../../src/db/batches.ts';
import { batchOf } from '../support/activities/batch.ts';
import { useStage } from '../support/activities/stage.ts';
import { ask, numbersFrom, TASK } from '../support/activities/yamato.ts';
import { numberWithFault } from '../../src/sandbox/index.ts';

const stageWith = useStage();

it.each([
  ['unknown', 'not-registered', '伝票番号未登録', 3, 'unknown: not registered yet (day 3)'],
  ['unknown', 'wrong-number', '伝票番号誤り', null, 'unknown: no such number'],
  ['unknown', null, '謎', null, 'unknown: nobody knows this text'],
  ['unknown', null, null, null, 'unknown: no state is told'],
  ['attempt_failed', '住所不明', '持戻（住所不明）', null, 'attempt_failed (住所不明)'],
  ['delivered', null, '配達完了', null, 'delivered'],
  [null, null, null, null, ''],
])('%s, %s: %s', (status, subStatus, statusText, notRegisteredDay, words) => {
  expect(statusWords({ status, subStatus, statusText, notRegisteredDay })).toBe(words);
});

it('the day of a number that is not registered is counted from its first look, whichever batch made it', async () => {
  const stage = await stageWith();
  const workbook = '/data/again.xlsx';
  const inputs = [numberWithFault('not-found'), ...numbersFrom(0, 1)];
  const first = await batchOf(stage, TASK, inputs, { workbook });
  await ask(stage, first);
  const reportOf = async (batchId: string) =>
    (await rowReports(stage.db, batchId)).map((each) => each.notRegisteredDay);
  expect(await reportOf(first)).toEqual([1, null]);
  await setBatchState(stage.db, first, 'completed', null);
  await stage.database.sql`update jobs set finished_at = finished_at - interval '2 days'`;
  const second = await batchOf(stage, TASK, inputs, { workbook });
  await ask(stage, second);
  expect(await reportOf(second)).toEqual([3, null]);
  const elsewhere = await batchOf(stage, TASK, inputs, { workbook: '/data/other.xlsx' });
  await ask(stage, elsewhere);
  expect(await reportOf(elsewhere)).toEqual([1, null]);
});
