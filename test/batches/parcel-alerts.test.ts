import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { alertCounts, parcelAlerts } from '../../src/batches/parcel-alerts.ts';
import { setBatchState } from '../../src/db/batches.ts';
import { contentHasher } from '../../src/db/content-hash.ts';
import { parcels } from '../../src/db/parcel-schema.ts';
import { rows } from '../../src/db/schema.ts';
import { putWords } from '../../src/db/sheet-words.ts';
import type { SheetWord } from '../../src/workbook/sheet-words.ts';
import { batchOf, rowsOf } from '../support/activities/batch.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';
import { numbersFrom, TASK } from '../support/activities/yamato.ts';
import { seeParcels } from '../support/batches/named-parcels.ts';
import { dayAt } from '../support/carriers/histories.ts';

const stageWith = useStage();
const NUMBERS = numbersFrom(0, 9);
const [NUMBER = ''] = NUMBERS;
const WORKBOOK = '/data/YT10-1.xlsx';
const BROUGHT_BACK = '荷物受付@0 配達中@1 持戻@1.2';

let stage: Stage;
beforeEach(async () => {
  stage = await stageWith();
});

const alertsOn = (day: number) => parcelAlerts(stage.db, new Date(dayAt(day)));

/** A batch that has ended, its rows' parcels seen on the second day. */
async function seen(
  numbers: readonly string[],
  lines: readonly string[],
  workbook = WORKBOOK,
): Promise<string> {
  const batchId = await batchOf(stage, TASK, numbers, { workbook });
  await setBatchState(stage.db, batchId, 'completed', null);
  await stage.database.sql`update batches set finished_at = now() where id = ${batchId}`;
  await seeParcels(stage, batchId, lines, 2);
  return batchId;
}

async function type(word: SheetWord, number: string, workbook = WORKBOOK): Promise<void> {
  const hash = await contentHasher(stage.db);
  const contentHash = hash({ input: number, email: '', inputUrl: null });
  const typed = { word, typed: word, answer: '', cell: word, answerTo: null };
  await stage.db.transaction((tx) => putWords(tx, workbook, [{ contentHash, occurrence: 0, ...typed }]));
}

it('parcels by reason, each with its rows, since when, and the last day to act; the soonest first', async () => {
  const lines = [
    '荷物受付@0 配達完了@1',
    BROUGHT_BACK,
    '荷物受付@-6 持戻（住所不明）@-5 保管中@-4',
    '荷物受付@0 調査中@1',
    '荷物受付@0 返品@1',
    '荷物受付@-4',
    '荷物受付@0 輸送中@1',
    '荷物受付@-3 返品@-2 返品完了@1',
  ];
  const batchId = await seen(NUMBERS.slice(0, 8), lines);
  const alerts = await alertsOn(2.5);
  const brief = alerts.map(({ reason, lastDay, since, trackingNumber, rows: named }) => [
    reason,
    lastDay,
    since?.slice(0, 10),
    NUMBERS.indexOf(trackingNumber ?? ''),
    named,
  ]);
  const row = (number: number) => [{ batchId, row: number, workbook: WORKBOOK }];
  expect(brief).toEqual([
    ['sent-back-soon', '2026-01-02', '2025-12-27', 2, row(4)],
    ['brought-back', '2026-01-08', '2026-01-02', 1, row(3)],
    ['silent', null, '2025-12-28', 5, row(7)],
    ['returned', null, '2025-12-30', 7, row(9)],
    ['exception', null, '2026-01-02', 3, row(5)],
    ['returned', null, '2026-01-02', 4, row(6)],
  ]);
  expect(alerts[0]).toMatchObject({
    status: 'available_for_pickup',
    statusText: '保管中',
    seenAt: expect.any(String),
  });
  expect(alertCounts(alerts)).toEqual({
    'sent-back-soon': 1,
    'brought-back': 1,
    exception: 1,
    returned: 2,
    silent: 1,
  });
});

it('there are none without parcels', async () => {
  expect(await alertsOn(0)).toEqual([]);
});

it('what is older than a month is no alert', async () => {
  await seen([NUMBER], ['荷物受付@0 調査中@1']);
  expect(await alertsOn(30.9)).toHaveLength(1);
  expect(await alertsOn(31.1)).toEqual([]);
});

it('a parcel of which no event tells a time is an alert without days', async () => {
  await seen([NUMBER], ['荷物受付 持戻']);
  const now = new Date();
  expect(await parcelAlerts(stage.db, now)).toMatchObject([
    { reason: 'brought-back', since: null, lastDay: null },
  ]);
});

it('a number that is used again tells of its latest parcel alone', async () => {
  await seen([NUMBER], ['荷物受付@-90 返品@-88 返品完了@-80 荷物受付@1 配達中@1.5']);
  expect(await stage.db.select().from(parcels)).toHaveLength(2);
  expect(await alertsOn(2)).toEqual([]);
});

describe('what people have taken into their own hands is no alert', () => {
  it.each<SheetWord>(['hold', 'done'])('a row of the word %s', async (word) => {
    await seen([NUMBER], [BROUGHT_BACK]);
    await type(word, NUMBER);
    expect(await alertsOn(2)).toEqual([]);
  });

  it.each<SheetWord>(['retry', 'fresh'])('but a row of the word %s is', async (word) => {
    await seen([NUMBER], [BROUGHT_BACK]);
    await type(word, NUMBER);
    expect(await alertsOn(2)).toHaveLength(1);
  });

  it('a row that was forgotten is known by its hash', async () => {
    await seen([NUMBER], [BROUGHT_BACK]);
    await type('done', NUMBER);
    const hash = await contentHasher(stage.db);
    const contentHash = hash({ input: NUMBER, email: '', inputUrl: null });
    await stage.db.update(rows).set({ input: '', contentHash, forgottenAt: new Date() });
    expect(await alertsOn(2)).toEqual([]);
  });

  it('a row whose result cell holds a text of their own', async () => {
    await seen([NUMBER], [BROUGHT_BACK]);
    await stage.db.execute(
      sql`update rows set warnings = array['column C holds a person''s own text; left as it is']`,
    );
    expect(await alertsOn(2)).toEqual([]);
  });

  it('but where another workbook names it, that one is told', async () => {
    await seen([NUMBER], [BROUGHT_BACK]);
    const other = await seen([NUMBER], [BROUGHT_BACK], '/data/YT10-2.xlsx');
    await type('done', NUMBER);
    expect(await alertsOn(2)).toMatchObject([{ rows: [{ batchId: other, workbook: '/data/YT10-2.xlsx' }] }]);
  });

  it('a parcel that no row names any more', async () => {
    await seen([NUMBER], [BROUGHT_BACK]);
    await stage.db.delete(rows);
    expect(await alertsOn(2)).toEqual([]);
  });
});

it('a row that was asked several times is told once, as it was last', async () => {
  await seen([NUMBER], [BROUGHT_BACK]);
  const again = await seen([NUMBER], [BROUGHT_BACK]);
  expect(await alertsOn(2)).toMatchObject([{ rows: [{ batchId: again, row: 2 }] }]);
});

describe('a number that is not registered', () => {
  const [MISTYPED = '', RIGHT = ''] = numbersFrom(20, 2);
  async function notRegistered(): Promise<void> {
    const batchId = await seen([MISTYPED], []);
    await seeParcels(stage, batchId, [''], 6, { stateText: '伝票番号未登録' });
    await stage.db.update(parcels).set({ firstSeenAt: new Date(dayAt(0)) });
    await stage.db.update(rows).set({ status: 'unknown', subStatus: 'not-registered' });
  }

  it('is an alert from the first look on', async () => {
    await notRegistered();
    expect(await alertsOn(6)).toMatchObject([
      {
        reason: 'silent',
        status: 'unknown',
        subStatus: 'not-registered',
        since: expect.stringMatching(/^2026-01-01/),
      },
    ]);
  });

  it('and was corrected in the sheet is none', async () => {
    await notRegistered();
    const batchId = await seen([RIGHT], ['荷物受付@0']);
    expect(await rowsOf(stage, batchId)).toMatchObject([{ row: 2, trackingNumber: RIGHT }]);
    expect(await alertsOn(6)).toEqual([]);
  });
});
