import { eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { importRows } from '../../src/batches/import-rows.ts';
import type { ParcelEvent } from '../../src/carriers/history.ts';
import { setBatchState } from '../../src/db/batches.ts';
import { parcelRows } from '../../src/db/parcel-schema.ts';
import { batches, rows } from '../../src/db/schema.ts';
import { taskByName } from '../../src/tasks/registry.ts';
import type { TaskName } from '../../src/tasks/types.ts';
import { answer } from '../support/activities/answers.ts';
import { batchOf, emptyBatch, jobsOf, orderUrl, rowsOf, sheetOf } from '../support/activities/batch.ts';
import { eventAgo, seeParcel } from '../support/activities/seen-parcels.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';
import { numbersFrom } from '../support/activities/yamato.ts';

const stageWith = useStage();
const [NUMBER = '', OTHER = ''] = numbersFrom(0, 2);
const see = (stage: Stage, events: ParcelEvent[], carrier: 'yamato' | 'japan_post' = 'yamato') =>
  seeParcel(stage, { carrier, number: NUMBER, events });

async function imported(stage: Stage, task: TaskName, options: { fresh?: boolean } = {}) {
  const batchId = await batchOf(stage, task, [NUMBER, OTHER], options);
  const [own, other] = await rowsOf(stage, batchId);
  const [batch] = await stage.db.select().from(batches).where(eq(batches.id, batchId));
  return { own, other, batch, jobs: await jobsOf(stage, batchId) };
}

describe('a row whose parcel moves no more, whoever asked after it', () => {
  const delivered = [eventAgo('荷物受付', 4), eventAgo('配達完了', 3)];

  it('has its result from the record, and the saved call is counted', async () => {
    const stage = await stageWith();
    await see(stage, delivered);
    const { own, other, batch, jobs } = await imported(stage, 'yamato_tracking_only');
    expect(own).toMatchObject({
      state: 'completed',
      source: 'record',
      result: `配達完了｜｜｜${delivered[1]?.timeText}｜｜｜羽田`,
      status: 'delivered',
      trackingNumber: NUMBER,
      statusText: '配達完了',
      terminalAt: new Date(delivered[1]?.at ?? ''),
    });
    expect(own?.details?.events).toHaveLength(2);
    expect(other?.state).toBe('pending');
    expect(jobs).toHaveLength(1);
    expect(batch).toMatchObject({ rowsFromRecord: 1, rowsByHand: 0, callsSaved: 2 });
    expect(await stage.db.select().from(parcelRows)).toMatchObject([{ rowId: own?.id }]);
  });

  it('is asked for by a fresh batch', async () => {
    const stage = await stageWith();
    await see(stage, delivered);
    const { own, batch } = await imported(stage, 'yamato_tracking_only', { fresh: true });
    expect(own?.state).toBe('pending');
    expect(batch?.callsSaved).toBe(0);
  });

  it('of another carrier with that number is asked for', async () => {
    const stage = await stageWith();
    await see(stage, delivered);
    expect((await imported(stage, 'japan_post_tracking_10')).own?.state).toBe('pending');
  });

  it.each<[string, ParcelEvent[]]>([
    ['on its way', [eventAgo('荷物受付', 3)]],
    ['on its way back', [eventAgo('返品', 3)]],
    ['delivered more than 60 days ago', [eventAgo('配達完了', 61)]],
    ['a new one with the number', [eventAgo('配達完了', 100), eventAgo('荷物受付', 2)]],
  ])('is asked for where the parcel is %s', async (_, events) => {
    const stage = await stageWith();
    await see(stage, events);
    expect((await imported(stage, 'yamato_tracking_10')).own?.state).toBe('pending');
  });

  it.each<[TaskName, string | null, string | null]>([
    ['japan_post_tracking_10', null, 'お届け先にお届け済み｜｜｜2026/01/02 10:00'],
    [
      'japan_post_tracking_only',
      '渋谷',
      '2026/01/02 10:00｜｜｜お届け先にお届け済み｜｜｜｜｜｜渋谷｜｜｜東京都',
    ],
    // The page of ten tells no office: asking tells more.
    ['japan_post_tracking_only', null, null],
  ])('is written as %s writes it, office %s', async (task, office, text) => {
    const stage = await stageWith();
    const event = eventAgo('お届け先にお届け済み', 2, {
      timeText: '2026/01/02 10:00',
      office,
      region: '東京都',
    });
    await see(stage, [event], 'japan_post');
    const { own } = await imported(stage, task);
    expect(own?.result ?? null).toBe(text);
  });
});

it("a row that was answered, and whose cell holds a person's own text, is settled by hand", async () => {
  const stage = await stageWith();
  const task = 'official_website_tracking';
  const workbook = '/data/by-hand.xlsx';
  const first = await batchOf(stage, task, [orderUrl(1), orderUrl(2)], { workbook });
  await answer(stage, first, { 2: 'one', 3: 'two' });
  await stage.db.execute(sql`update rows set written_at = now(), written = case when row = 3 then 'two' end`);
  await setBatchState(stage.db, first, 'completed', null);

  const batch = await emptyBatch(stage, task, { workbook });
  const { rows: cells, ...sheet } = sheetOf([orderUrl(1), orderUrl(2)]);
  const content = { ...sheet, rows: cells.map((row) => ({ ...row, result: '手渡し済み' })) };
  const plan = { task: taskByName(task), subjectsPerJob: 1 };
  await stage.db.transaction((tx) => importRows(tx, batch, content, plan));

  expect((await rowsOf(stage, batch.id)).map(({ state, result }) => [state, result])).toEqual([
    ['completed', 'one'],
    ['completed', 'two'],
  ]);
  const [counted] = await stage.db.select().from(batches).where(eq(batches.id, batch.id));
  expect(counted).toMatchObject({ rowsFromRecord: 0, rowsByHand: 2, callsSaved: 4 });
  expect(await stage.db.select().from(rows)).toHaveLength(4);
});
