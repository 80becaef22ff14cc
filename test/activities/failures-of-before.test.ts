import { expect, it } from 'vitest';
import { setBatchState } from '../../src/db/batches.ts';
import { withCheckDigit } from '../../src/sandbox/check-digit.ts';
import { batchOf, jobsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { answer } from '../support/activities/answers.ts';
import { oneRound } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';
import { columnC, removeWorkbooksAfterEach, saveWorkbook } from '../support/workbook/workbook-file.ts';

const stageWith = useStage();
removeWorkbooksAfterEach();

it('failure 2 of before: ten numbers a page, each row gets its own result', async () => {
  const stage = await stageWith();
  const numbers = Array.from({ length: 10 }, (_, index) => withCheckDigit(31_000_004_000 + 7 * index));
  const batchId = await batchOf(stage, 'japan_post_tracking_10', numbers);
  expect(await jobsOf(stage, batchId)).toHaveLength(1);
  await oneRound(stage, batchId);
  const rows = await rowsOf(stage, batchId);
  expect(rows.map(({ state }) => state)).toEqual(Array(10).fill('completed'));
  expect(new Set(rows.map(({ result }) => result)).size).toBeGreaterThan(1);
  expect(rows.map(({ trackingNumber }) => trackingNumber)).toEqual(numbers);
});

it('failure 3 of before: a row inserted and the others sorted while the batch ran shift nothing', async () => {
  const stage = await stageWith();
  const [one, two, three] = [orderUrl(1), orderUrl(2), orderUrl(3)];
  const workbook = await saveWorkbook([[one], [two], [three]]);
  const batchId = await batchOf(stage, 'official_website_tracking', [one, two, three], { workbook });
  await answer(stage, batchId, { 2: 'first', 3: 'second', 4: 'third' });
  await saveWorkbook([[three], [orderUrl(9)], [two], [one]], workbook);
  await stage.run(stage.activities.writeBack, { batchId });
  expect(await columnC(workbook)).toEqual(['third', '', 'second', 'first']);
});

it('failure 5 of before: the same file saved next month is a batch of its own', async () => {
  const stage = await stageWith();
  const given = { workbook: '/data/OWT-1.xlsx' };
  const first = await batchOf(stage, 'official_website_tracking', [orderUrl(1)], given);
  await oneRound(stage, first);
  await setBatchState(stage.db, first, 'completed', null);
  const second = await batchOf(stage, 'official_website_tracking', [orderUrl(1)], given);
  expect(second).not.toBe(first);
  expect(await rowsOf(stage, second)).toMatchObject([{ state: 'pending', result: null }]);
  expect((await jobsOf(stage, second)).map(({ customId }) => customId)).toEqual([`owt-${second}-1`]);
});
