import { asc, eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { explainRow } from '../../../src/batches/explain.ts';
import { importShipperFile } from '../../../src/batches/shipper-file/import-file.ts';
import { openShipperFile } from '../../../src/batches/shipper-file/shipper-file.ts';
import { findBatch, setBatchState } from '../../../src/db/batches.ts';
import { textEntries } from '../../../src/db/carrier-texts.ts';
import { feedParcels } from '../../../src/db/parcels.ts';
import { parcelEvents, parcels } from '../../../src/db/parcel-schema.ts';
import { batches, jobs } from '../../../src/db/schema.ts';
import { putWords, wordsOnRecord } from '../../../src/db/sheet-words.ts';
import { endedUnwritten } from '../../../src/db/written-rows.ts';
import type { TaskName } from '../../../src/tasks/types.ts';
import { answer } from '../../support/activities/answers.ts';
import { batchOf, jobsOf, orderUrl, rowsOf } from '../../support/activities/batch.ts';
import { useStage } from '../../support/activities/stage.ts';
import type { Stage } from '../../support/activities/stage.ts';
import { postFile, postNumbers, shipperFiles, tenOClock } from '../../support/batches/shipper-file.ts';
import type { EventLine } from '../../support/batches/shipper-file.ts';
import { historyOf } from '../../support/carriers/histories.ts';
import { columnC, removeWorkbooksAfterEach, saveWorkbook } from '../../support/workbook/workbook-file.ts';

const stageWith = useStage();
removeWorkbooksAfterEach();
const files = shipperFiles();
const NUMBERS = postNumbers(12);
const [NUMBER = '', OTHER = ''] = NUMBERS;
const TEN: TaskName = 'japan_post_tracking_10';
const ONE: TaskName = 'japan_post_tracking_only';

async function take(stage: Stage, lines: readonly EventLine[], dryRun = false) {
  const file = await openShipperFile(files.write(postFile(lines)));
  return importShipperFile(stage.database, file, { by: 'someone', dryRun });
}

const event = (code: string, daysAgo: number, number = NUMBER): EventLine => ({ number, code, daysAgo });
const delivered = (number = NUMBER) => [event('1101', 3, number), event('5201', 1, number)];
const parcelsOf = (stage: Stage) => stage.db.select().from(parcels).orderBy(asc(parcels.number));
const eventsOf = (stage: Stage) =>
  stage.db.select().from(parcelEvents).orderBy(asc(parcelEvents.parcelId), asc(parcelEvents.place));

describe('events become parcels', () => {
  it('each with its history, as of its last event', async () => {
    const stage = await stageWith();
    expect(await take(stage, [...delivered(), event('5130', 1, OTHER)])).toMatchObject({
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
    const lines = [...delivered(), event('5130', 1, OTHER), event('9999', 1, OTHER)];
    await take(stage, lines);
    const before = [await parcelsOf(stage), await eventsOf(stage)];
    expect(await take(stage, lines)).toMatchObject({
      events: { read: 4, new: 0 },
      parcels: { new: 0, changed: 0 },
    });
    expect([await parcelsOf(stage), await eventsOf(stage)]).toEqual(before);
  });

  it('also in parts, the later one first', async () => {
    const stage = await stageWith();
    const [first, last] = delivered();
    await take(stage, [last!]);
    expect(await take(stage, [first!, last!])).toMatchObject({
      events: { new: 1 },
      parcels: { new: 0, changed: 1 },
    });
    expect(await parcelsOf(stage)).toMatchObject([{ status: 'delivered', firstEventAt: tenOClock(3).at }]);
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
    expect(await take(stage, [event('5130', 1)])).toMatchObject({ events: { new: 0 }, parcels: { new: 0 } });
    expect(await eventsOf(stage)).toMatchObject([{ text: 'ご不在のため持ち戻り', region: '東京都' }]);
    expect(await parcelsOf(stage)).toMatchObject([{ failedAttempts: 1 }]);
  });

  it.each<[string, EventLine[], object]>([
    [
      'sent back',
      [event('6256', 3), event('1214', 2)],
      { status: 'returned', subStatus: '期間経過', terminalAt: null },
    ],
    ['back', [event('6256', 3), event('5234', 1)], { status: 'returned', terminalAt: tenOClock(1).at }],
    ['put off', [event('5001', 2), event('6474', 1)], { status: 'in_transit', subStatus: '災害' }],
    ['sent on', [event('6152', 1)], { status: 'in_transit', subStatus: '転居' }],
    ['of which nobody knows', [event('9999', 1)], { status: 'unknown', statusText: '9999' }],
  ])('one that is %s', async (_, lines, expected) => {
    const stage = await stageWith();
    await take(stage, lines);
    expect(await parcelsOf(stage)).toMatchObject([expected]);
  });

  it('a code that nobody knows is counted among the unknown texts, once a parcel', async () => {
    const stage = await stageWith();
    const lines = [event('1101', 3), event('9999', 2), event('9999', 2, OTHER)];
    expect(await take(stage, lines)).toMatchObject({ unknownTexts: ['9999'] });
    await take(stage, lines);
    expect(await textEntries(stage.db)).toMatchObject([
      { text: '9999', carrier: 'japan_post', status: null, count: 2 },
    ]);
  });

  it('one that the file takes back is none; of another file’s it stays, and is named', async () => {
    const stage = await stageWith();
    const back = { ...event('5201', 1), takesBack: true };
    expect(await take(stage, [event('5001', 2), back, event('5201', 1)])).toMatchObject({
      events: { read: 3, new: 1, takenBack: 1 },
      refused: { lines: 0 },
    });
    expect(await parcelsOf(stage)).toMatchObject([{ status: 'out_for_delivery' }]);
    expect(await take(stage, [event('5001', 2), back])).toMatchObject({
      refused: { lines: 1, first: [{ line: 3, reason: expect.stringContaining('not in this file') }] },
    });
  });

  it('a dry run tells the same, and keeps nothing', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TEN, [NUMBER]);
    const told = await take(stage, [...delivered(), event('9999', 1, OTHER)], true);
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
    expect(await take(stage, [...delivered(), event('9999', 1, OTHER)])).toMatchObject({
      ...same,
      dryRun: false,
    });
  });
});

describe('rows of a running batch', () => {
  it('that wait for a parcel which moves no more are answered, and their job is not published', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, ONE, [NUMBER, OTHER]);
    expect(await take(stage, [...delivered(), event('5130', 1, OTHER)])).toMatchObject({
      rows: { answered: 1, updated: 0, toWrite: 1 },
      callsSaved: 2,
      batches: [batchId],
    });
    const [own, other] = await rowsOf(stage, batchId);
    const { page, at } = tenOClock(1);
    expect(own).toMatchObject({
      state: 'completed',
      source: 'import',
      status: 'delivered',
      statusText: '配達完了',
      result: `${page}｜｜｜配達完了｜｜｜｜｜｜渋谷郵便局｜｜｜`,
      terminalAt: at,
      writtenAt: null,
    });
    expect(other).toMatchObject({ state: 'pending' });
    expect(await jobsOf(stage, batchId)).toMatchObject([
      { state: 'completed', publishedAt: null },
      { state: 'pending' },
    ]);
    expect(await findBatch(stage.db, batchId)).toMatchObject({ rowsFromRecord: 1, callsSaved: 2 });
    const story = await explainRow(stage.db, (await findBatch(stage.db, batchId))!, 2);
    expect(story.map(({ what, details }) => `${what}: ${details}`)).toEqual([
      expect.stringMatching(/^imported: /),
      expect.stringMatching(/^action: import by someone: \d+\.csv: rows 2$/),
      expect.stringMatching(/^result: from a shipper's own file: "[^"]+配達完了[^"]+", delivered/),
    ]);
  });

  it('ten a job: it goes unpublished once none of its rows waits', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TEN, NUMBERS);
    expect(await take(stage, NUMBERS.slice(0, 9).flatMap(delivered))).toMatchObject({
      rows: { answered: 9 },
      callsSaved: 0,
    });
    expect(await take(stage, NUMBERS.slice(9).flatMap(delivered))).toMatchObject({
      rows: { answered: 3 },
      callsSaved: 4,
    });
    expect((await jobsOf(stage, batchId)).map(({ state }) => state)).toEqual(['completed', 'completed']);
  });

  it.each(['hold', 'done'] as const)('that a person keeps by a word, %s, are left alone', async (word) => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TEN, [NUMBER]);
    const [row] = await rowsOf(stage, batchId);
    const { workbook } = (await findBatch(stage.db, batchId))!;
    const key = (await wordsOnRecord(stage.db, workbook!)).keyOf(row!);
    const kept = { ...key, word, typed: word, answer: 'kept', cell: word, answerTo: null };
    await stage.db.transaction((tx) => putWords(tx, workbook!, [kept]));
    expect(await take(stage, delivered())).toMatchObject({ rows: { answered: 0, updated: 0 }, batches: [] });
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'pending' }]);
  });

  it('of a fresh or cancelled batch are left alone', async () => {
    const stage = await stageWith();
    const fresh = await batchOf(stage, TEN, [NUMBER], { fresh: true });
    const cancelled = await batchOf(stage, TEN, [NUMBER]);
    await stage.db
      .update(batches)
      .set({ cancelled: { by: 'a', why: null, drop: false } })
      .where(eq(batches.id, cancelled));
    expect(await take(stage, delivered())).toMatchObject({ rows: { answered: 0 }, batches: [] });
    for (const id of [fresh, cancelled])
      expect(await rowsOf(stage, id)).toMatchObject([{ state: 'pending' }]);
  });

  it('of other carriers with that number are left alone', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, 'yamato_tracking_10', [NUMBER]);
    expect(await take(stage, delivered())).toMatchObject({ rows: { answered: 0, updated: 0 } });
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'pending' }]);
  });

  it('a later batch has its result from the record', async () => {
    const stage = await stageWith();
    await take(stage, delivered());
    const batchId = await batchOf(stage, TEN, [NUMBER]);
    expect(await rowsOf(stage, batchId)).toMatchObject([
      { state: 'completed', source: 'record', result: `配達完了｜｜｜${tenOClock(1).page}` },
    ]);
    expect(await jobsOf(stage, batchId)).toEqual([]);
  });
});

describe('rows of an ended batch', () => {
  /** With a result of five days ago. */
  async function ended(stage: Stage, inputs: readonly string[], workbook: string) {
    const batchId = await batchOf(stage, TEN, inputs, { workbook });
    await answer(stage, batchId, Object.fromEntries(inputs.map((_, index) => [index + 2, `old ${index}`])));
    await stage.db.execute(
      sql`update rows set event_at = now() - interval '5 days' where batch_id = ${batchId}`,
    );
    await stage.run(stage.activities.writeBack, { batchId });
    await setBatchState(stage.db, batchId, 'completed', null);
    await stage.db.execute(
      sql`update batches set finished_at = now() - interval '20 days', opened_at = now() - interval '20 days' where id = ${batchId}`,
    );
    return batchId;
  }

  it('get their newer state, and the workbook as after a late result', async () => {
    const stage = await stageWith();
    const workbook = await saveWorkbook([[NUMBER], [OTHER]]);
    const batchId = await ended(stage, [NUMBER, OTHER], workbook);
    expect(await columnC(workbook)).toEqual(['old 0', 'old 1']);
    expect(await take(stage, [event('5130', 1), event('1101', 9, OTHER)])).toMatchObject({
      rows: { answered: 0, updated: 1, toWrite: 1 },
      callsSaved: 0,
    });
    expect(await rowsOf(stage, batchId)).toMatchObject([
      { status: 'attempt_failed', source: 'import', result: `不在 持ち戻り｜｜｜${tenOClock(1).page}` },
      { result: 'old 1', source: 'webscraper' },
    ]);
    expect(await endedUnwritten(stage.db)).toEqual([batchId]);
    await stage.run(stage.activities.writeBack, { batchId });
    expect(await columnC(workbook)).toEqual([`不在 持ち戻り｜｜｜${tenOClock(1).page}`, 'old 1']);
    expect((await findBatch(stage.db, batchId))?.state).toBe('completed');
  });

  it('that failed have a result then', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TEN, [NUMBER]);
    await stage.db.execute(sql`update rows set state = 'failed', error = 'no'`);
    await stage.db.update(jobs).set({ state: 'failed' });
    await setBatchState(stage.db, batchId, 'completed', null);
    expect(await take(stage, delivered())).toMatchObject({ rows: { answered: 1 }, callsSaved: 0 });
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'completed', error: null }]);
  });

  it('of two batches of a workbook the later one’s', async () => {
    const stage = await stageWith();
    const workbook = await saveWorkbook([[NUMBER]]);
    const first = await ended(stage, [NUMBER], workbook);
    await stage.db.execute(sql`update batches set started_at = now() - interval '20 days'`);
    await stage.db.execute(sql`update jobs set published_at = now() - interval '20 days'`);
    const second = await ended(stage, [NUMBER], workbook);
    expect(await take(stage, [event('5130', 1)])).toMatchObject({ batches: [second], rows: { updated: 1 } });
    expect(await rowsOf(stage, first)).toMatchObject([{ result: 'old 0' }]);
  });

  it('whose order went by Japan Post in the end, as their task writes it', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, 'official_website_redirect_to_yamato_tracking', [orderUrl(1)]);
    const [row] = await rowsOf(stage, batchId);
    const { page, at } = tenOClock(2);
    const told = { stateText: '引受', timeText: page, at: at.toISOString(), office: '新東京' };
    const history = historyOf([{ ...told, region: null, details: null }], 0, {
      carrier: 'japan_post',
      number: NUMBER,
      seenAt: at.toISOString(),
    });
    await stage.db.execute(
      sql`update rows set state = 'completed', result = 'old', event_at = ${at.toISOString()}`,
    );
    await stage.db.transaction((tx) =>
      feedParcels(tx, [{ rowId: row!.id, trackingNumber: NUMBER, orderNumber: null, history }]),
    );
    expect(await take(stage, [event('5201', 1)])).toMatchObject({ rows: { updated: 1 } });
    expect(await rowsOf(stage, batchId)).toMatchObject([
      { result: `${tenOClock(1).page}｜｜｜配達完了｜｜｜｜｜｜渋谷郵便局｜｜｜`, trackingNumber: NUMBER },
    ]);
  });

  it('of more than 60 days ago are left alone', async () => {
    const stage = await stageWith();
    await ended(stage, [NUMBER], await saveWorkbook([[NUMBER]]));
    await stage.db.execute(
      sql`update batches set started_at = now() - interval '61 days', opened_at = now() - interval '61 days'`,
    );
    expect(await take(stage, delivered())).toMatchObject({ rows: { updated: 0 }, batches: [] });
  });
});
