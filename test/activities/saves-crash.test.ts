import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { setBatchState } from '../../src/db/batches.ts';
import { storeSave } from '../../src/db/saves.ts';
import { batchOf, orderUrl } from '../support/activities/batch.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';
import { saveWorkbook } from '../support/workbook/workbook-file.ts';

// A reader that dies of a workbook: none of the workbooks we know makes it do so.
vi.mock('../../src/workbook/apart/apart.ts', async (original) => {
  const { WorkbookError } = await import('../../src/workbook/types.ts');
  const crash = () => Promise.reject(new WorkbookError('WORKBOOK_CRASHED', 'OWT-1.xlsx killed its reader'));
  return { ...(await original<object>()), readWorkbookApart: crash };
});

const stageWith = useStage();
let folder: string;
let workbook: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tsuiseki-test-'));
  await mkdir(join(folder, 'official_website_tracking'));
  workbook = await saveWorkbook([[orderUrl(1)]], join(folder, 'official_website_tracking/OWT-1.xlsx'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const waiting = async (stage: Stage) =>
  (await stage.db.query.saves.findMany()).filter(({ examinedAt }) => examinedAt === null).length;

it('a workbook that kills its reader is a failed batch in the end, and no save that is examined for ever', async () => {
  const stage = await stageWith();
  await storeSave(stage.db, { workbook, source: 'nextcloud', savedBy: null });
  const { examineSave } = stage.activities;
  await expect(stage.run(examineSave, { workbook })).rejects.toMatchObject({ nonRetryable: false });
  const third = new MockActivityEnvironment({ attempt: 3 });
  await third.run(examineSave, { workbook });
  expect(await stage.db.query.batches.findMany()).toMatchObject([
    { state: 'failed', reason: 'OWT-1.xlsx killed its reader' },
  ]);
  expect(await waiting(stage)).toBe(0);
  expect(await stage.run(examineSave, { workbook })).toMatchObject({ outcome: 'nothing new' });
});

it('a batch that runs goes on without it', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(2)], { workbook });
  await storeSave(stage.db, { workbook, source: 'nextcloud', savedBy: null });
  const third = new MockActivityEnvironment({ attempt: 3 });
  expect(await third.run(stage.activities.joinRows, { batchId })).toMatchObject({ joined: 0, hold: null });
  expect(await waiting(stage)).toBe(0);
  await setBatchState(stage.db, batchId, 'completed', null);
});
