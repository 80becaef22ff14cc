import { expect, it } from 'vitest';
import { setBatchState } from '../../src/db/batches.ts';
import { LocalFiles } from '../../src/files/local.ts';
import type { FileVersion } from '../../src/files/types.ts';
import { answer } from '../support/activities/answers.ts';
import { jobsOf, orderUrl } from '../support/activities/batch.ts';
import { OURS, useSavedWorkbook } from '../support/activities/saved-workbook.ts';
import { columnC } from '../support/workbook/workbook-file.ts';

const saved = useSavedWorkbook();
const { stageWith, save, examine } = saved;

/** Files in which something happens once a copy is taken. */
class SlowFiles extends LocalFiles {
  afterwards: (() => Promise<void>) | null = null;

  override async download(path: string, localPath: string): Promise<FileVersion> {
    const downloaded = await super.download(path, localPath);
    const { afterwards } = this;
    this.afterwards = null;
    await afterwards?.();
    return downloaded;
  }
}

async function answered(files: SlowFiles) {
  const stage = await stageWith({ files });
  const { started } = await save(stage, [[orderUrl(1)]]);
  const batchId = started ?? '';
  await answer(stage, batchId, { 2: OURS });
  files.afterwards = async () => {
    await stage.run(stage.activities.writeBack, { batchId });
  };
  return { stage, batchId };
}

it('a save pays twice: its copy was taken before a writeback filled the cell', async () => {
  const files = new SlowFiles();
  const { stage, batchId } = await answered(files);
  await expect(stage.run(stage.activities.joinRows, { batchId })).rejects.toMatchObject({
    type: 'COPY_OVERTAKEN',
    nonRetryable: false,
  });
  expect(await stage.run(stage.activities.joinRows, { batchId })).toMatchObject({ counts: { completed: 1 } });
  expect(await jobsOf(stage, batchId)).toHaveLength(1);
  expect(await columnC(saved.path)).toEqual([OURS]);
});

it('a save that is examined once its batch has ended is read anew as well', async () => {
  const files = new SlowFiles();
  const { stage, batchId } = await answered(files);
  await setBatchState(stage.db, batchId, 'completed', null);
  await expect(save(stage, [[orderUrl(1)], ['', '', 'a note']])).rejects.toMatchObject({
    type: 'COPY_OVERTAKEN',
  });
  expect(await examine(stage)).toMatchObject({ started: null, running: null });
});
