import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { explainRow } from '../../src/batches/explain.ts';
import { findBatch, setBatchState } from '../../src/db/batches.ts';
import { noteSession } from '../../src/db/editing-sessions.ts';
import { sheetWords } from '../../src/db/file-schema.ts';
import { workbooksUnanswered } from '../../src/db/sheet-words.ts';
import { answer } from '../support/activities/answers.ts';
import { jobsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { OURS, useSavedWorkbook } from '../support/activities/saved-workbook.ts';
import type { Stage } from '../support/activities/stage.ts';
import { columnC, saveWorkbook } from '../support/workbook/workbook-file.ts';

const saved = useSavedWorkbook();
const { stageWith, save, trackedOnce } = saved;
const WITH_COLUMN = { statusColumn: 'D' };

const TIME = String.raw`\d\d/\d\d \d\d:\d\d`;
const like = (text: string) => expect.stringMatching(new RegExp(`^${text.replace(' TIME', ` ${TIME}`)}$`));
const columnD = () => columnC(saved.path, 'D');
const answerAll = (stage: Stage) => stage.run(stage.activities.answerWords, { workbook: saved.path });
const actionsOf = (stage: Stage) => stage.db.query.actions.findMany();

/** Saves the workbook with words, has the save examined and its answers written, as the save's workflow does. */
async function type(stage: Stage, rows: Parameters<typeof save>[1]) {
  const examined = await save(stage, rows);
  if (examined.answers !== undefined) await answerAll(stage);
  return examined;
}

const row = (serial: number, result = '', word = '') => [orderUrl(serial), '', result, word];

describe('a word in a status cell', () => {
  it('retry asks again at once, is answered with when, and told by who saved it', async () => {
    const { stage } = await trackedOnce(WITH_COLUMN);
    const { started } = await type(stage, [row(1, OURS, ' 再試行 '), row(2, `${OURS}2`, '完了 11/24 15:04')]);
    expect(await rowsOf(stage, started ?? '')).toMatchObject([{ row: 2, state: 'pending' }]);
    expect(await columnD()).toEqual([like('待ち TIME: 再試行'), '完了 11/24 15:04']);
    expect(await actionsOf(stage)).toMatchObject([{ batchId: started, action: 'retry', by: 'mika' }]);
    const story = await explainRow(stage.db, (await findBatch(stage.db, started ?? ''))!, 2);
    expect(story).toContainEqual(
      expect.objectContaining({
        what: 'action',
        details: 'retry by mika: 再試行 typed into the status cell of rows 2',
      }),
    );
  });

  it('is obeyed once: neither the answer nor later states are words', async () => {
    const { stage, batchId } = await trackedOnce(WITH_COLUMN);
    const { started } = await type(stage, [row(1, OURS, 'retry'), row(2, `${OURS}2`)]);
    const again = [row(1, OURS, (await columnD())[0]), row(2, `${OURS}2`), ['', '', 'a note']];
    expect(await type(stage, again)).toMatchObject({ running: started });
    await stage.run(stage.activities.joinRows, { batchId: started ?? '' });
    await answer(stage, started ?? '', { 2: `${OURS}9` });
    await stage.run(stage.activities.writeBack, { batchId: started ?? '' });
    await setBatchState(stage.db, started ?? '', 'completed', null);
    const [status] = await columnD();
    expect(status).toEqual(like('完了 TIME'));
    expect(await type(stage, [row(1, `${OURS}9`, status), row(2, `${OURS}2`)])).toMatchObject({
      started: null,
    });
    expect((await actionsOf(stage)).length).toBe(1);
    expect(batchId).not.toBe(started);
  });

  it('while its answer is to be written it is obeyed once', async () => {
    const { stage } = await trackedOnce(WITH_COLUMN);
    const first = await save(stage, [row(1, OURS, 'retry'), row(2, `${OURS}2`)]);
    await setBatchState(stage.db, first.started ?? '', 'completed', null);
    await stage.db.execute(sql`update rows set state = 'completed', result = ${OURS}, completed_at = now(),
      written = ${OURS}, written_at = now() - interval '1 minute' where batch_id = ${first.started}`);
    const second = await save(stage, [row(1, OURS, 'retry'), row(2, `${OURS}2`), ['', '', 'a note']]);
    expect(second).toMatchObject({ started: null, answers: saved.path });
  });

  it('fresh asks for what cannot change as well, retry does not', async () => {
    const { stage } = await trackedOnce(WITH_COLUMN);
    await stage.db.execute(sql`update rows set status = 'delivered', terminal_at = now(), event_at = now()`);
    const { started } = await type(stage, [row(1, OURS, '最新'), row(2, `${OURS}2`, '重试')]);
    expect(await rowsOf(stage, started ?? '')).toMatchObject([{ row: 2, state: 'pending', source: null }]);
    expect(await columnD()).toEqual([
      like('待ち TIME: 最新'),
      like('完了 TIME: 確定済みです。「最新」で照会します'),
    ]);
  });

  it('retry of an invalid row that is unchanged says that it cannot be', async () => {
    const stage = await stageWith(WITH_COLUMN);
    const { started } = await save(stage, [['no number']]);
    expect(await rowsOf(stage, started ?? '')).toMatchObject([{ state: 'invalid' }]);
    await setBatchState(stage.db, started ?? '', 'completed', null);
    expect(await type(stage, [['no number', '', '', '再試行']])).toMatchObject({ started: null });
    expect(await columnD()).toEqual([like('無効 TIME: 照会できません')]);
  });

  it.each([
    ['保留', '保留'],
    ['done', '済'],
  ])(
    '%s keeps a row from every save, wherever it is sorted to, until its cell is emptied',
    async (word, shown) => {
      const { stage, batchId } = await trackedOnce(WITH_COLUMN);
      await stage.db.execute(
        sql`update rows set completed_at = now() - interval '13 hours', status = 'in_transit'`,
      );
      await type(stage, [row(1, OURS, word), row(3, '', word)]);
      expect(await columnD()).toEqual([like(`${shown} TIME`), like(`${shown} TIME`)]);
      const [first = '', third = ''] = await columnD();
      const sorted = [row(3, '', third), ['', '', 'a note'], row(1, OURS, first)];
      expect(await type(stage, sorted)).toMatchObject({ started: null, outcome: 'nothing to look up' });
      // It stays shown as such, whatever a writeback has to say.
      await stage.db.execute(sql`update rows set shown = null where batch_id = ${batchId}`);
      await stage.run(stage.activities.writeBack, { batchId });
      expect(await columnD()).toEqual([third, '', first]);
      const { started } = await type(stage, [row(3), ['', '', 'a note'], row(1, OURS, first)]);
      expect(await rowsOf(stage, started ?? '')).toMatchObject([{ row: 2, input: orderUrl(3) }]);
      expect((await actionsOf(stage)).map(({ action }) => action)).toContain('release');
    },
  );

  it('another word ends a hold', async () => {
    const { stage } = await trackedOnce(WITH_COLUMN);
    await type(stage, [row(1, OURS, 'hold'), row(2, `${OURS}2`)]);
    const { started } = await type(stage, [row(1, OURS, 'fresh'), row(2, `${OURS}2`)]);
    expect(await rowsOf(stage, started ?? '')).toMatchObject([{ row: 2, input: orderUrl(1) }]);
  });

  it('a held row among equal ones is the one that says so', async () => {
    const { stage } = await trackedOnce(WITH_COLUMN);
    await type(stage, [row(1, OURS, 'hold'), row(2, `${OURS}2`)]);
    const [held = ''] = await columnD();
    await stage.db.execute(
      sql`update rows set completed_at = now() - interval '13 hours', status = 'in_transit'`,
    );
    const { started } = await type(stage, [row(1, OURS, '完了 11/24 15:04'), row(1, OURS, held)]);
    // The first keeps it as well: only an emptied cell or a word takes a hold from a row.
    expect(started).toBeNull();
    const emptied = await type(stage, [row(1, OURS), row(1, OURS, held)]);
    expect(await rowsOf(stage, emptied.started ?? '')).toMatchObject([{ row: 2 }]);
  });
});

describe('while a batch runs', () => {
  it('a word in one of its rows joins it', async () => {
    const stage = await stageWith(WITH_COLUMN);
    const { started } = await save(stage, [row(1), row(2)]);
    const batchId = started ?? '';
    await answer(stage, batchId, { 2: OURS });
    await stage.run(stage.activities.writeBack, { batchId });
    await save(stage, [row(1, OURS, 'retry'), row(2, '', 'retry')]);
    await stage.run(stage.activities.joinRows, { batchId });
    expect(await jobsOf(stage, batchId)).toMatchObject([{ seq: 1 }, { seq: 2 }, { seq: 3, attempt: 2 }]);
    await stage.run(stage.activities.writeBack, { batchId });
    // The row that waits anew tells its state, the one under way that it is.
    expect(await columnD()).toEqual([like('待ち TIME'), like('照会中 TIME: 結果をお待ちください')]);
  });

  it('a row held before it was asked for is asked for no more', async () => {
    const stage = await stageWith(WITH_COLUMN);
    const { started } = await save(stage, [row(1), row(2)]);
    const batchId = started ?? '';
    await save(stage, [row(1), row(2, '', '搁置')]);
    const { counts } = await stage.run(stage.activities.joinRows, { batchId });
    expect(counts).toMatchObject({ pending: 1, failed: 1 });
    expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'pending' }, { state: 'failed' }]);
    await stage.run(stage.activities.writeBack, { batchId });
    expect(await columnD()).toEqual([like('待ち TIME'), like('保留 TIME')]);
  });

  it('more words than may go unasked hold it', async () => {
    const { stage } = await trackedOnce({ ...WITH_COLUMN, autoMaxRows: 1 });
    const { started } = await type(stage, [row(1, OURS, 'retry'), row(2, `${OURS}2`, 'retry')]);
    expect(await findBatch(stage.db, started ?? '')).toMatchObject({ state: 'paused' });
  });
});

describe('a writeback', () => {
  it('leaves a word that was typed since the last save was examined, which is obeyed then', async () => {
    const { stage, batchId } = await trackedOnce(WITH_COLUMN);
    await saveWorkbook([row(1, '', '保留'), row(2, `${OURS}2`)], saved.path);
    await stage.db.execute(sql`update rows set written_at = null, shown = null where batch_id = ${batchId}`);
    await stage.run(stage.activities.writeBack, { batchId });
    expect([await columnC(saved.path), await columnD()]).toEqual([
      [OURS, `${OURS}2`],
      ['保留', like('完了 TIME')],
    ]);
    expect(await saved.examine(stage)).toMatchObject({ answers: saved.path });
    await answerAll(stage);
    expect((await columnD())[0]).toEqual(like('保留 TIME'));
  });

  it('puts no answer over what a person typed or emptied meanwhile', async () => {
    const { stage } = await trackedOnce(WITH_COLUMN);
    await save(stage, [row(1, OURS, '保留'), row(2, `${OURS}2`, '保留')]);
    await saveWorkbook([row(1, OURS), row(2, `${OURS}2`, '最新')], saved.path);
    await answerAll(stage);
    expect(await columnD()).toEqual(['', '最新']);
    const { started } = await saved.examine(stage);
    expect(await rowsOf(stage, started ?? '')).toMatchObject([{ row: 3 }]);
    expect(await stage.db.query.sheetWords.findMany()).toMatchObject([{ word: 'fresh' }]);
  });

  it('whose answer is not written is waited for: the relay wakes it', async () => {
    const { stage } = await trackedOnce(WITH_COLUMN);
    await save(stage, [row(1, OURS, '保留')]);
    expect(await workbooksUnanswered(stage.db, 0)).toEqual([saved.path]);
    expect(await workbooksUnanswered(stage.db, 60_000)).toEqual([]);
    await answerAll(stage);
    expect(await workbooksUnanswered(stage.db, 0)).toEqual([]);
    // Once answered, nothing on record says whose row it is.
    expect(await stage.db.select({ answerTo: sheetWords.answerTo }).from(sheetWords)).toEqual([
      { answerTo: null },
    ]);
  });

  it('an old editor that brings a word back has it answered again, and nothing asked', async () => {
    const { stage } = await trackedOnce(WITH_COLUMN);
    await noteSession(stage.db, { key: 'k', workbook: saved.path, open: true });
    const { started } = await type(stage, [row(1, OURS, 'retry'), row(2, `${OURS}2`)]);
    await setBatchState(stage.db, started ?? '', 'cancelled', null);
    await stage.db.execute(sql`update editing_sessions set began_at = now() - interval '1 hour'`);
    const stale = await type(stage, [row(1, OURS, 'retry'), row(2, `${OURS}2`), ['', '', 'a note']]);
    expect(stale).toMatchObject({ started: null });
    expect((await columnD())[0]).toEqual(like('待ち TIME'));
    expect(await actionsOf(stage)).toHaveLength(1);
  });
});

it('without a status column a word is nothing', async () => {
  const { stage } = await trackedOnce();
  expect(await save(stage, [row(1, OURS, 'retry'), row(2, `${OURS}2`, '保留')])).toMatchObject({
    started: null,
  });
  expect(await stage.db.query.sheetWords.findMany()).toEqual([]);
});
