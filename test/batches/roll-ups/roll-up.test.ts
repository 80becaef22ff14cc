import { describe, expect, it } from 'vitest';
import { makeReport } from '../../../src/batches/roll-ups/make-report.ts';
import { rollUp } from '../../../src/batches/roll-ups/roll-up.ts';
import { batchOf, orderUrl } from '../../support/activities/batch.ts';
import { oneRound } from '../../support/activities/rounds.ts';
import { useStage } from '../../support/activities/stage.ts';
import type { Stage } from '../../support/activities/stage.ts';
import { givenBatch, givenJob, givenRow } from '../../support/db/given-batch.ts';
import { rebuilt, rolledUp } from '../../support/batches/roll-ups.ts';

const stageWith = useStage();
const HOUR_MS = 3_600_000;
const HOUR = new Date('2026-11-20T03:00:00Z');
const TASK = 'yamato_tracking_only';

const reportOf = ({ database }: Stage, from: Date | null = null, to = new Date()) =>
  makeReport(database, { from, to });

async function rowsOf(stage: Stage, batchId: string, states: Record<string, string | null>): Promise<void> {
  await givenBatch(stage.database, batchId, { startedAt: HOUR });
  let row = 2;
  for (const [error, state] of Object.entries(states))
    await givenRow(stage.database, {
      batchId,
      row: (row += 1),
      state: (state ?? 'failed') as 'failed',
      error: state === 'completed' ? null : error,
    });
}

describe('batches and rows', () => {
  it('failures are told by reason, and reasons change with their rows', async () => {
    const stage = await stageWith();
    await rowsOf(stage, 'b1', {
      'its page came back empty': 'failed',
      'no record came back for its URL': 'failed',
      'the input cell is empty': 'invalid',
      done: 'completed',
    });
    const line = { task: TASK };
    expect((await reportOf(stage)).reasons).toEqual([
      { ...line, state: 'failed', reason: 'empty-page', rows: 2 },
      { ...line, state: 'invalid', reason: 'empty-cell', rows: 1 },
    ]);
    await stage.database.sql`update rows set state = 'completed', error = null where error like 'its page%'`;
    const { tasks, reasons, days } = await reportOf(stage);
    expect(reasons).toEqual([
      { ...line, state: 'failed', reason: 'empty-page', rows: 1 },
      { ...line, state: 'invalid', reason: 'empty-cell', rows: 1 },
    ]);
    expect(tasks).toMatchObject([{ ...line, rows: 4, completed: 2, failed: 1, invalid: 1 }]);
    expect(days).toMatchObject([{ day: '2026-11-20', batches: 1, rows: 4, completed: 2, failed: 1 }]);
  });

  it('a failure whose reason alone changes is counted by the new one', async () => {
    const stage = await stageWith();
    await rowsOf(stage, 'b1', { 'nothing has moved over 24 askings': 'failed' });
    expect((await reportOf(stage)).reasons).toMatchObject([{ reason: 'no-answer', rows: 1 }]);
    await stage.database.sql`update rows set error = 'its page came back empty'`;
    expect((await reportOf(stage)).reasons).toMatchObject([{ reason: 'empty-page', rows: 1 }]);
  });

  it('rows settled by hand are counted apart from those of the record, and calls saved', async () => {
    const stage = await stageWith();
    await givenBatch(stage.database, 'b1', {
      startedAt: HOUR,
      rowsFromRecord: 5,
      rowsByHand: 2,
      callsSaved: 12,
    });
    const { tasks, days } = await reportOf(stage);
    expect(tasks).toMatchObject([{ fromRecord: 5, byHand: 2, callsSaved: 12 }]);
    expect(days).toMatchObject([{ fromRecord: 5, byHand: 2, callsSaved: 12 }]);
  });

  it('figures outlive their batch', async () => {
    const stage = await stageWith();
    await rowsOf(stage, 'b1', { done: 'completed' });
    await rowsOf(stage, 'b2', { done: 'completed' });
    const before = (await reportOf(stage)).tasks;
    await stage.database.sql`delete from batches where id = 'b1'`;
    await stage.database.sql`update rows set state = 'pending' where batch_id = 'b2'`;
    expect((await reportOf(stage)).tasks).toMatchObject([{ batches: 2, rows: 2, completed: 1 }]);
    expect(before).toMatchObject([{ batches: 2, rows: 2, completed: 2 }]);
  });

  it('a day is Japan’s, and hours before and after whole days count', async () => {
    const stage = await stageWith();
    // 23:00 and 00:00 in Japan, and noon of the day after.
    for (const [id, at] of [
      ['b1', '2026-11-20T14:00:00Z'],
      ['b2', '2026-11-20T15:00:00Z'],
      ['b3', '2026-11-22T03:00:00Z'],
    ] as const)
      await givenBatch(stage.database, id, { startedAt: new Date(at) });
    expect((await reportOf(stage)).days.map(({ day, batches }) => [day, batches])).toEqual([
      ['2026-11-20', 1],
      ['2026-11-21', 1],
      ['2026-11-22', 1],
    ]);
    const countOf = async (from: string, to: string) =>
      (await reportOf(stage, new Date(from), new Date(to))).tasks[0]?.batches ?? 0;
    expect(await countOf('2026-11-20T15:00:00Z', '2026-11-21T15:00:00Z')).toBe(1);
    expect(await countOf('2026-11-20T14:00:00Z', '2026-11-22T03:00:00Z')).toBe(2);
    expect(await countOf('2026-11-20T14:00:00Z', '2026-11-22T04:00:00Z')).toBe(3);
    expect(await countOf('2026-11-22T01:00:00Z', '2026-11-22T02:00:00Z')).toBe(0);
  });
});

describe('calls and delays', () => {
  it('what a round of jobs cost, and how long results were on the way', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1), orderUrl(2)]);
    await oneRound(stage, batchId);
    await stage.database.sql`update notifications n set received_at = j.finished_at
      - make_interval(secs => case j.seq when 1 then 1.5 else 200 end) from jobs j where j.id = n.job_id`;
    const { tasks, calls } = await reportOf(stage, null, new Date(Date.now() + HOUR_MS));
    expect(tasks).toMatchObject([
      { calls: 4, requests: 0, webhookDelayS: { results: 2, median: 2, p95: 240, longest: 240 } },
    ]);
    expect(calls.filter(({ task }) => task !== null)).toEqual([
      { task: 'official_website_tracking', kind: 'download', calls: 2 },
      { task: 'official_website_tracking', kind: 'publish', calls: 2 },
    ]);
  });

  it('others’ calls are of no task, and pruned ones stay counted', async () => {
    const stage = await stageWith();
    const { sql } = stage.database;
    await sql`insert into calls (kind, started_at, expires_at) values ('foreign', now() - interval '9 days', now())`;
    await givenBatch(stage.database, 'b1', { startedAt: HOUR });
    const jobId = await givenJob(stage.database, { batchId: 'b1', customId: 'yto-1' });
    await sql`insert into carrier_requests (carrier, job_id, started_at, pause_ms)
      values ('yamato', ${jobId}, now() - interval '9 days', 0)`;
    const told = [
      { task: null, kind: 'foreign', calls: 1 },
      { task: TASK, kind: 'yamato', calls: 1 },
    ];
    expect((await reportOf(stage)).calls).toEqual(told);
    await sql`truncate calls, carrier_requests`;
    expect((await reportOf(stage)).calls).toEqual(told);
  });

  it('a turn that was given back is counted no more', async () => {
    const stage = await stageWith();
    const { sql } = stage.database;
    await sql`insert into calls (kind, started_at, expires_at) values ('foreign', now(), now()), ('foreign', now(), now())`;
    await rollUp(stage.database);
    await sql`delete from calls where id = (select min(id) from calls)`;
    await rollUp(stage.database);
    expect((await reportOf(stage, null, new Date(Date.now() + 1_000))).calls).toMatchObject([{ calls: 1 }]);
  });
});

it('only what has changed is made anew, and all of it comes out as if it had been made at once', async () => {
  const stage = await stageWith();
  const { sql } = stage.database;
  await rowsOf(stage, 'b1', { done: 'completed', 'its page came back empty': 'failed' });
  await rollUp(stage.database);
  await rowsOf(stage, 'b2', { done: 'completed', 'the input cell is empty': 'invalid' });
  await rollUp(stage.database);
  await sql`update rows set state = 'pending', error = null where batch_id = 'b1'`;
  await sql`update batches set started_at = started_at + interval '26 hours' where id = 'b2'`;
  await rollUp(stage.database);
  await sql`delete from rows where batch_id = 'b1' and row = 3`;
  await rollUp(stage.database);
  const [{ n } = { n: 0 }] = await sql<
    { n: number }[]
  >`select count(*)::int as n from roll_ups where xmin::text = (
    select xmin::text from roll_ups where at = ${HOUR.toISOString()} limit 1)`;
  // The one hour and its day.
  expect(n).toBe(4);
  const now = await rolledUp(stage.database);
  expect(now).toEqual(await rebuilt(stage.database));
});

it('roll-ups at the same time wait for each other', async () => {
  const stage = await stageWith();
  await rowsOf(stage, 'b1', { done: 'completed' });
  await Promise.all([1, 2, 3].map(() => rollUp(stage.database)));
  expect((await reportOf(stage)).tasks).toMatchObject([{ batches: 1, rows: 1, completed: 1 }]);
});

it('of an empty database there is nothing to tell', async () => {
  const stage = await stageWith();
  expect(await rollUp(stage.database)).toBe(0);
  const { from, to, ...lists } = await reportOf(stage);
  expect([from, typeof to]).toEqual([null, 'string']);
  expect(Object.values(lists)).toEqual(Object.values(lists).map(() => []));
});
