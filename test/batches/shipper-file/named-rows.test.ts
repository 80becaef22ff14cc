import { eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { explainRow } from '../../../src/batches/explain.ts';
import { findBatch, setBatchState } from '../../../src/db/batches.ts';
import { feedParcels } from '../../../src/db/parcels.ts';
import { batches, jobs } from '../../../src/db/schema.ts';
import { putWords, wordsOnRecord } from '../../../src/db/sheet-words.ts';
import { endedUnwritten } from '../../../src/db/written-rows.ts';
import { answer } from '../../support/activities/answers.ts';
import { batchOf, jobsOf, orderUrl, rowsOf } from '../../support/activities/batch.ts';
import { useStage } from '../../support/activities/stage.ts';
import type { Stage } from '../../support/activities/stage.ts';
import {
  delivered,
  event,
  postNumbers,
  shipperFiles,
  tenOClock,
} from '../../support/batches/shipper-file.ts';
import { begin, finishScraping, pass } from '../../support/batches/rounds.ts';
import { historyOf } from '../../support/carriers/histories.ts';
import { columnC, removeWorkbooksAfterEach, saveWorkbook } from '../../support/workbook/workbook-file.ts';

const stageWith = useStage();
removeWorkbooksAfterEach();
const files = shipperFiles();
const NUMBERS = postNumbers(12);
const [NUMBER = '', OTHER = ''] = NUMBERS;
const TEN = 'japan_post_tracking_10';
const ONE = 'japan_post_tracking_only';

describe('rows of a running batch', () => {
  it('that wait for a parcel which moves no more are answered, and their job is not published', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, ONE, [NUMBER, OTHER]);
    expect(await files.take(stage, [...delivered(NUMBER), event('5130', 1, OTHER)])).toMatchObject({
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
    expect(
      await files.take(
        stage,
        NUMBERS.slice(0, 9).flatMap((number) => delivered(number)),
      ),
    ).toMatchObject({
      rows: { answered: 9 },
      callsSaved: 0,
    });
    expect(
      await files.take(
        stage,
        NUMBERS.slice(9).flatMap((number) => delivered(number)),
      ),
    ).toMatchObject({
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
    expect(await files.take(stage, delivered(NUMBER))).toMatchObject({
      rows: { answered: 0, updated: 0 },
      batches: [],
    });
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
    expect(await files.take(stage, delivered(NUMBER))).toMatchObject({ rows: { answered: 0 }, batches: [] });
    for (const id of [fresh, cancelled])
      expect(await rowsOf(stage, id)).toMatchObject([{ state: 'pending' }]);
  });

  it('of other carriers with that number are left alone', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, 'yamato_tracking_10', [NUMBER]);
    expect(await files.take(stage, delivered(NUMBER))).toMatchObject({ rows: { answered: 0, updated: 0 } });
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'pending' }]);
  });

  it('a later batch has its result from the record', async () => {
    const stage = await stageWith();
    await files.take(stage, delivered(NUMBER));
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
    expect(await files.take(stage, [event('5130', 1, NUMBER), event('1101', 9, OTHER)])).toMatchObject({
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
    expect(await files.take(stage, delivered(NUMBER))).toMatchObject({
      rows: { answered: 1 },
      callsSaved: 0,
    });
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'completed', error: null }]);
  });

  it('of two batches of a workbook the later one’s', async () => {
    const stage = await stageWith();
    const workbook = await saveWorkbook([[NUMBER]]);
    const first = await ended(stage, [NUMBER], workbook);
    await stage.db.execute(sql`update batches set started_at = now() - interval '20 days'`);
    await stage.db.execute(sql`update jobs set published_at = now() - interval '20 days'`);
    const second = await ended(stage, [NUMBER], workbook);
    expect(await files.take(stage, [event('5130', 1, NUMBER)])).toMatchObject({
      batches: [second],
      rows: { updated: 1 },
    });
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
    expect(await files.take(stage, [event('5201', 1, NUMBER)])).toMatchObject({ rows: { updated: 1 } });
    expect(await rowsOf(stage, batchId)).toMatchObject([
      { result: `${tenOClock(1).page}｜｜｜配達完了｜｜｜｜｜｜渋谷郵便局｜｜｜`, trackingNumber: NUMBER },
    ]);
  });

  it('of a round were answered as well, and given back to parcels that nobody had asked after', async () => {
    const stage = await stageWith();
    stage.sandbox.addFault({ kind: 'state-moving' });
    const batchId = await batchOf(stage, TEN, [NUMBER, OTHER]);
    await finishScraping(stage, batchId);
    await stage.db.execute(sql`update parcels set seen_at = now()`);
    await pass(stage, 13.1);
    const [round = ''] = await begin(stage, { requery: 'on' });
    await finishScraping(stage, round);
    await stage.db.execute(sql`update rows set event_at = now() - interval '5 days'`);
    await stage.db.execute(
      sql`update rows set state = 'failed', error = 'no' where batch_id = ${round} and row = 3`,
    );
    const before = await rowsOf(stage, round);
    expect(before.map(({ state }) => state)).toEqual(['completed', 'failed']);
    expect(await files.take(stage, [...delivered(NUMBER), ...delivered(OTHER)])).toMatchObject({
      rows: { answered: 0, updated: 2 },
      batches: [batchId],
    });
    expect(await rowsOf(stage, round)).toEqual(before);
  });

  it('of more than 60 days ago are left alone', async () => {
    const stage = await stageWith();
    await ended(stage, [NUMBER], await saveWorkbook([[NUMBER]]));
    await stage.db.execute(
      sql`update batches set started_at = now() - interval '61 days', opened_at = now() - interval '61 days'`,
    );
    expect(await files.take(stage, delivered(NUMBER))).toMatchObject({ rows: { updated: 0 }, batches: [] });
  });
});
