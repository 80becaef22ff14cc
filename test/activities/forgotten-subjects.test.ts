import { expect, it } from 'vitest';
import { forgetPerson } from '../../src/batches/forget-person.ts';
import { rowsToRetry } from '../../src/batches/retry-rows.ts';
import { reopenBatch, setBatchState } from '../../src/db/batches.ts';
import { nextJob } from '../../src/db/jobs.ts';
import { jobsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { processAll, publishAll } from '../support/activities/rounds.ts';
import { useSavedWorkbook } from '../support/activities/saved-workbook.ts';
import { columnsWith } from '../support/db/whole-database.ts';

const { stageWith, save } = useSavedWorkbook();

const ADDRESS = 'buyer1@example.jp';

it('a late result of a job of two stays out of the other row, and the order out of parcels', async () => {
  const stage = await stageWith({ urlsPerJob: 2 });
  const batchId = (await save(stage, [[orderUrl(1)], [orderUrl(2, 'empty')]])).started ?? '';
  await publishAll(stage, batchId);
  await stage.notified(1);
  await setBatchState(stage.db, batchId, 'cancelled', null);
  await forgetPerson(stage.database, ADDRESS);
  await processAll(stage, batchId);
  expect(await rowsOf(stage, batchId)).toMatchObject([
    { input: '', result: null },
    { input: orderUrl(2, 'empty'), result: null, error: 'its page came back empty' },
  ]);
  expect(await columnsWith(stage.database, 'W1000001')).toEqual([]);
});

it('a job that waits in a batch that was terminated is not published without its subject', async () => {
  const stage = await stageWith({ urlsPerJob: 2 });
  const batchId = (await save(stage, [[orderUrl(1)], [orderUrl(2)]])).started ?? '';
  await setBatchState(stage.db, batchId, 'failed', 'its workflow is no more');
  await forgetPerson(stage.database, ADDRESS);
  expect(await rowsToRetry(stage.db, batchId, null)).toMatchObject([{ input: orderUrl(2) }]);
  await reopenBatch(stage.db, batchId);
  expect(await nextJob(stage.db, batchId)).toBeNull();
  expect(await jobsOf(stage, batchId)).toMatchObject([
    { state: 'failed', error: expect.stringContaining('forgotten') },
  ]);
});
