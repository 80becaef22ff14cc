import { describe, expect, it } from 'vitest';
import { setBatchState } from '../../src/db/batches.ts';
import { adoptingOn, batchesOf, csv } from '../support/activities/adopting.ts';
import type { Line } from '../support/activities/adopting.ts';
import { orderUrl } from '../support/activities/batch.ts';
import { useStage } from '../support/activities/stage.ts';
import {
  newWorkbookPath,
  removeWorkbooksAfterEach,
  saveWorkbook,
} from '../support/workbook/workbook-file.ts';

const stageWith = useStage();
removeWorkbooksAfterEach();

const OWT = 'official_website_tracking';
const JPT10 = 'japan_post_tracking_10';

const setUp = async () => adoptingOn(await stageWith());

describe('nothing is adopted where one line cannot be', () => {
  const GOOD: Line = ['good', 1, JPT10, '', '183792779166'];
  async function refused(make: (setting: Awaited<ReturnType<typeof setUp>>) => Promise<Line> | Line) {
    const setting = await setUp();
    const line = await make(setting);
    const before = await batchesOf(setting.stage);
    const startedBefore = setting.started.length;
    const error = await setting.adopt(csv(GOOD, line)).catch((thrown: unknown) => thrown);
    expect(await batchesOf(setting.stage)).toEqual(before);
    expect(setting.started).toHaveLength(startedBefore);
    return (error as Error).message;
  }

  it('a workbook that is not there', async () => {
    const path = await newWorkbookPath();
    expect(await refused(() => ['c', 2, OWT, path, orderUrl(1)])).toBe(
      `line 3: ${path}: no such file, or it may not be read; nothing was adopted`,
    );
  });

  it('a workbook that is none', async () => {
    expect(await refused(() => ['c', 2, OWT, import.meta.filename, orderUrl(1)])).toMatch(
      /^line 3: adopt-refusals\.test\.ts is no workbook[^\n]+; nothing was adopted$/,
    );
  });

  it('a row that is not in its workbook', async () => {
    const workbook = await saveWorkbook([[orderUrl(1)]]);
    expect(await refused(() => ['c', 2, OWT, workbook, orderUrl(2)])).toBe(
      `line 3: ${workbook} has no row, or no further row, of its a and b; nothing was adopted`,
    );
  });

  it('a row that its task cannot look up', async () => {
    expect(await refused(() => ['c', 2, OWT, '', 'W1000001', ''])).toMatch(
      /^line 3: official_website_tracking cannot look its row up: .+; nothing was adopted$/,
    );
  });

  it('a workbook with a running batch', async () => {
    const workbook = await saveWorkbook([[orderUrl(1)], [orderUrl(2)]]);
    let running = '';
    const message = await refused(async ({ adopt }) => {
      const { adopted } = await adopt(csv(['before', 3, OWT, workbook, orderUrl(1)]));
      running = adopted[0]?.batchId ?? '';
      return ['c', 2, OWT, workbook, orderUrl(2)];
    });
    expect(message).toBe(
      `line 3: batch ${running} runs for ${workbook}; adopt when it has ended; nothing was adopted`,
    );
  });

  it('a scraping job of ours, or a custom_id that was adopted with another one', async () => {
    const take = async ({ stage, adopt }: Awaited<ReturnType<typeof setUp>>) => {
      const { adopted } = await adopt(csv(['before', 3, OWT, '', orderUrl(1)]));
      await setBatchState(stage.db, adopted[0]?.batchId ?? '', 'completed', null);
    };
    const told =
      /^line 3: its custom_id or scraping job is known here as before of batch \S+; nothing was adopted$/;
    expect(
      await refused(async (setting) => {
        await take(setting);
        return ['other', 3, OWT, '', orderUrl(2)];
      }),
    ).toMatch(told);
    expect(
      await refused(async (setting) => {
        await setting.stage.database.sql`truncate batches cascade`;
        await take(setting);
        return ['before', 4, OWT, '', orderUrl(2)];
      }),
    ).toMatch(told);
  });

  it('a job of more numbers than one URL asks for', async () => {
    const { stage, adopt } = await setUp();
    const many = Array.from({ length: 11 }, (_, n): Line => ['c', 2, JPT10, '', String(183_792_779_100 + n)]);
    await expect(adopt(csv(GOOD, ...many))).rejects.toThrow(
      'line 3: scraping job 2 asks for more than 10 numbers; nothing was adopted',
    );
    expect(await batchesOf(stage)).toEqual([]);
  });
});
