import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { explainRow } from '../../../src/batches/explain.ts';
import { batchFigures } from '../../../src/db/batch-figures.ts';
import { findBatch } from '../../../src/db/batches.ts';
import { requeryLateness } from '../../../src/db/due-parcels.ts';
import { endedUnwritten } from '../../../src/db/written-rows.ts';
import { batchList } from '../../../src/batches/status.ts';
import { batchOf, rowsOf } from '../../support/activities/batch.ts';
import { useStage } from '../../support/activities/stage.ts';
import type { Stage } from '../../support/activities/stage.ts';
import { ask, numbersFrom, TASK } from '../../support/activities/yamato.ts';
import { begin, endedBatch, finish, pass } from '../../support/batches/rounds.ts';

const stageWith = useStage();
const NUMBERS = numbersFrom(0, 3);

const askedNumbers = (stage: Stage, from: number) =>
  stage.sandbox
    .yamatoRequests()
    .slice(from)
    .flatMap(({ numbers }) => numbers);

async function oneRound(stage: Stage): Promise<string> {
  const [round = '', ...more] = await begin(stage);
  expect(more).toEqual([]);
  await finish(stage, round);
  return round;
}

describe('parcels that are due', () => {
  it('are asked again in a round, and their rows and workbooks hear of what has changed', async () => {
    const stage = await stageWith();
    const batchId = await endedBatch(stage, NUMBERS);
    expect(await begin(stage)).toEqual([]);
    await pass(stage, 12.1);
    stage.sandbox.addFault({ kind: 'state-delivered' });
    const asked = stage.sandbox.yamatoRequests().length;
    const round = await oneRound(stage);
    expect(askedNumbers(stage, asked)).toEqual(NUMBERS);
    const rows = await rowsOf(stage, batchId);
    for (const row of rows) {
      expect(row).toMatchObject({
        status: 'delivered',
        statusText: '配達完了',
        source: 'yamato',
        writtenAt: null,
      });
      expect(row.result).toMatch(/^配達完了｜｜｜/);
      expect(row.written).toMatch(/^輸送中｜｜｜/);
    }
    expect(await endedUnwritten(stage.db)).toEqual([batchId]);
    const batch = await findBatch(stage.db, batchId);
    const story = await explainRow(stage.db, batch!, 2);
    expect(story.map(({ what, details }) => [what, details])).toContainEqual([
      'asked',
      `re-query ${round}: yamato: 配達完了`,
    ]);
    // Nobody's batch.
    expect((await batchList(stage.db, stage, {})).map((each) => each.batchId)).toEqual([batchId]);
    await pass(stage, 100);
    expect(await begin(stage)).toEqual([]);
  });

  it('of which nothing new is heard change nothing, and are asked no sooner than in their interval', async () => {
    const stage = await stageWith();
    const batchId = await endedBatch(stage, NUMBERS);
    await pass(stage, 12.1);
    stage.sandbox.addFault({ kind: 'state-moving' });
    const before = await rowsOf(stage, batchId);
    await oneRound(stage);
    expect(await rowsOf(stage, batchId)).toEqual(before);
    expect(await endedUnwritten(stage.db)).toEqual([]);
    await pass(stage, 11.9);
    expect(await begin(stage)).toEqual([]);
    await pass(stage, 0.2);
    expect(await begin(stage)).toHaveLength(1);
  });

  it('and out for delivery are asked every hour, not registered ones every day', async () => {
    const stage = await stageWith();
    await endedBatch(stage, NUMBERS);
    const { sql: query } = stage.database;
    await query`update parcels set status = 'out_for_delivery' where number = ${NUMBERS[0] ?? ''}`;
    await query`update parcels set status = 'unknown', event_at = null where number = ${NUMBERS[1] ?? ''}`;
    const due = async () => {
      const [round] = await begin(stage);
      if (round === undefined) return [];
      const numbers = (await rowsOf(stage, round)).map((row) => row.input);
      await query`delete from batches where id = ${round}`;
      return numbers;
    };
    await pass(stage, 0.9);
    expect(await due()).toEqual([]);
    await pass(stage, 0.2);
    expect(await due()).toEqual([NUMBERS[0]]);
    await query`update parcels set status = 'delivered', terminal_at = now() where number = ${NUMBERS[0] ?? ''}`;
    await pass(stage, 11);
    expect(await due()).toEqual([NUMBERS[2]]);
    await query`update parcels set asked_at = null`;
    await pass(stage, 12);
    // The most overdue first.
    expect(await due()).toEqual([NUMBERS[2], NUMBERS[1]]);
  });

  it('are given up 15 days after their last event, 30 days after the first look without one', async () => {
    const stage = await stageWith();
    await endedBatch(stage, NUMBERS);
    const { sql: query } = stage.database;
    await query`update parcels set event_at = now() where number = ${NUMBERS[0] ?? ''}`;
    await query`update parcels set event_at = null where number = ${NUMBERS[1] ?? ''}`;
    await query`update parcels set event_at = now() - interval '10 days' where number = ${NUMBERS[2] ?? ''}`;
    const asked = async () => (await requeryLateness(stage.db, 'free', new Date())).asked;
    expect(await asked()).toBe(3);
    await pass(stage, 5.1 * 24);
    expect(await asked()).toBe(2);
    await pass(stage, 10 * 24);
    expect(await asked()).toBe(1);
    await pass(stage, 15 * 24);
    expect(await asked()).toBe(0);
    expect(await begin(stage)).toEqual([]);
  });

  it('and nobody wants to hear of are not asked: on hold, settled by hand, gone, forgotten', async () => {
    const stage = await stageWith();
    const numbers = numbersFrom(10, 5);
    const batchId = await endedBatch(stage, numbers);
    const { sql: query } = stage.database;
    const { contentHasher } = await import('../../../src/db/content-hash.ts');
    const hash = (await contentHasher(stage.db))({ input: numbers[0] ?? '', inputUrl: null, email: '' });
    const batch = await findBatch(stage.db, batchId);
    await query`insert into sheet_words (workbook, content_hash, occurrence, word, typed, answer, cell)
      values (${batch?.workbook ?? ''}, ${hash}, 0, 'hold', '保留', '', '')`;
    const warn = (row: number, text: string) =>
      query`update rows set warnings = array[${text}], written = null where batch_id = ${batchId} and row = ${row}`;
    await warn(3, "column C holds a person's own text; left as it is");
    await warn(4, 'the row is no longer in the sheet; its result was not written');
    await query`update rows set forgotten_at = now(), input = '' where batch_id = ${batchId} and row = 5`;
    await pass(stage, 12.1);
    const [round = ''] = await begin(stage);
    expect((await rowsOf(stage, round)).map((row) => row.input)).toEqual([numbers[4]]);
    // They do not stand before the others: looked at again after their interval.
    expect(await requeryLateness(stage.db, 'free', new Date())).toMatchObject({ asked: 4, due: 1 });
  });

  it('REQUERY=off: nothing is asked; negative credits and other words are refused', async () => {
    const { readSettings } = await import('../../../src/settings/settings.ts');
    const stage = await stageWith();
    await endedBatch(stage, NUMBERS);
    await pass(stage, 48);
    expect(await begin(stage, { requery: 'off' })).toEqual([]);
    expect(() => readSettings({ REQUERY: 'yes' })).toThrow('one of on, free, off');
    expect(() => readSettings({ REQUERY_CREDITS_PER_DAY: '-1' })).toThrow('a whole number from 0 to');
    expect(readSettings({})).toMatchObject({ requery: 'free', requeryCreditsPerDay: 500 });
  });
});

describe('a round', () => {
  it('gives way to a batch that has something to ask, and what it left is asked after it', async () => {
    const stage = await stageWith();
    await endedBatch(stage, NUMBERS);
    await pass(stage, 12.1);
    const [round = ''] = await begin(stage);
    const batchId = await batchOf(stage, TASK, numbersFrom(30, 1));
    expect(await ask(stage, round)).toMatchObject({
      outcome: 'wait',
      cancelled: { why: 'batches go first' },
    });
    await finish(stage, round);
    expect(stage.sandbox.yamatoRequests()).toHaveLength(1);
    expect(await begin(stage)).toEqual([]);
    await finish(stage, batchId);
    expect((await rowsOf(stage, (await begin(stage))[0] ?? '')).map((row) => row.input)).toEqual(NUMBERS);
  });

  it('is one at a time, and given again to be started until it is', async () => {
    const stage = await stageWith();
    await endedBatch(stage, NUMBERS);
    await pass(stage, 12.1);
    const [both, again] = await Promise.all([begin(stage), begin(stage)]);
    expect(both).toEqual(again);
    await stage.database.sql`update batches set run_id = 'r' where is_round`;
    await pass(stage, 48);
    expect(await begin(stage)).toEqual([]);
  });

  it('that lost its workflow, or was not done for two hours, keeps no parcel from the next', async () => {
    const stage = await stageWith();
    await endedBatch(stage, NUMBERS);
    await pass(stage, 12.1);
    const [round = ''] = await begin(stage);
    await stage.database
      .sql`update batches set run_id = 'r', started_at = now() - interval '121 minutes' where is_round`;
    expect(await begin(stage)).toEqual([]);
    expect(await batchFigures(stage.db, round)).toMatchObject({
      cancelled: { by: 'tsuiseki', why: 'it was not done for two hours' },
    });
    await stage.database.sql`update batches set state = 'failed', finished_at = now() where is_round`;
    expect((await rowsOf(stage, (await begin(stage))[0] ?? '')).map((row) => row.input)).toEqual(NUMBERS);
  });

  it('whose worker died between the answer and its rows: the sweep gives them what was heard, nobody is asked twice', async () => {
    const stage = await stageWith();
    const batchId = await endedBatch(stage, NUMBERS);
    await pass(stage, 12.1);
    const [round = ''] = await begin(stage);
    stage.sandbox.addFault({ kind: 'state-delivered' });
    await ask(stage, round);
    await stage.database.sql`update batches set state = 'failed', finished_at = now() where id = ${round}`;
    expect(await begin(stage)).toEqual([]);
    expect(await endedUnwritten(stage.db)).toEqual([round]);
    const late = () => stage.run(stage.activities.writeBack, { batchId: round });
    await Promise.all([late(), late()]);
    expect((await rowsOf(stage, batchId)).map(({ status }) => status)).toEqual(
      NUMBERS.map(() => 'delivered'),
    );
    expect(await endedUnwritten(stage.db)).toEqual([batchId]);
    expect(stage.sandbox.yamatoRequests()).toHaveLength(2);
  });

  it('is not begun while Yamato is held', async () => {
    const stage = await stageWith();
    await endedBatch(stage, NUMBERS);
    await pass(stage, 12.1);
    await stage.db.execute(
      sql`update carrier_clock set held_until = now() + interval '1 hour', held_reason = 'a captcha'`,
    );
    expect(await begin(stage)).toEqual([]);
  });
});
