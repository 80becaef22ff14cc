import { describe, expect, it } from 'vitest';
import { dueParcels } from '../../../src/db/due-parcels.ts';
import { batchOf, jobsOf, orderUrl, rowsOf } from '../../support/activities/batch.ts';
import { publishAll } from '../../support/activities/rounds.ts';
import { useStage } from '../../support/activities/stage.ts';
import type { Stage } from '../../support/activities/stage.ts';
import { numbersFrom } from '../../support/activities/yamato.ts';
import { begin, finishScraping, pass } from '../../support/batches/rounds.ts';

const stageWith = useStage();
const TEN = 'japan_post_tracking_10';

/** A batch of Japan Post's numbers that has ended, each parcel on its way. */
async function endedBatch(stage: Stage, numbers: readonly string[]): Promise<string> {
  stage.sandbox.addFault({ kind: 'state-moving' });
  const batchId = await batchOf(stage, TEN, numbers);
  await finishScraping(stage, batchId);
  stage.sandbox.clearFaults();
  // The sandbox's pages are of a day that ended.
  await stage.database.sql`update parcels set seen_at = now()`;
  return batchId;
}
const times = (status: string, count: number) => Array.from({ length: count }, () => status);
const on = (stage: Stage, requeryCreditsPerDay = 500) =>
  begin(stage, { requery: 'on', requeryCreditsPerDay });

describe('Japan Post, with REQUERY=on', () => {
  it('is asked ten numbers a page; without it not at all', async () => {
    const stage = await stageWith();
    const batchId = await endedBatch(stage, numbersFrom(0, 12));
    await pass(stage, 12.1);
    expect(await begin(stage)).toEqual([]);
    const [round = '', ...more] = await on(stage);
    expect(more).toEqual([]);
    const askedBy = async (id: string) =>
      (await jobsOf(stage, id)).map(({ task, subjects }) => [
        task,
        subjects[0]?.match(/requestNo\d+=\d/g)?.length,
      ]);
    // A page costs a credit, however few numbers it has: two wait an hour for others.
    expect(await askedBy(round)).toEqual([[TEN, 10]]);
    // The sandbox has the last line of any state at one time.
    await stage.database
      .sql`update parcel_events set at = at - interval '1 day', earliest = earliest - interval '1 day',
      latest = latest - interval '1 day', place = place - interval '1 day'`;
    stage.sandbox.addFault({ kind: 'state-delivered' });
    await finishScraping(stage, round);
    const rows = await rowsOf(stage, batchId);
    expect(rows.map(({ status }) => status)).toEqual([...times('delivered', 10), ...times('in_transit', 2)]);
    expect(rows[0]?.result).toMatch(/^お届け(?:先にお届け)?済み｜｜｜/);
    expect(await on(stage)).toEqual([]);
    await pass(stage, 1);
    expect(await askedBy((await on(stage))[0] ?? '')).toEqual([[TEN, 2]]);
  });

  it('costs no more than its credits of a day, spread over its hours, the most overdue first', async () => {
    const stage = await stageWith();
    const numbers = numbersFrom(0, 40);
    await endedBatch(stage, numbers);
    await pass(stage, 12.1);
    await stage.database
      .sql`update parcels set seen_at = seen_at - interval '1 hour' where number = ${numbers[39] ?? ''}`;
    // Two an hour.
    const [round = ''] = await on(stage, 48);
    const rows = await rowsOf(stage, round);
    expect(rows).toHaveLength(20);
    expect(rows[0]?.input).toBe(numbers[39]);
    await finishScraping(stage, round);
    expect(await on(stage, 48)).toEqual([]);
    expect(await on(stage, 0)).toEqual([]);
    await pass(stage, 1.01);
    // Three of the day's are left, of which two this hour.
    await finishScraping(stage, (await on(stage, 48))[0] ?? '');
    await pass(stage, 13);
    expect(await on(stage, 4)).toEqual([]);
    expect(await on(stage, 5)).toHaveLength(1);
  });

  it('a page that was paid for is not asked again while its answer is to come, though its round was lost', async () => {
    const stage = await stageWith();
    await endedBatch(stage, numbersFrom(0, 3));
    await pass(stage, 13.1);
    const [round = ''] = await on(stage);
    await publishAll(stage, round);
    await stage.database.sql`update batches set state = 'failed', finished_at = now() where id = ${round}`;
    expect(await on(stage)).toEqual([]);
    const due = { requery: 'on', now: new Date(), ways: ['japan_post'], most: 10 } as const;
    expect(await dueParcels(stage.db, due)).toEqual([]);
    await stage.database.sql`update jobs set state = 'failed' where batch_id = ${round}`;
    expect(await dueParcels(stage.db, due)).toHaveLength(3);
  });

  it('gives way to a batch, and publishes only while most calls are free', async () => {
    const stage = await stageWith({ limits: { callLimit: 8 } });
    await endedBatch(stage, numbersFrom(0, 3));
    await pass(stage, 13.1);
    const [round = ''] = await on(stage);
    const [job] = await jobsOf(stage, round);
    const publish = () => stage.run(stage.activities.publishJob, { batchId: round, jobId: job?.id ?? 0 });
    // The batch's two calls are a quarter of the window.
    expect(await publish()).toMatchObject({ outcome: 'published' });
    await pass(stage, 1);
    await stage.database.sql`update batches set finished_at = now() where is_round`;
    await stage.database.sql`update jobs set state = 'failed' where batch_id = ${round}`;
    const [next = ''] = await on(stage);
    const [nextJob] = await jobsOf(stage, next);
    const again = () => stage.run(stage.activities.publishJob, { batchId: next, jobId: nextJob?.id ?? 0 });
    expect(await again()).toMatchObject({
      outcome: 'wait',
      why: 'most calls of the account are left to batches',
    });
    await batchOf(stage, TEN, numbersFrom(30, 1));
    expect(await again()).toMatchObject({ outcome: 'wait', cancelled: { why: 'batches go first' } });
  });
});

describe('a parcel that an order alone names', () => {
  it('is asked as its own row asks, with REQUERY=on only', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1)]);
    await finishScraping(stage, batchId);
    await pass(stage, 24.1);
    expect(await begin(stage)).toEqual([]);
    const [round = ''] = await on(stage);
    expect((await jobsOf(stage, round)).map(({ task, subjects }) => [task, subjects])).toEqual([
      ['official_website_tracking', [orderUrl(1)]],
    ]);
    await finishScraping(stage, round);
    await pass(stage, 23);
    expect(await on(stage)).toEqual([]);
  });

  it('and whose task is held stood before all others, asked neither itself nor they', async () => {
    const stage = await stageWith();
    const held = 'official_website_tracking';
    const { sql: query } = stage.database;
    const batchId = await batchOf(stage, held, [orderUrl(1)]);
    await finishScraping(stage, batchId);
    await endedBatch(stage, numbersFrom(0, 10));
    // As many as are chosen from at a time, all of them more overdue.
    await query`insert into parcels (carrier, number, order_number, serial, status, first_seen_at, seen_at)
      select carrier, number, order_number || '-' || n, serial, status, first_seen_at, seen_at - interval '3 days'
      from parcels, generate_series(1, 600) n where number = ''`;
    await query`insert into rows (batch_id, row, occurrence, email, input, input_url, state, status, completed_at)
      select batch_id, 2 + n, occurrence, email, input || n, input_url, state, status, completed_at
      from rows, generate_series(1, 600) n where batch_id = ${batchId}`;
    await query`insert into parcel_rows (row_id, parcel_id, seen_at)
      select r.id, p.id, p.seen_at from rows r join parcels p on p.order_number like '%-' || (r.row - 2)
      where r.batch_id = ${batchId} and r.row > 2`;
    await query`insert into task_drift (task, held_since, held_reason) values (${held}, now(), 'odd')
      on conflict (task) do update set held_since = now(), held_reason = 'odd'`;
    await pass(stage, 24.1);
    const tasksAsked = async () =>
      (await Promise.all((await on(stage)).map((round) => jobsOf(stage, round))))
        .flat()
        .map(({ task }) => task);
    expect(await tasksAsked()).toEqual([TEN]);
    await query`delete from batches where is_round`;
    await query`update task_drift set held_since = null, held_reason = null`;
    expect(new Set(await tasksAsked())).toEqual(new Set([held]));
  });

  it('and one of a carrier that nobody knows: only by its row, and none once that is forgotten', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, 'official_website_redirect_to_yamato_tracking', [orderUrl(2)]);
    await finishScraping(stage, batchId);
    await stage.database
      .sql`update parcels set carrier = 'sagawa', terminal_at = null, event_at = now() - interval '2 days'`;
    await pass(stage, 24.1);
    expect(await begin(stage)).toEqual([]);
    await stage.database.sql`update rows set forgotten_at = now(), input = '', input_url = null`;
    expect(await on(stage)).toEqual([]);
    await stage.database.sql`update rows set forgotten_at = null, input = ${orderUrl(2)}`;
    expect(await on(stage)).toHaveLength(1);
  });
});
