import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import ExcelJS from 'exceljs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createFolderActivities } from '../../activities/folders.ts';
import { findBatch, setBatchState } from '../../src/db/batches.ts';
import { storeSave } from '../../src/db/saves.ts';
import { WebDavFiles } from '../../src/files/webdav/webdav-files.ts';
import { WorkbookFiles } from '../../src/files/workbook-files.ts';
import { answer } from '../support/activities/answers.ts';
import { orderUrl } from '../support/activities/batch.ts';
import { Colleague } from '../support/files/colleague.ts';
import { needs } from '../support/component.ts';
import { sabreDavMissing, startSabreDav } from '../support/files/sabre-dav.ts';
import type { SabreDav } from '../support/files/sabre-dav.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';
import { columnC, saveWorkbook } from '../support/workbook/workbook-file.ts';

const stageWith = useStage();
const FOLDER = 'official_website_tracking';
const WORKBOOK = `webdav:/${FOLDER}/OWT-1.xlsx`;
const RESULT = 'a｜｜｜b｜｜｜c';

needs(sabreDavMissing())('a workbook on sabre/dav', () => {
  let dav: SabreDav;
  let webdav: WebDavFiles;
  let stage: Stage;

  beforeAll(async () => {
    dav = await startSabreDav();
  });
  afterAll(() => dav.close());
  beforeEach(async () => {
    await dav.reset();
    await mkdir(join(dav.folder, FOLDER));
    webdav = new WebDavFiles(dav);
    stage = await stageWith({ files: new WorkbookFiles(webdav) });
  });

  const onDisk = (workbook = WORKBOOK) => join(dav.folder, workbook.slice('webdav:/'.length));
  const examine = async (workbook = WORKBOOK) => {
    await storeSave(stage.db, { workbook, source: 'nextcloud', savedBy: 'mika' });
    return stage.run(stage.activities.examineSave, { workbook });
  };
  /** A batch of one row that has its result. */
  const answered = async () => {
    await saveWorkbook([[orderUrl(1)]], onDisk());
    const { started } = await examine();
    const batchId = started ?? '';
    await answer(stage, batchId, { 2: RESULT });
    return batchId;
  };

  it('renamed and moved meanwhile, it is found by its file’s id, and its batch goes with it', async () => {
    const batchId = await answered();
    const moved = `webdav:/archive/${FOLDER}/OWT-1 (done).xlsx`;
    await mkdir(dirname(onDisk(moved)), { recursive: true });
    await rename(onDisk(), onDisk(moved));
    await stage.run(stage.activities.writeBack, { batchId });
    expect(await columnC(onDisk(moved))).toEqual([RESULT]);
    expect(await findBatch(stage.db, batchId)).toMatchObject({ workbook: moved });
    expect(await examine(moved)).toMatchObject({ outcome: 'nothing new' });
  });

  it('moved meanwhile, and a new one put in its place, its results are its own', async () => {
    const batchId = await answered();
    const moved = `webdav:/archive/${FOLDER}/OWT-1.xlsx`;
    await mkdir(dirname(onDisk(moved)), { recursive: true });
    await rename(onDisk(), onDisk(moved));
    await saveWorkbook([[orderUrl(1)], [orderUrl(2)]], onDisk());
    await stage.run(stage.activities.writeBack, { batchId });
    expect(await columnC(onDisk(moved))).toEqual([RESULT]);
    expect(await columnC(onDisk())).toEqual(['', '']);
    // Nothing is on record of the new one.
    const { started } = await examine();
    expect(started).not.toBeNull();
    expect(await findBatch(stage.db, started ?? '')).toMatchObject({ workbook: WORKBOOK });
    expect(await findBatch(stage.db, batchId)).toMatchObject({ workbook: moved });
  });

  it('renamed after its batch, its rows are known: nothing is paid for twice', async () => {
    const batchId = await answered();
    await stage.run(stage.activities.writeBack, { batchId });
    await setBatchState(stage.db, batchId, 'completed', null);
    const renamed = `webdav:/${FOLDER}/OWT-2.xlsx`;
    await rename(onDisk(), onDisk(renamed));
    await saveInPlace(onDisk(renamed), (sheet) => {
      sheet.getCell('D2').value = 'a note';
    });
    expect(await examine(renamed)).toMatchObject({ outcome: 'nothing to look up' });
  });

  it('gone, its results wait, and are written once it is back', async () => {
    const batchId = await answered();
    const bytes = await readFile(onDisk());
    await rm(onDisk());
    const writing = stage.run(stage.activities.writeBack, { batchId });
    await expect(writing).rejects.toMatchObject({ type: 'FILE_NOT_FOUND' });
    await writeFile(onDisk(), bytes);
    await stage.run(stage.activities.writeBack, { batchId });
    expect(await columnC(onDisk())).toEqual([RESULT]);
  });

  it('locked, the lock’s owner is told', async () => {
    const batchId = await answered();
    await dav.lock(WORKBOOK, 'Mika');
    const writing = stage.run(stage.activities.writeBack, { batchId });
    await expect(writing).rejects.toMatchObject({
      type: 'FILE_LOCKED',
      message: expect.stringContaining('Mika'),
    });
    await dav.unlock(WORKBOOK);
    await stage.run(stage.activities.writeBack, { batchId });
    expect(await columnC(onDisk())).toEqual([RESULT]);
  });

  it('somebody saves again and again: at the end every save and every result is in', async () => {
    const colleague = new Colleague(dav, `${FOLDER}/OWT-1.xlsx`);
    const inputs = Array.from({ length: 6 }, (_, serial) => orderUrl(serial));
    await colleague.create((sheet) => sheet.addRows([['番号'], ...inputs.map((input) => [input])]));
    const batchId = (await examine()).started ?? '';
    const results = inputs.map((_, index) => `${index}｜｜｜`);
    let done = false;
    let saves = 0;
    const storm = async () => {
      while (!done) {
        await colleague.edit((sheet) => {
          sheet.getCell(`D${(saves % 6) + 2}`).value = saves;
          sheet.getCell('E1').value = saves;
        });
        saves += 1;
        // A person's pace, ten times as fast.
        await delay(500);
      }
    };
    const storming = storm();
    for (const [index, text] of results.entries()) {
      await answer(stage, batchId, { [index + 2]: text });
      for (let written = false; !written;) {
        const figures = await stage.run(stage.activities.writeBack, { batchId }).catch(isRace);
        written = figures?.unwritten === 0;
      }
    }
    done = true;
    await storming;
    const { sheet } = await colleague.read();
    expect(await columnC(onDisk())).toEqual(results);
    expect(sheet.getCell('E1').value).toBe(saves - 1);
    const last = Array.from({ length: Math.min(6, saves) }, (_, back) => saves - 1 - back);
    for (const save of last) expect(sheet.getCell(`D${(save % 6) + 2}`).value).toBe(save);
    expect(saves).toBeGreaterThan(1);
  });

  it('a server that answers 204 and drops the write is found out', async () => {
    const batchId = await answered();
    await dav.fault('drop-write', 1);
    const writing = stage.run(stage.activities.writeBack, { batchId });
    await expect(writing).rejects.toMatchObject({ type: 'FILE_NOT_STORED', nonRetryable: false });
    await stage.run(stage.activities.writeBack, { batchId });
    expect(await columnC(onDisk())).toEqual([RESULT]);
  });

  it('saves that no webhook told of are found by the sweep, once; what is ours or old is none', async () => {
    const woken: string[] = [];
    const client = {
      workflow: {
        signalWithStart: async (_: string, { args }: { args: { workbook: string }[] }) =>
          void woken.push(args[0]?.workbook ?? ''),
      },
      withDeadline: <T>(_: number, run: () => Promise<T>) => run(),
    };
    const { sweepFolders, walkFolders, wakeSaves } = createFolderActivities({
      database: stage.database,
      client: client as never,
      webdav,
    });
    await saveWorkbook([[orderUrl(1)]], onDisk());
    await saveWorkbook([[orderUrl(1)]], join(dav.folder, 'private.xlsx'));
    expect(await stage.run(sweepFolders)).toEqual({ found: 1 });
    expect(await stage.run(sweepFolders)).toEqual({ found: 0 });
    await stage.run(stage.activities.examineSave, { workbook: WORKBOOK });
    expect(await stage.run(sweepFolders)).toEqual({ found: 0 });
    await saveInPlace(onDisk(), (sheet) => {
      sheet.getCell('D2').value = 'a note';
    });
    expect(await stage.run(sweepFolders)).toEqual({ found: 1 });
    expect(await stage.run(walkFolders)).toEqual({ found: 0 });
    expect(woken).toEqual([WORKBOOK, WORKBOOK]);
    // Just woken: not yet a matter for the relay.
    expect(await stage.run(wakeSaves)).toEqual({ woken: 0 });
  });
});

function isRace(error: unknown): null {
  if (error instanceof ApplicationFailure && error.type === 'FILE_CHANGED') return null;
  throw error;
}

async function saveInPlace(path: string, change: (sheet: ExcelJS.Worksheet) => void): Promise<void> {
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.readFile(path);
  const [sheet] = workbook.worksheets;
  if (sheet !== undefined) change(sheet);
  await workbook.xlsx.writeFile(path);
}
