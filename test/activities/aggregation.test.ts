import { expect, it } from 'vitest';
import { makeReport } from '../../src/batches/roll-ups/make-report.ts';
import { batchOf, orderUrl } from '../support/activities/batch.ts';
import { oneRound } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';

const stageWith = useStage();
const HOUR_MS = 3_600_000;

/** What a test does not tell of a line. */
const NOTHING = { fromRecord: 0, byHand: 0, callsSaved: 0, calls: 0, requests: 0, webhookDelayS: null };

it('rolls up the hours from the rows, and again when they change', async () => {
  const stage = await stageWith();
  const { sql } = stage.database;
  const dates = await batchOf(stage, 'official_website_tracking', [
    orderUrl(1),
    orderUrl(2, 'publish-422'),
    '?',
  ]);
  await oneRound(stage, dates);
  const again = await batchOf(stage, 'official_website_tracking', [orderUrl(3)]);
  const parcels = await batchOf(stage, 'yamato_tracking_only', [orderUrl(4), orderUrl(5)]);
  await sql`update rows set status = 'delivered', state = 'completed' where batch_id = ${parcels}`;
  const noon = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 5 * HOUR_MS);
  await sql`update batches set started_at = ${noon.toISOString()} where id in ${sql([dates, parcels])}`;
  await sql`update batches set started_at = ${new Date(noon.getTime() + HOUR_MS).toISOString()} where id = ${again}`;

  // Those of the batches, and the present one, in which the calls were made.
  expect(await stage.run(stage.activities.rollUpHours)).toEqual({ hours: 4 });
  const report = async (from: Date, to: Date) => (await makeReport(stage.database, { from, to })).tasks;
  const line = { ...NOTHING, batches: 1, completed: 0, failed: 0, invalid: 0, delivered: 0 };
  const ofDates = { ...line, task: 'official_website_tracking' };
  const ofParcels = { ...line, task: 'yamato_tracking_only', rows: 2, completed: 2, delivered: 2 };
  expect(await report(noon, new Date(noon.getTime() + HOUR_MS))).toEqual([
    { ...ofDates, rows: 3, completed: 1, failed: 1, invalid: 1 },
    ofParcels,
  ]);
  const both = [noon, new Date(noon.getTime() + 2 * HOUR_MS)] as const;
  expect(await report(...both)).toEqual([
    { ...ofDates, batches: 2, rows: 4, completed: 1, failed: 1, invalid: 1 },
    ofParcels,
  ]);

  // A late result changes a row after its batch ended.
  await sql`update rows set state = 'completed' where batch_id = ${again}`;
  await stage.run(stage.activities.rollUpHours);
  expect((await report(...both))[0]).toMatchObject({ rows: 4, completed: 2 });
});

it('counts what comes late, however old its batch is', async () => {
  const stage = await stageWith();
  const { sql } = stage.database;
  const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1)]);
  await sql`update batches set started_at = now() - interval '9 days' where id = ${batchId}`;
  expect(await stage.run(stage.activities.rollUpHours)).toEqual({ hours: 1 });
  expect(await stage.run(stage.activities.rollUpHours)).toEqual({ hours: 0 });
  await sql`update rows set state = 'completed' where batch_id = ${batchId}`;
  expect(await stage.run(stage.activities.rollUpHours)).toEqual({ hours: 1 });
  const { tasks } = await makeReport(stage.database, { from: null, to: new Date() });
  expect(tasks).toMatchObject([{ batches: 1, rows: 1, completed: 1 }]);
});
