import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { findBatch, setBatchState } from '../../src/db/batches.ts';
import { noteSession } from '../../src/db/editing-sessions.ts';
import { storeSave } from '../../src/db/saves.ts';
import { saves } from '../../src/db/file-schema.ts';
import { endedUnwritten } from '../../src/db/written-rows.ts';
import { answer } from '../support/activities/answers.ts';
import { batchOf, emptyBatch, jobsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { newMessage } from '../support/activities/messages.ts';
import { OURS, useSavedWorkbook } from '../support/activities/saved-workbook.ts';
import type { Stage } from '../support/activities/stage.ts';
import { columnC, saveWorkbook } from '../support/workbook/workbook-file.ts';

const saved = useSavedWorkbook();
const { stageWith, save, examine, trackedOnce } = saved;
let workbook: string;
beforeEach(() => {
  workbook = saved.path;
});

const waiting = async (stage: Stage) =>
  (await stage.db.query.saves.findMany()).filter(({ examinedAt }) => examinedAt === null).length;
const outcomes = async (stage: Stage) =>
  (await stage.db.query.saves.findMany({ orderBy: [saves.id] })).map(({ outcome }) => outcome);

describe('a save', () => {
  it('starts a batch of its new rows, which is written down with its jobs', async () => {
    const stage = await stageWith();
    const examined = await save(stage, [[orderUrl(1)], [orderUrl(2), '', "a person's own"], ['']]);
    const batch = await findBatch(stage.db, examined.started ?? '');
    expect(batch).toMatchObject({
      workbook,
      task: 'official_website_tracking',
      state: 'running',
      runId: null,
    });
    expect(await rowsOf(stage, batch?.id ?? '')).toMatchObject([{ row: 2, state: 'pending' }]);
    expect(await jobsOf(stage, batch?.id ?? '')).toMatchObject([{ seq: 1, subjects: [orderUrl(1)] }]);
    // Its workflow has nothing left to read.
    const figures = await stage.run(stage.activities.readWorkbook, { batchId: batch?.id ?? '' });
    expect(figures.counts).toMatchObject({ total: 1, pending: 1 });
    expect(await waiting(stage)).toBe(0);
    expect(await outcomes(stage)).toEqual([`batch ${batch?.id}: 1 rows`]);
  });

  it('that leaves nothing to do starts nothing', async () => {
    const stage = await stageWith();
    expect(await save(stage, [[orderUrl(1), '', 'done by hand']])).toMatchObject({
      started: null,
      running: null,
    });
    expect(await stage.db.query.batches.findMany()).toEqual([]);
    expect(await outcomes(stage)).toEqual(['nothing to look up']);
  });

  it('told of twice is examined once', async () => {
    const stage = await stageWith();
    await save(stage, [[orderUrl(1), '', 'done by hand']]);
    expect(await examine(stage)).toMatchObject({ outcome: 'nothing new' });
  });

  it('with other bytes of time only is the same: some servers make a new etag', async () => {
    const stage = await stageWith();
    await save(stage, [[orderUrl(1), '', 'done by hand']]);
    await utimes(workbook, new Date(), new Date(Date.now() + 60_000));
    expect(await examine(stage)).toMatchObject({ outcome: 'nothing new' });
    expect(await examine(stage)).toMatchObject({ outcome: 'nothing new' });
  });

  it('of an unreadable workbook is a failed batch, once', async () => {
    const stage = await stageWith();
    await writeFile(workbook, 'no workbook');
    const { outcome } = await examine(stage);
    expect(outcome).toMatch(/^OWT-1.xlsx is no workbook/);
    await examine(stage);
    expect(await stage.db.query.batches.findMany()).toMatchObject([
      { state: 'failed', reason: outcome, sheet: null },
    ]);
  });

  it.each([
    ['a workbook that is gone', () => workbook, /is not there/],
    ['a path of no task', () => join(saved.folder, 'private.xlsx'), /no task matches/],
  ])('of %s says so, and is done', async (_name, path, text) => {
    const stage = await stageWith();
    await storeSave(stage.db, { workbook: path(), source: 'nextcloud', savedBy: null });
    const examined = await stage.run(stage.activities.examineSave, { workbook: path() });
    expect(examined).toMatchObject({ started: null, running: null });
    expect(examined.outcome).toMatch(text);
    expect(await waiting(stage)).toBe(0);
  });

  it('with more rows than may go unasked waits for a person, with its forecast', async () => {
    const stage = await stageWith({ autoMaxRows: 2 });
    const { started } = await save(
      stage,
      [1, 2, 3].map((n) => [orderUrl(n)]),
    );
    const batch = await findBatch(stage.db, started ?? '');
    expect(batch?.state).toBe('paused');
    expect(batch?.reason).toMatch(
      /^3 rows to look up are more than AUTO_MAX_ROWS \(2\): 3 jobs, 6 calls, about \d+ s; resume/,
    );
  });
});

describe('after a batch', () => {
  it('our own writing is no news', async () => {
    const { stage } = await trackedOnce();
    expect(await columnC(workbook)).toEqual([OURS, `${OURS}2`]);
    expect(await examine(stage)).toMatchObject({ outcome: 'nothing new', started: null });
  });

  it("a person's save between ours and the last examined one is news", async () => {
    const { stage, batchId } = await trackedOnce();
    await saveWorkbook([[orderUrl(1), '', OURS], [orderUrl(2), '', ''], [orderUrl(3)]], workbook);
    await stage.db.execute(sql`update rows set written_at = null where batch_id = ${batchId}`);
    // A late writeback goes over what the person saved, before anybody has examined it.
    await stage.run(stage.activities.writeBack, { batchId });
    const { started } = await examine(stage);
    expect(await rowsOf(stage, started ?? '')).toMatchObject([{ row: 4, input: orderUrl(3) }]);
  });

  it('clearing C asks again; what stays is not paid for twice', async () => {
    const { stage } = await trackedOnce();
    const { started } = await save(stage, [[orderUrl(1)], [orderUrl(2), '', `${OURS}2`]]);
    expect(await rowsOf(stage, started ?? '')).toMatchObject([{ row: 2, input: orderUrl(1) }]);
  });

  it('a row that was copied with its result holds it on record: nothing is paid for', async () => {
    const { stage } = await trackedOnce();
    const copied = [
      [orderUrl(1), '', OURS],
      [orderUrl(1), '', OURS],
      [orderUrl(2), '', `${OURS}2`],
    ];
    expect(await save(stage, copied)).toMatchObject({ outcome: 'nothing to look up' });
    // Copied without it, it asks for its own.
    const { started } = await save(stage, [...copied, [orderUrl(2)]]);
    await answer(stage, started ?? '', { 5: `${OURS}3` });
    await stage.run(stage.activities.writeBack, { batchId: started ?? '' });
    await setBatchState(stage.db, started ?? '', 'completed', null);
    const sorted = [...copied.slice(0, 2), [orderUrl(2), '', `${OURS}3`], [orderUrl(2), '', `${OURS}2`]];
    expect(await save(stage, sorted)).toMatchObject({ outcome: 'nothing to look up' });
    await stage.db.execute(sql`update rows set completed_at = now() - interval '13 hours' where row = 2`);
    const due = await save(stage, [...sorted, ['', '', 'a note']]);
    expect(await rowsOf(stage, due.started ?? '')).toMatchObject([{ row: 2 }, { row: 3 }]);
  });

  it('a changed number beside an old text is looked up', async () => {
    const { stage } = await trackedOnce();
    const { started } = await save(stage, [
      [orderUrl(7), '', OURS],
      [orderUrl(2), '', `${OURS}2`],
    ]);
    expect(await rowsOf(stage, started ?? '')).toMatchObject([{ row: 2, input: orderUrl(7) }]);
  });

  it('an old result that is still open is looked up again, sorted as it may be', async () => {
    const { stage } = await trackedOnce();
    await stage.db.execute(sql`update rows set completed_at = now() - interval '13 hours' where row = 2`);
    const { started } = await save(stage, [
      [orderUrl(2), '', `${OURS}2`],
      [orderUrl(1), '', OURS],
    ]);
    expect(await rowsOf(stage, started ?? '')).toMatchObject([{ row: 3, input: orderUrl(1) }]);
  });

  it('a stale editor that takes results out has them written again, with nothing looked up', async () => {
    const { stage, batchId } = await trackedOnce();
    await noteSession(stage.db, { key: 'k', workbook, open: true });
    await stage.db.execute(sql`update editing_sessions set began_at = now() - interval '1 hour'`);
    const examined = await save(stage, [[orderUrl(1)], [orderUrl(2), '', `${OURS}2`]]);
    expect(examined).toMatchObject({ started: null, writeAgain: [batchId] });
    await stage.run(stage.activities.writeBack, { batchId });
    expect(await columnC(workbook)).toEqual([OURS, `${OURS}2`]);
  });

  it('a stale editor that brings back an old text without separators does not make it a person’s', async () => {
    const stage = await stageWith();
    const { started } = await save(stage, [[orderUrl(1)]]);
    await answer(stage, started ?? '', { 2: '見つかりません' });
    await stage.run(stage.activities.writeBack, { batchId: started ?? '' });
    await setBatchState(stage.db, started ?? '', 'completed', null);
    await stage.db.execute(sql`update rows set completed_at = now() - interval '13 hours'`);
    await noteSession(stage.db, { key: 'k', workbook, open: true });
    const { started: next } = await save(stage, [
      [orderUrl(1), '', '見つかりません'],
      ['', '', 'a note'],
    ]);
    await answer(stage, next ?? '', { 2: OURS });
    await stage.run(stage.activities.writeBack, { batchId: next ?? '' });
    await setBatchState(stage.db, next ?? '', 'completed', null);
    const brought = await save(stage, [
      [orderUrl(1), '', '見つかりません'],
      ['', '', 'more'],
    ]);
    expect(brought.writeAgain).toEqual([next]);
    await stage.run(stage.activities.writeBack, { batchId: next ?? '' });
    expect(await columnC(workbook)).toEqual([OURS, 'more']);
  });

  it('a stale editor is known by when its save came, however late that is examined', async () => {
    const { stage, batchId } = await trackedOnce();
    await noteSession(stage.db, { key: 'k', workbook, open: true });
    await saveWorkbook([[orderUrl(1)], [orderUrl(2), '', `${OURS}2`]], workbook);
    await storeSave(stage.db, { workbook, source: 'onlyoffice', savedBy: 'mika' });
    await stage.db.execute(sql`update rows set written_at = now() - interval '20 minutes'`);
    await stage.db.execute(sql`update editing_sessions set began_at = now() - interval '1 hour',
      ended_at = now() - interval '10 minutes'`);
    await stage.db.execute(
      sql`update saves set received_at = now() - interval '10 minutes' where examined_at is null`,
    );
    expect(await stage.run(stage.activities.examineSave, { workbook })).toMatchObject({
      started: null,
      writeAgain: [batchId],
    });
  });

  it('a session whose end was never told does not take every clearing for its own, for ever', async () => {
    const { stage } = await trackedOnce();
    await noteSession(stage.db, { key: 'k', workbook, open: true });
    await stage.db.execute(sql`update editing_sessions set began_at = now() - interval '3 days'`);
    const { started } = await save(stage, [[orderUrl(1)], [orderUrl(2), '', `${OURS}2`]]);
    expect(await rowsOf(stage, started ?? '')).toMatchObject([{ row: 2, input: orderUrl(1) }]);
  });

  it('a document that was closed unchanged, and opened again days later, is a session of then', async () => {
    const { stage, batchId } = await trackedOnce();
    await noteSession(stage.db, { key: 'k', workbook, open: true });
    await noteSession(stage.db, { key: 'k', workbook, open: false });
    await stage.db.execute(sql`update editing_sessions set began_at = now() - interval '3 days'`);
    await noteSession(stage.db, { key: 'k', workbook, open: true });
    await stage.db.execute(
      sql`update rows set written_at = (select began_at from editing_sessions) + interval '1 millisecond'`,
    );
    const examined = await save(stage, [[orderUrl(1)], [orderUrl(2), '', `${OURS}2`]]);
    expect(examined).toMatchObject({ started: null, writeAgain: [batchId] });
  });

  it('a row that comes back long after gets its result, also where the save joins another batch', async () => {
    const stage = await stageWith();
    const { started } = await save(stage, [[orderUrl(1)], [orderUrl(2)]]);
    const batchId = started ?? '';
    await saveWorkbook([[orderUrl(2)]], workbook);
    await answer(stage, batchId, { 2: OURS, 3: `${OURS}2` });
    await stage.run(stage.activities.writeBack, { batchId });
    await setBatchState(stage.db, batchId, 'completed', null);
    await stage.db.execute(sql`update batches set finished_at = now() - interval '9 days',
      opened_at = now() - interval '9 days', started_at = now() - interval '9 days'`);
    await stage.db.execute(sql`update rows set status = 'delivered', terminal_at = now()`);
    const other = await batchOf(stage, 'official_website_tracking', [orderUrl(3)], { workbook });
    await save(stage, [[orderUrl(1)], [orderUrl(2), '', `${OURS}2`], [orderUrl(3)]]);
    await stage.run(stage.activities.joinRows, { batchId: other });
    expect(await jobsOf(stage, other)).toHaveLength(1);
    expect(await endedUnwritten(stage.db)).toEqual([batchId]);
    await stage.run(stage.activities.writeBack, { batchId });
    expect(await columnC(workbook)).toEqual([OURS, `${OURS}2`, '']);
  });

  it('rows of a cancelled batch wait for a person', async () => {
    const stage = await stageWith();
    const { started } = await save(stage, [[orderUrl(1)]]);
    await setBatchState(stage.db, started ?? '', 'cancelled', null);
    expect(await save(stage, [[orderUrl(1)], ['', '', 'a note']])).toMatchObject({ started: null });
  });
});

describe('while a batch runs', () => {
  it('a save joins it: new rows at its end, a cleared one again, the rest as they are', async () => {
    const stage = await stageWith();
    const { started } = await save(stage, [[orderUrl(1)], [orderUrl(2)]]);
    const batchId = started ?? '';
    await answer(stage, batchId, { 2: OURS });
    await stage.run(stage.activities.writeBack, { batchId });
    const examined = await save(stage, [[orderUrl(9)], [orderUrl(1)], [orderUrl(2)]]);
    expect(examined).toMatchObject({ started: null, running: batchId });
    expect(await waiting(stage)).toBe(1);
    const joined = await stage.run(stage.activities.joinRows, { batchId });
    expect(joined).toMatchObject({ paused: null, counts: { total: 3, pending: 3 } });
    expect(await jobsOf(stage, batchId)).toMatchObject([
      { seq: 1, subjects: [orderUrl(1)] },
      { seq: 2, subjects: [orderUrl(2)] },
      { seq: 3, subjects: [orderUrl(1)], attempt: 2 },
      { seq: 4, subjects: [orderUrl(9)], attempt: 1 },
    ]);
    expect(await waiting(stage)).toBe(0);
    // Told of once more, nothing joins.
    await stage.run(stage.activities.joinRows, { batchId });
    expect(await jobsOf(stage, batchId)).toHaveLength(4);
  });

  it('an edited row is a new one: the old result finds no row, the new one its own', async () => {
    const stage = await stageWith();
    const { started } = await save(stage, [[orderUrl(1)]]);
    const batchId = started ?? '';
    await save(stage, [[orderUrl(2)]]);
    await stage.run(stage.activities.joinRows, { batchId });
    const [old, edited] = await rowsOf(stage, batchId);
    expect([old?.input, edited?.input]).toEqual([orderUrl(1), orderUrl(2)]);
    await answer(stage, batchId, { 2: OURS });
    await stage.run(stage.activities.writeBack, { batchId });
    expect(await columnC(workbook)).toEqual([OURS]);
    expect((await rowsOf(stage, batchId)).map(({ warnings }) => warnings.length)).toEqual([1, 0]);
  });

  it('one whose workbook is still to be read takes nothing: the reading brings those rows', async () => {
    const stage = await stageWith();
    await saveWorkbook([[orderUrl(1)], [orderUrl(2)]], workbook);
    const { id: batchId } = await emptyBatch(stage, 'official_website_tracking', { workbook });
    expect(await examine(stage)).toMatchObject({ running: batchId });
    await expect(stage.run(stage.activities.joinRows, { batchId })).rejects.toMatchObject({
      type: 'BATCH_UNREAD',
      nonRetryable: false,
    });
    await stage.run(stage.activities.readWorkbook, { batchId });
    expect(await stage.run(stage.activities.joinRows, { batchId })).toMatchObject({
      counts: { total: 2 },
    });
    expect(await jobsOf(stage, batchId)).toHaveLength(2);
  });

  it('too many rows at once hold it', async () => {
    const stage = await stageWith({ autoMaxRows: 2 });
    const { started } = await save(stage, [[orderUrl(1)]]);
    await save(
      stage,
      [1, 2, 3, 4].map((n) => [orderUrl(n)]),
    );
    const batchId = started ?? '';
    const { paused, counts } = await stage.run(stage.activities.joinRows, { batchId });
    expect(counts.total).toBe(4);
    expect(paused).toMatchObject({
      by: 'tsuiseki',
      why: expect.stringMatching(/^3 rows to look up are more than AUTO_MAX_ROWS/),
    });
    // The worker ended before it could tell: done again, the rows are all there, and held all the same.
    expect(await stage.run(stage.activities.joinRows, { batchId })).toMatchObject({ paused, counts });
    // Resumed, it stays so.
    await stage.run(stage.activities.resume, { batchId, ...newMessage() });
    expect(await stage.run(stage.activities.joinRows, { batchId })).toMatchObject({ paused: null, counts });
  });
});
