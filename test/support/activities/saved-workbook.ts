import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { setBatchState } from '../../../src/db/batches.ts';
import { storeSave } from '../../../src/db/saves.ts';
import { answer } from './answers.ts';
import { orderUrl } from './batch.ts';
import { useStage } from './stage.ts';
import type { Stage, StageOptions } from './stage.ts';
import { saveWorkbook } from '../workbook/workbook-file.ts';
import type { Cell } from '../workbook/workbook-file.ts';

/** A result text of ours. */
export const OURS = 'a｜｜｜b｜｜｜c';

/** To be called once a test file: a workbook, of a task's folder, not there yet, that people save. */
export function useSavedWorkbook(name = 'official_website_tracking/OWT-1.xlsx') {
  const stageWith = useStage();
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tsuiseki-test-'));
    path = join(folder, name);
    await mkdir(dirname(path));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function examine(stage: Stage) {
    await storeSave(stage.db, { workbook: path, source: 'nextcloud', savedBy: 'mika' });
    return stage.run(stage.activities.examineSave, { workbook: path });
  }

  /** Saves it as a person would, and has the save examined. */
  async function save(stage: Stage, rows: readonly (readonly Cell[])[]) {
    await saveWorkbook(rows, path);
    return examine(stage);
  }

  /** A first save's batch, its rows answered and written, ended. */
  async function trackedOnce(options: StageOptions = {}) {
    const stage = await stageWith(options);
    const { started } = await save(stage, [[orderUrl(1)], [orderUrl(2)]]);
    const batchId = started ?? '';
    await answer(stage, batchId, { 2: OURS, 3: `${OURS}2` });
    await stage.run(stage.activities.writeBack, { batchId });
    await setBatchState(stage.db, batchId, 'completed', null);
    return { stage, batchId };
  }

  return {
    stageWith,
    save,
    examine,
    trackedOnce,
    get folder() {
      return folder;
    },
    get path() {
      return path;
    },
  };
}
