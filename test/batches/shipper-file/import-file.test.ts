import { asc } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { textEntries } from '../../../src/db/carrier-texts.ts';
import { feedParcels } from '../../../src/db/parcels.ts';
import { parcelEvents, parcels } from '../../../src/db/parcel-schema.ts';
import { batchOf, rowsOf } from '../../support/activities/batch.ts';
import { useStage } from '../../support/activities/stage.ts';
import type { Stage } from '../../support/activities/stage.ts';
import {
  delivered,
  event,
  postNumbers,
  shipperFiles,
  tenOClock,
} from '../../support/batches/shipper-file.ts';
import type { EventLine } from '../../support/batches/shipper-file.ts';
import { historyOf } from '../../support/carriers/histories.ts';

const stageWith = useStage();
const files = shipperFiles();
const [NUMBER = '', OTHER = ''] = postNumbers(2);
const TEN = 'japan_post_tracking_10';

const parcelsOf = (stage: Stage) => stage.db.select().from(parcels).orderBy(asc(parcels.number));
const eventsOf = (stage: Stage) =>
  stage.db.select().from(parcelEvents).orderBy(asc(parcelEvents.parcelId), asc(parcelEvents.place));

describe('events become parcels', () => {
  it('each with its history, as of its last event', async () => {
    const stage = await stageWith();
    expect(await files.take(stage, [...delivered(NUMBER), event('5130', 1, OTHER)])).toMatchObject({
      dryRun: false,
      encoding: 'shift_jis',
      layout: 'japan-post-17',
      header: true,
      events: { read: 3, new: 3, takenBack: 0 },
      parcels: { new: 2, changed: 0 },
      rows: { answered: 0, updated: 0, toWrite: 0, left: 0 },
      callsSaved: 0,
      refused: { lines: 0, first: [] },
    });
    const { at } = tenOClock(1);
    expect(await parcelsOf(stage)).toMatchObject([
      { carrier: 'japan_post', number: NUMBER, status: 'delivered', eventAt: at, terminalAt: at, seenAt: at },
      { number: OTHER, status: 'attempt_failed', failedAttempts: 1, toOffice: '渋谷郵便局' },
    ]);
  });

  it('the same file twice changes nothing', async () => {
    const stage = await stageWith();
    const lines = [...delivered(NUMBER), event('5130', 1, OTHER), event('9999', 1, OTHER)];
    await files.take(stage, lines);
    const before = [await parcelsOf(stage), await eventsOf(stage)];
    expect(await files.take(stage, lines)).toMatchObject({
      events: { read: 4, new: 0 },
      parcels: { new: 0, changed: 0 },
    });
    expect([await parcelsOf(stage), await eventsOf(stage)]).toEqual(before);
  });

  it('also in parts, the later one first', async () => {
    const stage = await stageWith();
    const [first, last] = delivered(NUMBER);
    await files.take(stage, [last!]);
    expect(await files.take(stage, [first!, last!])).toMatchObject({
      events: { new: 1 },
      parcels: { new: 0, changed: 1 },
    });
    expect(await parcelsOf(stage)).toMatchObject([{ status: 'delivered', firstEventAt: tenOClock(3).at }]);
  });

  it('a file of many lots: a number’s events in all of them are one history', async () => {
    const stage = await stageWith();
    const many = postNumbers(900);
    const batchId = await batchOf(stage, TEN, many);
    const lines = ['1101', '5001', '5201'].flatMap((code, index) =>
      many.map((number) => event(code, 3 - index, number)),
    );
    expect(await files.take(stage, lines)).toMatchObject({
      events: { read: 2_700, new: 2_700 },
      parcels: { new: 900, changed: 0 },
      rows: { answered: 900 },
      callsSaved: 180,
      batches: [batchId],
    });
    expect(new Set((await parcelsOf(stage)).map(({ status }) => status))).toEqual(new Set(['delivered']));
  });

  it('an event that a page has told is the same', async () => {
    const stage = await stageWith();
    const { page, at } = tenOClock(1);
    const told = {
      stateText: 'ご不在のため持ち戻り',
      timeText: page,
      at: at.toISOString(),
      office: '渋谷郵便局',
    };
    const history = historyOf([{ ...told, region: '東京都', details: null }], 0, {
      carrier: 'japan_post',
      number: NUMBER,
      seenAt: new Date().toISOString(),
    });
    await stage.db.transaction((tx) =>
      feedParcels(tx, [{ rowId: null, trackingNumber: NUMBER, orderNumber: null, history }]),
    );
    expect(await files.take(stage, [event('5130', 1, NUMBER)])).toMatchObject({
      events: { new: 0 },
      parcels: { new: 0 },
    });
    expect(await eventsOf(stage)).toMatchObject([{ text: 'ご不在のため持ち戻り', region: '東京都' }]);
    expect(await parcelsOf(stage)).toMatchObject([{ failedAttempts: 1 }]);
  });

  it.each<[string, EventLine[], object]>([
    [
      'sent back',
      [event('6256', 3, NUMBER), event('1214', 2, NUMBER)],
      { status: 'returned', subStatus: '期間経過', terminalAt: null },
    ],
    [
      'back',
      [event('6256', 3, NUMBER), event('5234', 1, NUMBER)],
      { status: 'returned', terminalAt: tenOClock(1).at },
    ],
    [
      'put off',
      [event('5001', 2, NUMBER), event('6474', 1, NUMBER)],
      { status: 'in_transit', subStatus: '災害' },
    ],
    ['sent on', [event('6152', 1, NUMBER)], { status: 'in_transit', subStatus: '転居' }],
    ['of which nobody knows', [event('9999', 1, NUMBER)], { status: 'unknown', statusText: '9999' }],
  ])('one that is %s', async (_, lines, expected) => {
    const stage = await stageWith();
    await files.take(stage, lines);
    expect(await parcelsOf(stage)).toMatchObject([expected]);
  });

  it('a code that nobody knows is counted among the unknown texts, once a parcel', async () => {
    const stage = await stageWith();
    const lines = [event('1101', 3, NUMBER), event('9999', 2, NUMBER), event('9999', 2, OTHER)];
    expect(await files.take(stage, lines)).toMatchObject({ unknownTexts: ['9999'] });
    await files.take(stage, lines);
    expect(await textEntries(stage.db)).toMatchObject([
      { text: '9999', carrier: 'japan_post', status: null, count: 2 },
    ]);
  });

  it('one that the file takes back is none; of another file’s it stays, and is named', async () => {
    const stage = await stageWith();
    const back = { ...event('5201', 1, NUMBER), takesBack: true };
    expect(await files.take(stage, [event('5001', 2, NUMBER), back, event('5201', 1, NUMBER)])).toMatchObject(
      {
        events: { read: 3, new: 1, takenBack: 1 },
        refused: { lines: 0 },
      },
    );
    expect(await parcelsOf(stage)).toMatchObject([{ status: 'out_for_delivery' }]);
    expect(await files.take(stage, [event('5001', 2, NUMBER), back])).toMatchObject({
      refused: { lines: 1, first: [{ line: 3, reason: expect.stringContaining('not in this file') }] },
    });
  });

  it('a dry run tells the same, and keeps nothing', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TEN, [NUMBER]);
    const told = await files.take(stage, [...delivered(NUMBER), event('9999', 1, OTHER)], true);
    expect(told).toMatchObject({
      dryRun: true,
      events: { new: 3 },
      parcels: { new: 2 },
      rows: { answered: 1, toWrite: 1 },
      callsSaved: 2,
      batches: [batchId],
    });
    expect(await parcelsOf(stage)).toEqual([]);
    expect(await textEntries(stage.db)).toEqual([]);
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'pending' }]);
    const { file: _, ...same } = told;
    expect(await files.take(stage, [...delivered(NUMBER), event('9999', 1, OTHER)])).toMatchObject({
      ...same,
      dryRun: false,
    });
  });

  it('a dry run of several lots counted twice what stands in two, and never a job whose rows do', async () => {
    const stage = await stageWith();
    const many = postNumbers(1_011);
    const [tenth = '', alone = ''] = many.slice(-2);
    const batchId = await batchOf(stage, TEN, many);
    // Two jobs of ten stand in both lots, and so does the number that has a job for itself.
    const lines = [alone, tenth, ...many.slice(0, -2), alone].map((number) => event('5201', 1, number));
    const { file: _, ...told } = await files.take(stage, lines, true);
    expect(told).toMatchObject({
      events: { read: 1_012, new: 1_011 },
      rows: { answered: 1_011 },
      callsSaved: 204,
      batches: [batchId],
    });
    expect(await files.take(stage, lines)).toMatchObject({ ...told, dryRun: false });
  });
});
