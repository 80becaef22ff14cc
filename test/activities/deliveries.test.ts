import { describe, expect, it } from 'vitest';
import { explainRow } from '../../src/batches/explain.ts';
import { giveUpRows } from '../../src/batches/give-up.ts';
import { rowReports } from '../../src/batches/row-reports.ts';
import { changeBatch, findBatch, reopenBatch, setBatchState } from '../../src/db/batches.ts';
import { endedUnwritten } from '../../src/db/written-rows.ts';
import { answer } from '../support/activities/answers.ts';
import { orderUrl } from '../support/activities/batch.ts';
import { givenRowsBatch } from '../support/activities/given-rows.ts';
import { newMessage } from '../support/activities/messages.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';
const urls = (count: number) => Array.from({ length: count }, (_, serial) => orderUrl(serial));
const texts = (from: number, to: number) =>
  Object.fromEntries(Array.from({ length: to - from + 1 }, (_, n) => [from + n, `result ${from + n}`]));

interface Sent {
  id: string;
  rows: Record<string, unknown>[];
  done: boolean;
  batchId: string;
  task: string;
}

/** A stage whose results are taken, and what was sent; `fate` may throw before or after a delivery is taken. */
async function setUp(fate: { before?: () => void; after?: () => void } = {}) {
  const sent: Sent[] = [];
  const results = {
    async send({ id, body }: { id: string; body: string }) {
      fate.before?.();
      sent.push({ id, ...(JSON.parse(body) as Omit<Sent, 'id'>) });
      fate.after?.();
    },
  };
  const stage = await stageWith({ results });
  const told = () => sent.map(({ rows, done }) => [rows.map(({ row }) => row), done]);
  return { stage, sent, told };
}

const deliver = (stage: Stage, batchId: string, isLast = false) =>
  stage.run(stage.activities.writeBack, { batchId, isLast });
const failRow = (stage: Stage, row: number, error: string) =>
  stage.database.sql`update rows set state = 'failed', error = ${error} where row = ${row}`;

it('rows go out as `rows --json` shows them, ten at a time, each once; fewer only as the last', async () => {
  const { stage, sent, told } = await setUp();
  const batchId = await givenRowsBatch(stage, TASK, [...urls(23), 'neither']);
  await answer(stage, batchId, texts(2, 9));
  expect(await deliver(stage, batchId)).toMatchObject({ unwritten: 9, unshown: 1 });
  expect(sent).toEqual([]);

  await answer(stage, batchId, texts(10, 23));
  await failRow(stage, 24, 'empty');
  expect(await deliver(stage, batchId)).toMatchObject({ unwritten: 14, unshown: 1 });
  expect(await deliver(stage, batchId)).toMatchObject({ unwritten: 4, unshown: 1 });
  expect(await deliver(stage, batchId)).toMatchObject({ unwritten: 4 });
  expect(await deliver(stage, batchId, true)).toMatchObject({ unwritten: 0, unshown: 0 });
  await deliver(stage, batchId, true);
  expect(told()).toEqual([
    [[2, 3, 4, 5, 6, 7, 8, 9, 10, 11], false],
    [[12, 13, 14, 15, 16, 17, 18, 19, 20, 21], false],
    [[22, 23, 24, 25], true],
  ]);
  expect(sent.flatMap(({ rows }) => rows)).toEqual(await rowReports(stage.db, batchId));
  expect(sent[2]?.rows).toMatchObject([{}, {}, { state: 'failed', error: 'empty' }, { state: 'invalid' }]);
  expect(sent[0]).toMatchObject({ batchId, task: TASK });
  expect(new Set(sent.map(({ id }) => id)).size).toBe(3);
});

it('the end is told without rows where all were', async () => {
  const { stage, told } = await setUp();
  const batchId = await givenRowsBatch(stage, TASK, urls(10));
  await answer(stage, batchId, texts(2, 11));
  await deliver(stage, batchId);
  await deliver(stage, batchId, true);
  expect(told()).toEqual([
    [[2, 3, 4, 5, 6, 7, 8, 9, 10, 11], false],
    [[], true],
  ]);
});

describe('a delivery keeps its id and its rows until it is known to be taken', () => {
  it.each(['before', 'after'] as const)('%s it was taken its sender ended', async (when) => {
    let down = true;
    const fall = () => {
      if (down) throw new Error('killed');
    };
    const { stage, sent } = await setUp({ [when]: fall });
    const batchId = await givenRowsBatch(stage, TASK, urls(3));
    await answer(stage, batchId, texts(2, 4));
    await expect(deliver(stage, batchId, true)).rejects.toThrow('killed');
    const [made] = await stage.db.query.deliveries.findMany();
    expect(made).toMatchObject({ rows: [2, 3, 4], takenAt: null, done: true });

    // What changes meanwhile goes with the next.
    await answer(stage, batchId, { 3: 'newer' });
    down = false;
    expect(await deliver(stage, batchId, true)).toMatchObject({ unwritten: 1 });
    expect(await deliver(stage, batchId, true)).toMatchObject({ unwritten: 0, unshown: 0 });
    expect(sent.map(({ rows }) => rows.map(({ row, result }) => `${String(row)} ${String(result)}`))).toEqual(
      [
        ...(when === 'after' ? [['2 result 2', '3 result 3', '4 result 4']] : []),
        ['2 result 2', '3 result 3', '4 result 4'],
        ['3 newer'],
      ],
    );
    const ids = sent.map(({ id }) => id);
    expect(ids.slice(0, -1).every((id) => id === made?.id)).toBe(true);
    expect(ids.at(-1)).not.toBe(made?.id);
  });

  it('two at once send the same one', async () => {
    const { stage, sent } = await setUp();
    const batchId = await givenRowsBatch(stage, TASK, urls(2));
    await answer(stage, batchId, texts(2, 3));
    await Promise.all([deliver(stage, batchId, true), deliver(stage, batchId, true)]);
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
    expect(await deliver(stage, batchId, true)).toMatchObject({ unwritten: 0, unshown: 0 });
  });

  it('taken, it keeps nothing of its rows but their numbers', async () => {
    const { stage } = await setUp();
    const batchId = await givenRowsBatch(stage, TASK, urls(1));
    await answer(stage, batchId, texts(2, 2));
    await deliver(stage, batchId, true);
    expect(await stage.db.query.deliveries.findMany()).toMatchObject([
      { batchId, rows: [2], body: null, takenAt: expect.any(Date) },
    ]);
  });
});

describe('after its end', () => {
  async function ended() {
    const setting = await setUp();
    const { stage } = setting;
    const batchId = await givenRowsBatch(stage, TASK, urls(3));
    await answer(stage, batchId, texts(2, 3));
    await failRow(stage, 4, 'empty');
    await deliver(stage, batchId, true);
    await setBatchState(stage.db, batchId, 'completed', null);
    expect(await endedUnwritten(stage.db)).toEqual([]);
    return { ...setting, batchId };
  }

  it('a late result is sent as the last', async () => {
    const { stage, batchId, told } = await ended();
    await answer(stage, batchId, { 4: 'late' });
    expect(await endedUnwritten(stage.db)).toEqual([batchId]);
    await deliver(stage, batchId);
    expect(told().at(-1)).toEqual([[4], true]);
    expect(await endedUnwritten(stage.db)).toEqual([]);
  });

  it('a retry sends again what it changes, a row that fails as before too', async () => {
    const { stage, batchId, told } = await ended();
    await reopenBatch(stage.db, batchId);
    await stage.run(stage.activities.retryRows, { batchId, ...newMessage(), rows: '3-4' });
    await deliver(stage, batchId, true);
    expect(told()).toHaveLength(1);
    await answer(stage, batchId, { 3: 'result 3' });
    await failRow(stage, 4, 'empty');
    await deliver(stage, batchId, true);
    expect(told().slice(1)).toEqual([[[3, 4], true]]);
  });

  it('rows that are given up are sent by the sweep', async () => {
    const { stage, batchId, told } = await ended();
    await stage.database.sql`update rows set state = 'pending', error = null where row = 4`;
    await changeBatch(stage.db, batchId, (tx) => giveUpRows(tx, batchId, [4], newMessage('lost')));
    expect(await endedUnwritten(stage.db)).toEqual([batchId]);
    await deliver(stage, batchId);
    expect(told().at(-1)).toEqual([[4], true]);
  });
});

it('an end that was never told is the sweep’s', async () => {
  const { stage, told } = await setUp();
  const batchId = await givenRowsBatch(stage, TASK, urls(1));
  await setBatchState(stage.db, batchId, 'failed', 'its workflow is no more');
  expect(await endedUnwritten(stage.db)).toEqual([batchId]);
  await deliver(stage, batchId);
  expect(told()).toEqual([[[], true]]);
  expect(await endedUnwritten(stage.db)).toEqual([]);
});

it('of a batch that has ended all goes out at once, however much there is', async () => {
  const { stage, told } = await setUp();
  const batchId = await givenRowsBatch(stage, TASK, urls(25));
  await answer(stage, batchId, texts(2, 26));
  await setBatchState(stage.db, batchId, 'cancelled', null);
  await deliver(stage, batchId);
  expect(told().map(([rows, done]) => [(rows as number[]).length, done])).toEqual([
    [10, false],
    [10, false],
    [5, true],
  ]);
});

it('where nobody takes results, nothing is kept for anybody', async () => {
  const stage = await stageWith();
  const batchId = await givenRowsBatch(stage, TASK, [...urls(2), 'neither']);
  await answer(stage, batchId, texts(2, 3));
  expect(await deliver(stage, batchId)).toMatchObject({ unwritten: 0, unshown: 1 });
  expect(await deliver(stage, batchId, true)).toMatchObject({ unwritten: 0, unshown: 0 });
  expect(await stage.db.query.deliveries.findMany()).toEqual([]);
});

it('explain tells of the rows’ source and of each delivery, and of no workbook', async () => {
  const { stage, sent } = await setUp();
  const batchId = await givenRowsBatch(stage, TASK, urls(1));
  await answer(stage, batchId, texts(2, 2));
  await deliver(stage, batchId, true);
  const batch = await findBatch(stage.db, batchId);
  if (batch === null) throw new Error('the batch is gone');
  const story = (await explainRow(stage.db, batch, 2)).map(({ what, details }) => `${what} ${details}`);
  expect(story).toEqual([
    'imported row 2 of rows.json: a page of store.apple.com',
    'action start by mika',
    'result from webscraper: "result 2", in_transit',
    `written to the results webhook, delivery ${sent[0]?.id}`,
  ]);
});
