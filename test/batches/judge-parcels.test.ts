import { asc } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { meanTexts } from '../../src/batches/text-meanings.ts';
import { listParcels } from '../../src/db/parcel-list.ts';
import { feedParcels } from '../../src/db/parcels.ts';
import { parcelEvents, parcels } from '../../src/db/parcel-schema.ts';
import { saveOutcomes } from '../../src/db/results.ts';
import { batchOf, jobsOf, rowsOf } from '../support/activities/batch.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';
import { numbersFrom, TASK } from '../support/activities/yamato.ts';
import { dayAt, eventAt, historyOf } from '../support/carriers/histories.ts';
import { rowResult } from '../support/tasks/row-result.ts';

const stageWith = useStage();
const [NUMBER = '', OTHER = ''] = numbersFrom(0, 2);

const see = (stage: Stage, number: string, texts: readonly string[]) =>
  stage.db.transaction((tx) => {
    const history = historyOf(
      texts.map((text, day) => eventAt(text, day)),
      5,
      { number },
    );
    return feedParcels(tx, [{ rowId: null, trackingNumber: number, orderNumber: null, history }]);
  });

const statuses = async (stage: Stage) =>
  (await stage.db.select().from(parcels).orderBy(asc(parcels.number))).map(({ status }) => status);

it('what a person says of a text is judged for parcels on record, and taken back', async () => {
  const stage = await stageWith();
  await see(stage, NUMBER, ['荷物受付', '謎']);
  await see(stage, OTHER, ['荷物受付', '配達中']);
  expect(await statuses(stage)).toEqual(['unknown', 'out_for_delivery']);
  const say = (status: 'delivered' | 'unknown', dryRun = false) =>
    meanTexts(stage.db, [{ text: '謎', carrier: 'yamato', status }], { dryRun });
  await say('delivered', true);
  expect(await statuses(stage)).toEqual(['unknown', 'out_for_delivery']);
  await say('delivered');
  expect(await statuses(stage)).toEqual(['delivered', 'out_for_delivery']);
  const events = await stage.db.select().from(parcelEvents).orderBy(asc(parcelEvents.place));
  expect(events.find(({ text }) => text === '謎')?.status).toBe('delivered');
  await say('unknown');
  expect(await statuses(stage)).toEqual(['unknown', 'out_for_delivery']);
});

it('parcels are listed with their last event and the rows that name them, open ones alone where asked', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, TASK, [NUMBER], { workbook: '/data/one.xlsx' });
  const [[job], [row]] = [await jobsOf(stage, batchId), await rowsOf(stage, batchId)];
  const history = historyOf([eventAt('荷物受付', 0), eventAt('配達中', 1)], 2, { number: NUMBER });
  const result = rowResult('x', { trackingNumber: NUMBER, history });
  const outcomes = [{ rowId: row?.id ?? 0, result, error: null }];
  await stage.db.transaction((tx) => saveOutcomes(tx, [{ jobId: job?.id ?? 0, outcomes }], 'yamato'));
  await see(stage, OTHER, ['配達完了']);
  const open = await listParcels(stage.db, { open: true, carrier: null, requery: 'free' });
  expect(open).toMatchObject([
    {
      carrier: 'yamato',
      trackingNumber: NUMBER,
      orderNumber: null,
      status: 'out_for_delivery',
      since: new Date(dayAt(1)).toISOString(),
      lastEvent: { at: new Date(dayAt(1)).toISOString(), text: '配達中', office: null },
      rows: [{ batchId, row: 2, workbook: '/data/one.xlsx' }],
    },
  ]);
  expect(await listParcels(stage.db, { open: false, carrier: 'yamato', requery: 'free' })).toHaveLength(2);
  expect(await listParcels(stage.db, { open: false, carrier: 'sagawa', requery: 'free' })).toEqual([]);
});

it('an order without a number is a parcel by its order', async () => {
  const stage = await stageWith();
  const history = historyOf([], 2, {
    carrier: null,
    number: null,
    estimates: [{ origin: 'estimated_delivery_date', text: '2026/01/20' }],
  });
  await stage.db.transaction((tx) =>
    feedParcels(tx, [{ rowId: null, trackingNumber: null, orderNumber: 'W1000001', history }]),
  );
  expect(await listParcels(stage.db, { open: true, carrier: null, requery: 'free' })).toMatchObject([
    {
      carrier: null,
      trackingNumber: null,
      orderNumber: 'W1000001',
      status: 'unknown',
      lastEvent: null,
      estimates: [{ origin: 'estimated_delivery_date', text: '2026/01/20' }],
    },
  ]);
});

it('a number that its carrier does not know yet is told with the day, by Japan’s calendar', async () => {
  const stage = await stageWith();
  await see(stage, NUMBER, []);
  await stage.database.sql`update parcels set status = 'unknown', sub_status = 'not-registered',
    first_seen_at = '2026-01-29T14:59:00Z', seen_at = '2026-01-30T15:01:00Z'`;
  const [parcel] = await listParcels(stage.db, { open: true, carrier: null, requery: 'free' });
  expect(parcel?.notRegisteredDay).toBe(3);
});
