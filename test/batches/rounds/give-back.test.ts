import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { giveBack } from '../../../src/batches/rounds/give-back.ts';
import { batchFigures } from '../../../src/db/batch-figures.ts';
import { changeBatch } from '../../../src/db/batches.ts';
import { rowsOf } from '../../support/activities/batch.ts';
import { useStage } from '../../support/activities/stage.ts';
import type { Stage } from '../../support/activities/stage.ts';
import { ask, numbersFrom } from '../../support/activities/yamato.ts';
import { begin, endedBatch, pass } from '../../support/batches/rounds.ts';
import { latch } from '../../support/latch.ts';

const stageWith = useStage();
const NUMBERS = numbersFrom(0, 3);

/** A round that has its answers, all delivered. */
async function answeredRound(stage: Stage): Promise<string> {
  await pass(stage, 12.1);
  const [round = ''] = await begin(stage);
  stage.sandbox.addFault({ kind: 'state-delivered' });
  await ask(stage, round);
  return round;
}

/** Gives back while another has the round, who does this before it lets go. */
async function giveBackBehind(stage: Stage, round: string, work: SQL): Promise<void> {
  const [held, waitedFor] = [latch(), latch()];
  let heldBy = 0;
  const other = changeBatch(stage.db, round, async (tx) => {
    const [backend] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
    heldBy = backend?.pid ?? 0;
    held.open();
    await waitedFor.opened;
    await tx.execute(work);
  });
  await held.opened;
  const given = giveBack(stage, round, true);
  const waiting = () =>
    stage.database.sql`select from pg_stat_activity where ${heldBy} = any(pg_blocking_pids(pid))`;
  await expect.poll(waiting, { interval: 10, timeout: 10_000 }).toHaveLength(1);
  waitedFor.open();
  await Promise.all([other, given]);
}

const statusesOf = async (stage: Stage, batchId: string) =>
  (await rowsOf(stage, batchId)).map(({ status }) => status);

it('what was saved while the round was waited for was given back as it was before, and never again', async () => {
  const stage = await stageWith();
  const batchId = await endedBatch(stage, NUMBERS);
  const round = await answeredRound(stage);
  await stage.database.sql`update rows set state = 'failed' where batch_id = ${round} and row = 2`;
  const saved = sql`update rows set state = 'completed' where batch_id = ${round} and row = 2`;
  await giveBackBehind(stage, round, saved);
  expect(await statusesOf(stage, batchId)).toEqual(NUMBERS.map(() => 'delivered'));
  expect(await batchFigures(stage.db, round)).toMatchObject({ unwritten: 0, unshown: 0 });
});

it('a row that had its result while the round was waited for never heard of its parcel', async () => {
  const stage = await stageWith();
  const batchId = await endedBatch(stage, NUMBERS);
  const late = await endedBatch(stage, NUMBERS.slice(0, 1));
  const round = await answeredRound(stage);
  await stage.database.sql`update rows set state = 'failed' where batch_id = ${late}`;
  await giveBackBehind(stage, round, sql`update rows set state = 'completed' where batch_id = ${late}`);
  expect(await batchFigures(stage.db, round)).toMatchObject({ unwritten: 1, unshown: 1 });
  await giveBack(stage, round, true);
  expect(await statusesOf(stage, late)).toEqual(['delivered']);
  expect(await statusesOf(stage, batchId)).toEqual(NUMBERS.map(() => 'delivered'));
  expect(await batchFigures(stage.db, round)).toMatchObject({ unwritten: 0, unshown: 0 });
});
