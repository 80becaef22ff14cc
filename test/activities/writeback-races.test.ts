import { rm } from 'node:fs/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, inject, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { giveBackLease, takeLease } from '../../src/db/workbook-leases.ts';
import { LocalFiles } from '../../src/files/local.ts';
import type { FileVersion, LastLook } from '../../src/files/types.ts';
import { answer } from '../support/activities/answers.ts';
import { batchOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { useStage } from '../support/activities/stage.ts';
import { recordingMeter } from '../support/metrics/recording-meter.ts';
import type { Stage } from '../support/activities/stage.ts';
import { columnC, removeWorkbooksAfterEach, saveWorkbook } from '../support/workbook/workbook-file.ts';

const stageWith = useStage();
removeWorkbooksAfterEach();
const TASK = 'official_website_tracking';
const INPUTS = [orderUrl(1), orderUrl(2)];

/** Files in which something happens between a writeback's reading and its writing. */
class RacingFiles extends LocalFiles {
  replaced = 0;
  meanwhile: (race: number, path: string) => Promise<void>;

  constructor(meanwhile: (race: number, path: string) => Promise<void>) {
    super();
    this.meanwhile = meanwhile;
  }

  override async replace(
    path: string,
    localPath: string,
    ifMatch: FileVersion,
    lastLook?: LastLook,
  ): Promise<FileVersion> {
    this.replaced += 1;
    await this.meanwhile(this.replaced, path);
    return super.replace(path, localPath, ifMatch, lastLook);
  }
}

const writeBack = (stage: Stage, batchId: string) => stage.run(stage.activities.writeBack, { batchId });

it('failure 7 of before: a person who saves meanwhile loses nothing: the writeback reads again', async () => {
  const files = new RacingFiles(async (race, path) => {
    if (race <= 2) await saveWorkbook([[orderUrl(7)], [INPUTS[0] ?? ''], [`edit ${race}`]], path);
  });
  const stage = await stageWith({ files });
  const workbook = await saveWorkbook(INPUTS.map((input) => [input]));
  const batchId = await batchOf(stage, TASK, INPUTS, { workbook });
  await answer(stage, batchId, { 2: 'one' });
  await writeBack(stage, batchId);
  expect(files.replaced).toBe(3);
  expect(await columnC(workbook)).toEqual(['', 'one', '']);
});

it('one who saves all the time is left to the next try', async () => {
  const files = new RacingFiles(async (race, path) => {
    await saveWorkbook([[INPUTS[0] ?? ''], [`edit ${race}`]], path);
  });
  const stage = await stageWith({ files });
  const workbook = await saveWorkbook(INPUTS.map((input) => [input]));
  const batchId = await batchOf(stage, TASK, INPUTS, { workbook });
  await answer(stage, batchId, { 2: 'one' });
  await expect(writeBack(stage, batchId)).rejects.toMatchObject({
    type: 'FILE_CHANGED',
    nonRetryable: false,
  });
  expect(files.replaced).toBe(5);
  expect(await stage.run(stage.activities.figures, { batchId })).toMatchObject({ unwritten: 1 });
});

it('counts each time that somebody changed the workbook in between, the last of them too', async () => {
  const files = new RacingFiles(async (race, path) => {
    if (race <= 2) await saveWorkbook([[INPUTS[0] ?? ''], [`edit ${race}`]], path);
  });
  const stage = await stageWith({ files });
  const workbook = await saveWorkbook(INPUTS.map((input) => [input]));
  const batchId = await batchOf(stage, TASK, INPUTS, { workbook });
  const { meter, values } = recordingMeter();
  const counted = async () => {
    const environment = new MockActivityEnvironment({}, { metricMeter: meter });
    await environment.run(stage.activities.writeBack, { batchId }).catch(() => {});
    return values('tsuiseki_writeback_conflicts');
  };
  await answer(stage, batchId, { 2: 'one' });
  expect(await counted()).toEqual([1, 1]);
  files.meanwhile = async (race, path) => {
    await saveWorkbook([[INPUTS[0] ?? ''], [`edit ${race}`]], path);
  };
  await answer(stage, batchId, { 2: 'two' });
  expect(await counted()).toHaveLength(7);
});

it('failure 7 of before: two at once for one workbook do not overwrite each other', async () => {
  const files = new RacingFiles(async () => {});
  const stage = await stageWith({ files });
  const workbook = await saveWorkbook(INPUTS.map((input) => [input]));
  const first = await batchOf(stage, TASK, INPUTS, { workbook });
  const second = await batchOf(stage, 'official_website_redirect_to_yamato_tracking', INPUTS, { workbook });
  await answer(stage, first, { 2: 'one' });
  await answer(stage, second, { 3: 'two' });
  const tries = await Promise.allSettled([writeBack(stage, first), writeBack(stage, second)]);
  const refused = tries.filter((each) => each.status === 'rejected');
  expect(refused).toMatchObject([{ reason: { type: 'WORKBOOK_BUSY', nonRetryable: false } }]);
  expect(files.replaced).toBe(1);
  await writeBack(stage, tries[0].status === 'rejected' ? first : second);
  expect(await columnC(workbook)).toEqual(['one', 'two']);
  expect(files.replaced).toBe(2);
});

it('a result that comes meanwhile is not lost, nor is what was written before it', async () => {
  let newer = async () => {};
  const files = new RacingFiles(async (race) => {
    if (race === 1) await newer();
  });
  const stage = await stageWith({ files });
  const workbook = await saveWorkbook(INPUTS.map((input) => [input]));
  const batchId = await batchOf(stage, TASK, INPUTS, { workbook });
  await answer(stage, batchId, { 2: 'not found' });
  newer = () => answer(stage, batchId, { 2: 'found' });
  expect(await writeBack(stage, batchId)).toMatchObject({ unwritten: 1 });
  expect(await writeBack(stage, batchId)).toMatchObject({ unwritten: 0 });
  expect(await columnC(workbook)).toEqual(['found', '']);
  expect(await rowsOf(stage, batchId)).toMatchObject([{ written: 'found', warnings: [] }, {}]);
});

it('a process that stood still for longer than its lease lasts writes nothing', async () => {
  const files = new RacingFiles(async (_, path) => {
    await stage.database.sql`update workbook_leases set until = until - interval '90 seconds'`;
    expect(await takeLease(stage.db, path, 'another')).toBe(true);
  });
  const stage = await stageWith({ files });
  const workbook = await saveWorkbook(INPUTS.map((input) => [input]));
  const batchId = await batchOf(stage, TASK, INPUTS, { workbook });
  await answer(stage, batchId, { 2: 'one' });
  await expect(writeBack(stage, batchId)).rejects.toMatchObject({ type: 'WORKBOOK_BUSY' });
  expect(await columnC(workbook)).toEqual(['', '']);
  // What it gave back was not the other's lease.
  await expect(writeBack(stage, batchId)).rejects.toMatchObject({ type: 'WORKBOOK_BUSY' });
  await giveBackLease(stage.db, workbook, 'another');
  files.meanwhile = async () => {};
  await writeBack(stage, batchId);
  expect(await columnC(workbook)).toEqual(['one', '']);
});

it('sessions that end during a writeback end neither the process nor what others do', async () => {
  const sessions = async () => {
    const all = Array.from(
      { length: 5 },
      () => stage.database.sql`select pg_backend_pid() as pid, pg_sleep(0.05)`,
    );
    return (await Promise.all(all)).flatMap((found) => found.map(({ pid }) => Number(pid)));
  };
  const files = new RacingFiles(async () => {
    await admin.sql`select pg_terminate_backend(pid, 10000) from unnest(${pids}::int[]) pid`;
  });
  const stage = await stageWith({ files });
  const admin = openDatabase(inject('databaseUrl'), { maxConnections: 1 });
  const pids = await sessions();
  const workbook = await saveWorkbook(INPUTS.map((input) => [input]));
  const batchId = await batchOf(stage, TASK, INPUTS, { workbook });
  await answer(stage, batchId, { 2: 'one' });
  await writeBack(stage, batchId).catch(() => {});
  await admin.close();
  files.meanwhile = async () => {};
  const others = Array.from({ length: 20 }, (_, n) =>
    stage.database.sql.begin((tx) => tx`select ${n}::int as n`),
  );
  expect((await Promise.all(others)).map(([row]) => row?.['n'])).toEqual(
    Array.from({ length: 20 }, (_, n) => n),
  );
  await writeBack(stage, batchId);
  expect(await columnC(workbook)).toEqual(['one', '']);
  expect(await stage.database.sql`select * from workbook_leases`).toHaveLength(0);
});

it('a file that is gone is a final failure, and its lease is given back', async () => {
  const stage = await stageWith();
  const workbook = await saveWorkbook(INPUTS.map((input) => [input]));
  const batchId = await batchOf(stage, TASK, INPUTS, { workbook });
  await answer(stage, batchId, { 2: 'one' });
  await rm(workbook);
  await expect(writeBack(stage, batchId)).rejects.toMatchObject({
    type: 'FILE_NOT_FOUND',
    nonRetryable: true,
  });
  await saveWorkbook(
    INPUTS.map((input) => [input]),
    workbook,
  );
  await writeBack(stage, batchId);
  expect(await columnC(workbook)).toEqual(['one', '']);
});
