import { describe, expect, it } from 'vitest';
import { findBatch, insertBatch, reopenBatch, setBatchState } from '../../src/db/batches.ts';
import { withCheckDigit } from '../../src/sandbox/check-digit.ts';
import { batchOf, jobsOf, linksOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { newMessage } from '../support/activities/messages.ts';
import { oneRound, publishAll } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';

const retry = (stage: Stage, batchId: string, rows: string | null) =>
  stage.run(stage.activities.retryRows, { batchId, ...newMessage('again'), rows });

const actionsOf = (stage: Stage, batchId: string) =>
  stage.database.sql`select action, by, why, details from actions where batch_id = ${batchId} order by id`;

describe('a retry', () => {
  it('asks again after the failed rows, under new custom_ids, behind what waits', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1, 'publish-422:1'), orderUrl(2), orderUrl(3)]);
    await oneRound(stage, batchId);
    expect(await retry(stage, batchId, null)).toMatchObject({
      counts: { total: 3, pending: 1, completed: 2 },
      next: { label: 'row 2' },
    });
    const jobs = await jobsOf(stage, batchId);
    expect(jobs.at(-1)).toMatchObject({ seq: 4, attempt: 2, customId: `owt-${batchId}-4`, state: 'pending' });
    expect((await oneRound(stage, batchId)).counts).toMatchObject({ completed: 3, failed: 0 });
    expect(await actionsOf(stage, batchId)).toEqual([
      {
        action: 'retry',
        by: 'mei',
        why: 'again',
        details: 'failed rows: 1 rows, 1 jobs',
      },
    ]);
  });

  it('asks after the named rows, whatever became of them, but not those under way', async () => {
    const stage = await stageWith();
    const urls = [1, 2, 3, 4].map((serial) => orderUrl(serial));
    const batchId = await batchOf(stage, TASK, [...urls, '???']);
    await oneRound(stage, batchId);
    const [third] = (await rowsOf(stage, batchId)).filter(({ row }) => row === 4);
    await stage.database.sql`update rows set state = 'published' where id = ${third?.id ?? 0}`;
    const [, , job] = await jobsOf(stage, batchId);
    await stage.database.sql`update jobs set state = 'published' where id = ${job?.id ?? 0}`;
    const { counts } = await retry(stage, batchId, '2,4-6');
    expect(counts).toMatchObject({ total: 5, pending: 2, published: 1, completed: 1, invalid: 1 });
    expect((await jobsOf(stage, batchId)).slice(4).map(({ subjects }) => subjects)).toEqual([
      [urls[0]],
      [urls[3]],
    ]);
  });

  it('run twice makes no second job', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1, 'publish-422'), orderUrl(2)]);
    await oneRound(stage, batchId);
    for (const rows of [null, null, '2', '2-3', '2-3']) await retry(stage, batchId, rows);
    expect(await jobsOf(stage, batchId)).toHaveLength(4);
    await publishAll(stage, batchId);
    await retry(stage, batchId, '3');
    expect(await jobsOf(stage, batchId)).toHaveLength(4);
  });

  it('groups tracking numbers by ten again', async () => {
    const stage = await stageWith();
    const inputs = Array.from({ length: 23 }, (_, index) => withCheckDigit(22_045_613_800 + 37 * index));
    const batchId = await batchOf(stage, 'japan_post_tracking_10', inputs);
    await stage.database.sql`update rows set state = case row % 2 when 0 then 'failed' else 'completed' end
      where batch_id = ${batchId}`;
    await stage.database.sql`update jobs set state = 'failed' where batch_id = ${batchId}`;
    await retry(stage, batchId, null);
    const again = (await jobsOf(stage, batchId)).slice(3);
    expect(again).toMatchObject([{ attempt: 2 }, { attempt: 2 }]);
    const links = await Promise.all(again.map(({ id }) => linksOf(stage, id)));
    expect(links.map(({ length }) => length)).toEqual([10, 2]);
  });

  it('of many at once do not get into each other’s way', async () => {
    const stage = await stageWith();
    const urls = Array.from({ length: 4 }, (_, serial) => orderUrl(serial, 'publish-422'));
    const batchId = await batchOf(stage, TASK, urls);
    await publishAll(stage, batchId);
    await Promise.all(['2', '3', '4', '5'].map((rows) => retry(stage, batchId, rows)));
    expect((await jobsOf(stage, batchId)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('of an unknown batch fails', async () => {
    const stage = await stageWith();
    await expect(retry(stage, 'nobody', null)).rejects.toThrow('batch nobody is unknown');
  });
});

describe('an ended batch', () => {
  it('is opened once, and only while no other runs for its workbook', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    expect(await reopenBatch(stage.db, batchId)).toBe(false);
    await setBatchState(stage.db, batchId, 'completed', null);
    expect(await reopenBatch(stage.db, batchId)).toBe(true);
    expect(await findBatch(stage.db, batchId)).toMatchObject({ state: 'running', finishedAt: null });
    expect(await reopenBatch(stage.db, batchId)).toBe(false);
  });

  it('is not opened beside another', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)], { workbook: '/a.xlsx' });
    await setBatchState(stage.db, batchId, 'completed', null);
    const second = await batchOf(stage, TASK, [orderUrl(1)], { workbook: '/a.xlsx' });
    await expect(reopenBatch(stage.db, batchId)).rejects.toThrow();
    const batch = await findBatch(stage.db, second);
    if (batch === null) throw new Error('the batch is gone');
    expect(
      await insertBatch(stage.db, { ...batch, id: 'third', workflowId: 'third', sheet: 'Sheet1' }),
    ).toBeNull();
  });
});
