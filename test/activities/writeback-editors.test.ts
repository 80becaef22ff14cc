import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { batchStatus } from '../../src/batches/status.ts';
import { findBatch } from '../../src/db/batches.ts';
import { noteSession, noteSessionSave } from '../../src/db/editing-sessions.ts';
import { answer } from '../support/activities/answers.ts';
import { batchOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';
import { columnC, removeWorkbooksAfterEach, saveWorkbook } from '../support/workbook/workbook-file.ts';

const stageWith = useStage();
removeWorkbooksAfterEach();
const TASK = 'official_website_tracking';

/** A workbook with one result to write, open in a session as far as we were told. */
async function openWorkbook(isOpen: () => Promise<boolean>) {
  const stage = await stageWith({ editors: { isOpen } });
  const workbook = await saveWorkbook([[orderUrl(1)]]);
  const batchId = await batchOf(stage, TASK, [orderUrl(1)], { workbook });
  await answer(stage, batchId, { 2: 'one' });
  await noteSession(stage.db, { key: 'k1', workbook, open: true });
  return { stage, workbook, batchId };
}

const writeBack = (stage: Stage, batchId: string) => stage.run(stage.activities.writeBack, { batchId });

it('an editor that holds it open is waited for, and its last save', async () => {
  let open = true;
  const { stage, workbook, batchId } = await openWorkbook(async () => open);
  const inUse = { type: 'FILE_BEING_EDITED', message: `${workbook} is open in an editor` };
  await expect(writeBack(stage, batchId)).rejects.toMatchObject(inUse);
  open = false;
  const saving = {
    type: 'FILE_BEING_EDITED',
    message: expect.stringContaining('whose last save is to come'),
  };
  await expect(writeBack(stage, batchId)).rejects.toMatchObject(saving);
  await expect(writeBack(stage, batchId)).rejects.toMatchObject(saving);
  await stage.db.execute(sql`update editing_sessions set ended_at = now() - interval '16 seconds'`);
  await writeBack(stage, batchId);
  expect(await columnC(workbook)).toEqual(['one']);
});

it('a document server that cannot be asked is a reason to wait', async () => {
  const { stage, batchId } = await openWorkbook(() => Promise.reject(new Error('it is away')));
  await expect(writeBack(stage, batchId)).rejects.toMatchObject({
    type: 'FILE_BEING_EDITED',
    message: expect.stringMatching(/cannot be told: it is away$/),
  });
});

it('a session that was never closed, of a document server that is dead, is waited for half a day at most', async () => {
  const { stage, workbook, batchId } = await openWorkbook(() => Promise.reject(new Error('it is away')));
  const beganAgo = (hours: number) =>
    stage.db.execute(sql`update editing_sessions set began_at = now() - make_interval(hours => ${hours})`);
  await beganAgo(11);
  await expect(writeBack(stage, batchId)).rejects.toMatchObject({ type: 'FILE_BEING_EDITED' });
  await beganAgo(13);
  await expect(writeBack(stage, batchId)).rejects.toMatchObject({
    message: expect.stringContaining('whose last save is to come'),
  });
  await stage.db.execute(sql`update editing_sessions set ended_at = now() - interval '16 seconds'`);
  await writeBack(stage, batchId);
  expect(await columnC(workbook)).toEqual(['one']);
});

const notesOf = async (stage: Stage, batchId: string) => {
  const batch = await findBatch(stage.db, batchId);
  return batch === null ? [] : (await batchStatus(stage.db, batch, stage.clock.limits)).notes;
};

it('a last save that failed (callback 3): its session is over, nothing is stuck, and the batch tells it', async () => {
  // A document server that cannot be asked.
  const { stage, workbook, batchId } = await openWorkbook(() => Promise.reject(new Error('it is away')));
  await noteSessionSave(stage.db, { key: 'k1', workbook, failed: true });
  await noteSession(stage.db, { key: 'k1', workbook, open: false });
  await stage.db.execute(sql`update editing_sessions set ended_at = now() - interval '16 seconds'`);
  await writeBack(stage, batchId);
  expect(await columnC(workbook)).toEqual(['one']);
  expect(await notesOf(stage, batchId)).toEqual([
    expect.stringMatching(
      /^OnlyOffice could not save the workbook at \S+Z: what was typed before may be missing/,
    ),
  ]);
});

it('a save while editing that failed (callback 7): the session stays open until its next save, which ends the note', async () => {
  const { stage, workbook, batchId } = await openWorkbook(async () => true);
  await noteSessionSave(stage.db, { key: 'k1', workbook, failed: true });
  expect(await notesOf(stage, batchId)).toHaveLength(1);
  await expect(writeBack(stage, batchId)).rejects.toMatchObject({ type: 'FILE_BEING_EDITED' });
  await noteSessionSave(stage.db, { key: 'k1', workbook, failed: false });
  expect(await notesOf(stage, batchId)).toEqual([]);
});

it('a session told of in NFC holds a workbook whose name is stored as NFD', async () => {
  const stage = await stageWith({ editors: { isOpen: async () => true } });
  const workbook = 'webdav:/\u30cf\u309a/OWT-1.xlsx';
  const batchId = await batchOf(stage, TASK, [orderUrl(1)], { workbook });
  await answer(stage, batchId, { 2: 'one' });
  await noteSession(stage.db, { key: 'k1', workbook: workbook.normalize('NFC'), open: true });
  await expect(writeBack(stage, batchId)).rejects.toMatchObject({ type: 'FILE_BEING_EDITED' });
});

it('without a document server to ask nobody is waited for', async () => {
  const stage = await stageWith();
  const workbook = await saveWorkbook([[orderUrl(1)]]);
  const batchId = await batchOf(stage, TASK, [orderUrl(1)], { workbook });
  await answer(stage, batchId, { 2: 'one' });
  await noteSession(stage.db, { key: 'k1', workbook, open: true });
  await writeBack(stage, batchId);
  expect(await columnC(workbook)).toEqual(['one']);
});

it('a status column follows the rows: waiting, asked, failed with the reason, done; what is not ours stays', async () => {
  const stage = await stageWith();
  const inputs = [1, 2, 3].map((n) => orderUrl(n));
  const workbook = await saveWorkbook([...inputs.map((input) => [input]), ['', '', '', 'a note']]);
  const batchId = await batchOf(stage, TASK, inputs, { workbook });
  await stage.db.execute(
    sql`update batches set columns = '{"input":"A","email":"B","result":"C","status":"D"}'`,
  );
  const time = String.raw`\d\d/\d\d \d\d:\d\d`;
  expect(await writeBack(stage, batchId)).toMatchObject({ unshown: 0 });
  expect(await columnC(workbook, 'D')).toEqual([
    ...inputs.map(() => expect.stringMatching(new RegExp(`^待ち ${time}$`))),
    'a note',
  ]);
  await answer(stage, batchId, { 2: 'one' });
  await stage.db.execute(sql`update rows set state = 'failed', error = 'the page: is empty' where row = 3`);
  await stage.db.execute(sql`update rows set state = 'published' where row = 4`);
  expect(await stage.run(stage.activities.figures, { batchId })).toMatchObject({ unshown: 3, unwritten: 1 });
  expect(await writeBack(stage, batchId)).toMatchObject({ unshown: 0, unwritten: 0 });
  expect(await columnC(workbook, 'D')).toEqual([
    expect.stringMatching(new RegExp(`^完了 ${time}$`)),
    expect.stringMatching(new RegExp(`^失敗 ${time}: the page: is empty$`)),
    expect.stringMatching(new RegExp(`^照会中 ${time}$`)),
    'a note',
  ]);
  expect(await columnC(workbook)).toEqual(['one', '', '', '']);
  expect((await rowsOf(stage, batchId)).map(({ writtenAt }) => writtenAt !== null)).toEqual([
    true,
    false,
    false,
  ]);
});
