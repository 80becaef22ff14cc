import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { storeSave } from '../../src/db/saves.ts';
import { WebDavFiles } from '../../src/files/webdav/webdav-files.ts';
import { WorkbookFiles } from '../../src/files/workbook-files.ts';
import { adoptingOn, batchesOf, csv } from '../support/activities/adopting.ts';
import { answer } from '../support/activities/answers.ts';
import { orderUrl } from '../support/activities/batch.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';
import { needs } from '../support/component.ts';
import { sabreDavMissing, startSabreDav } from '../support/files/sabre-dav.ts';
import type { SabreDav } from '../support/files/sabre-dav.ts';
import { columnC, saveWorkbook } from '../support/workbook/workbook-file.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';
const WORKBOOK = `webdav:/${TASK}/OWT-1.xlsx`;
const RESULT = 'a｜｜｜b｜｜｜c';

needs(sabreDavMissing())('jobs of a workbook on sabre/dav', () => {
  let dav: SabreDav;
  let stage: Stage;
  beforeAll(async () => {
    dav = await startSabreDav();
  });
  afterAll(() => dav.close());
  beforeEach(async () => {
    await dav.reset();
    await mkdir(join(dav.folder, TASK));
    stage = await stageWith({ files: new WorkbookFiles(new WebDavFiles(dav)) });
  });

  it('are adopted and written back; its other rows start nothing before somebody saves', async () => {
    const path = join(dav.folder, TASK, 'OWT-1.xlsx');
    await saveWorkbook([[orderUrl(1)], [orderUrl(2)]], path);
    const { adopt } = adoptingOn(stage);
    const { adopted } = await adopt(csv(['c-2', 2, TASK, WORKBOOK, orderUrl(2)]));
    expect(adopted).toMatchObject([{ workbook: WORKBOOK, rows: 1, jobs: 1 }]);
    const batchId = adopted[0]?.batchId ?? '';
    await answer(stage, batchId, { 3: RESULT });
    await stage.run(stage.activities.writeBack, { batchId });
    expect(await columnC(path)).toEqual(['', RESULT]);

    await storeSave(stage.db, { workbook: WORKBOOK, source: 'nextcloud', savedBy: null });
    expect(await stage.run(stage.activities.examineSave, { workbook: WORKBOOK })).toMatchObject({
      outcome: 'nothing new',
    });
    expect(await batchesOf(stage)).toHaveLength(1);
  });

  it('a workbook that is not there is told with its line', async () => {
    const { adopt } = adoptingOn(stage);
    await expect(adopt(csv(['c-1', 1, TASK, WORKBOOK, orderUrl(1)]))).rejects.toThrow(
      /^line 2: webdav:\/official_website_tracking\/OWT-1\.xlsx[^\n]*; nothing was adopted$/,
    );
  });
});
