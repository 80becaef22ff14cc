import { expect, it } from 'vitest';
import { rowReports } from '../../../src/batches/row-reports.ts';
import { parcels } from '../../../src/db/parcel-schema.ts';
import { batchOf, jobsOf, rowsOf } from '../../support/activities/batch.ts';
import { useStage } from '../../support/activities/stage.ts';
import type { Stage } from '../../support/activities/stage.ts';
import { numbersFrom, TASK } from '../../support/activities/yamato.ts';
import { begin, finish, finishScraping, pass } from '../../support/batches/rounds.ts';

const stageWith = useStage();

/** A batch of numbers that Yamato does not know, looked at more than an hour ago. */
async function unknownToYamato(stage: Stage, count: number): Promise<string> {
  const batchId = await batchOf(stage, TASK, numbersFrom(0, count));
  stage.sandbox.addFault({ kind: 'not-found' });
  await finish(stage, batchId);
  stage.sandbox.clearFaults();
  await stage.database.sql`update parcels set seen_at = now(), first_seen_at = now()`;
  await pass(stage, 1.1);
  return batchId;
}
const on = (stage: Stage, requeryCreditsPerDay = 500) =>
  begin(stage, { requery: 'on', requeryCreditsPerDay });
const hintsOf = async (stage: Stage, batchId: string) =>
  (await rowReports(stage.db, batchId)).map(({ carrierHint }) => carrierHint);

it('a number that Yamato does not know is asked of Japan Post once, with REQUERY=on alone', async () => {
  const stage = await stageWith();
  const batchId = await unknownToYamato(stage, 1);
  expect(await begin(stage)).toEqual([]);
  const [round = '', ...more] = await on(stage);
  expect(more).toEqual([]);
  expect(await jobsOf(stage, round)).toMatchObject([{ task: 'japan_post_tracking_10' }]);
  await finishScraping(stage, round);
  expect(await hintsOf(stage, batchId)).toMatchObject([{ carrier: 'japan_post' }]);
  // The workbook's choice stands, and Yamato is asked again when it is due, no later.
  expect(await rowsOf(stage, batchId)).toMatchObject([{ status: 'unknown', subStatus: 'not-registered' }]);
  const known = await stage.db.select().from(parcels);
  expect(known.find(({ carrier }) => carrier === 'yamato')?.askedAt).toBeNull();
  await pass(stage, 2);
  expect(await on(stage)).toEqual([]);
});

it('one that Japan Post does not know either, or could not be asked after, is not paid for twice', async () => {
  const stage = await stageWith();
  const batchId = await unknownToYamato(stage, 2);
  stage.sandbox.addFault({ kind: 'not-found' });
  const [round = ''] = await on(stage);
  await stage.database.sql`update rows set state = 'failed' where batch_id = ${round} and row = 3`;
  await finishScraping(stage, round);
  expect(await hintsOf(stage, batchId)).toEqual([null, null]);
  await pass(stage, 2);
  expect(await on(stage)).toEqual([]);
});

it('checks come behind parcels that are due, and within the credits', async () => {
  const stage = await stageWith();
  await unknownToYamato(stage, 15);
  expect(await on(stage, 0)).toEqual([]);
  // One an hour: a page of ten.
  const [round = ''] = await on(stage, 24);
  expect(await rowsOf(stage, round)).toHaveLength(10);
});
