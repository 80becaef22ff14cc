import { readFile, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFolderActivities } from '../../activities/folders.ts';
import { storeSave } from '../../src/db/saves.ts';
import { answer } from '../support/activities/answers.ts';
import { batchOf, emptyBatch, orderUrl } from '../support/activities/batch.ts';
import { newMessage } from '../support/activities/messages.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';
import { closeRawServers } from '../support/files/cloud.ts';
import { fakeCloud } from '../support/files/fake-cloud.ts';
import {
  columnC,
  newWorkbookPath,
  removeWorkbooksAfterEach,
  saveWorkbook,
} from '../support/workbook/workbook-file.ts';

const stageWith = useStage();
closeRawServers();
removeWorkbooksAfterEach();

const TASK = 'official_website_tracking';
const NAME = `${TASK}/OWT-1.xlsx`;
const WORKBOOK = `webdav:/${NAME}`;
const RESULT = 'a｜｜｜b｜｜｜c';

let cloud: Awaited<ReturnType<typeof fakeCloud>>;
let stage: Stage;
beforeEach(async () => {
  cloud = await fakeCloud();
  cloud.files.set(NAME, await readFile(await saveWorkbook([[orderUrl(1)]])));
  stage = await stageWith({ webdav: cloud.login });
});

const due = () => stage.database.sql`update file_servers set look_at = now()`;
const longAgo = () => stage.database.sql`update file_servers set looked_at = now() - interval '1 minute'`;

/** A batch that is to be read, and one with a result to write. */
async function batches() {
  const { id: unread } = await emptyBatch(stage, 'yamato_tracking_only', { workbook: WORKBOOK });
  const unwritten = await batchOf(stage, TASK, [orderUrl(1)], { workbook: WORKBOOK });
  await answer(stage, unwritten, { 2: RESULT });
  return { unread, unwritten };
}

const HELD = { type: 'FILE_LOGIN_HELD', nonRetryable: false };

describe('a file server that refuses the login', () => {
  it('is asked once: reading, writing, saves, joins and the sweep of folders wait', async () => {
    const { unread, unwritten } = await batches();
    const { activities } = stage;
    cloud.refuse = () => ({ status: 401 });
    await expect(stage.run(activities.readWorkbook, { batchId: unread })).rejects.toMatchObject(HELD);
    await expect(stage.run(activities.writeBack, { batchId: unwritten })).rejects.toMatchObject(HELD);
    await expect(stage.run(activities.joinRows, { batchId: unwritten })).rejects.toMatchObject(HELD);
    await storeSave(stage.db, { workbook: WORKBOOK, source: 'nextcloud', savedBy: 'mika' });
    await expect(stage.run(activities.examineSave, { workbook: WORKBOOK })).rejects.toMatchObject(HELD);
    const { sweepFolders } = createFolderActivities(stage);
    await expect(stage.run(sweepFolders)).rejects.toMatchObject(HELD);
    expect(cloud.requests).toHaveLength(1);
    // The save waits to be examined.
    expect(await stage.db.query.saves.findMany()).toMatchObject([{ examinedAt: null }]);
  });

  it('once it takes the login again, whoever comes first opens it for all', async () => {
    const { unread, unwritten } = await batches();
    const { activities } = stage;
    cloud.refuse = () => ({ status: 401 });
    await stage.run(activities.readWorkbook, { batchId: unread }).catch(() => null);
    cloud.refuse = () => null;
    await expect(stage.run(activities.writeBack, { batchId: unwritten })).rejects.toMatchObject(HELD);
    await due();
    expect(await stage.run(activities.writeBack, { batchId: unwritten })).toMatchObject({ unwritten: 0 });
    expect(await stage.run(activities.readWorkbook, { batchId: unread })).toMatchObject({
      counts: { total: 1 },
    });
  });

  it('resume of any batch has it looked at once for all', async () => {
    const { unread, unwritten } = await batches();
    const { activities } = stage;
    cloud.refuse = () => ({ status: 401 });
    await stage.run(activities.readWorkbook, { batchId: unread }).catch(() => null);
    await longAgo();
    const message = newMessage();
    await stage.run(activities.resume, { batchId: unwritten, ...message });
    // The activity of that message, tried again.
    await stage.run(activities.resume, { batchId: unwritten, ...message });
    for (let time = 0; time < 3; time += 1)
      await expect(stage.run(activities.writeBack, { batchId: unwritten })).rejects.toMatchObject(HELD);
    expect(cloud.requests).toHaveLength(2);
    await longAgo();
    cloud.refuse = () => null;
    await stage.run(activities.resume, { batchId: unread, ...newMessage() });
    expect(await stage.run(activities.writeBack, { batchId: unwritten })).toMatchObject({ unwritten: 0 });
    expect(await stage.run(activities.readWorkbook, { batchId: unread })).toMatchObject({
      counts: { total: 1 },
    });
  });
});

describe('a write that is answered 504, its file stored, the next refused by 423', () => {
  it.each(['at once', 'after a while'])('%s: written once', async (when) => {
    const { unwritten: batchId } = await batches();
    let puts = 0;
    let late: Buffer = Buffer.alloc(0);
    cloud.onPut = (_path, body) => {
      puts += 1;
      if (puts > 1) return { status: 423, stores: false };
      late = body;
      return { status: 504, stores: when === 'at once' };
    };
    const writing = stage.run(stage.activities.writeBack, { batchId });
    if (when === 'after a while') {
      await expect(writing).rejects.toMatchObject({ type: 'FILE_UNAVAILABLE' });
      // The server is still at it: whoever writes meanwhile is refused.
      await expect(stage.run(stage.activities.writeBack, { batchId })).rejects.toMatchObject({
        type: 'FILE_LOCKED',
      });
      cloud.files.set(NAME, late);
      await stage.run(stage.activities.writeBack, { batchId });
    } else await writing;
    expect(puts).toBe(when === 'at once' ? 1 : 2);
    expect(await stage.run(stage.activities.figures, { batchId })).toMatchObject({ unwritten: 0 });
    const stored = await newWorkbookPath();
    await writeFile(stored, cloud.files.get(NAME) ?? '');
    expect(await columnC(stored)).toEqual([RESULT]);
    expect([...cloud.files.keys()]).toEqual([NAME]);
  });
});
